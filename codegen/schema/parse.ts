/**
 * Reads .avsc, .avpr and .avdl files into a SchemaModel. This folder knows Avro, JSON and IDL; it knows nothing of
 * definitions, TypeScript or the disk. Faults are diagnostics; nothing here throws on bad input.
 */
import type { Diagnostic, SourceFile } from "../diagnostics.js";
import { byCodeUnits, sortDiagnostics } from "../diagnostics-sort.js";
import type { JsonNode } from "../json-node.js";
import { parseJsonSource } from "../json-source.js";
import { checkDefaults } from "./defaults.js";
import { parseIdl } from "./idl/parse-idl.js";
import { readIdl } from "./idl/read-idl.js";
import type { NamedType, Schema, SchemaModel } from "./model.js";
import { checkMessages, readProtocol } from "./protocol.js";
import { readSchema } from "./read.js";
import { Reading } from "./reading.js";
import { checkReferences } from "./references.js";

export interface ParsedSchemas {
  /** All types of all files; undefined when there is a diagnostic. */
  readonly model: SchemaModel | undefined;
  /** What could be read, faulty parts left out: good for finding more faults elsewhere, never for output. */
  readonly recovered: SchemaModel;
  /** The schema that each file without fault is, by `SourceFile.file`; a protocol has none. */
  readonly roots: ReadonlyMap<string, Schema>;
  /** All faults of all files, in order of file and place. */
  readonly diagnostics: readonly Diagnostic[];
}

export interface InlineSchema {
  /** Undefined when there is a diagnostic. */
  readonly schema: Schema | undefined;
  /** The model given, with the named types that the schema defines; the same object when it defines none. */
  readonly model: SchemaModel;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads all schemas of a project as one: names are known across files, in any order. A file whose name ends in
 * `.avpr` is a protocol, `.avdl` IDL, any other a schema. Of members that an object has twice the last counts, as in Java.
 */
export function parseSchemas(files: readonly SourceFile[]): ParsedSchemas {
  const reading = new Reading();
  const roots = new Map<string, Schema>();
  const known = new Set(files.map(({ file }) => file));
  for (const file of [...files].sort((a, b) => byCodeUnits(a.file, b.file))) {
    if (file.file.endsWith(".avdl")) {
      const main = readIdl(reading, parseIdl(file), known);
      if (main !== undefined) roots.set(file.file, main);
      continue;
    }
    const { root, diagnostics } = parseJsonSource(file, { duplicates: "last" });
    reading.diagnostics.push(...diagnostics);
    if (root === undefined) continue;
    if (file.file.endsWith(".avpr")) readProtocol(reading, root);
    else {
      const schema = readSchema(reading, root, { namespace: "", subject: "the file" });
      if (schema !== undefined) roots.set(file.file, schema);
    }
  }
  const recovered = { types: finish(reading) };
  const diagnostics = sortDiagnostics(reading.diagnostics);
  return { model: diagnostics.length === 0 ? recovered : undefined, recovered, roots, diagnostics };
}

/**
 * Reads a schema that stands within another JSON text: `"value": ["null", "bank.A"]`. Names are full names of `model`;
 * types that it defines itself join them.
 */
export function parseInlineSchema(node: JsonNode, model: SchemaModel, subject = "the type"): InlineSchema {
  const reading = new Reading(model.types);
  const schema = readSchema(reading, node, { namespace: "", subject });
  const types = finish(reading);
  const diagnostics = sortDiagnostics(reading.diagnostics);
  const isFaulty = diagnostics.length > 0 || schema === undefined;
  const joined = types.size === 0 ? model : { types: new Map([...model.types, ...types]) };
  return { schema: isFaulty ? undefined : schema, model: isFaulty ? model : joined, diagnostics };
}

/** The checks that need every type. */
function finish(reading: Reading): ReadonlyMap<string, NamedType> {
  checkReferences(reading);
  const types = checkDefaults(reading);
  checkMessages(reading);
  return types;
}
