/**
 * Reads definition files. This folder knows what a service is; of Avro it knows SchemaModel, of TypeScript only how names
 * may look. Faults are diagnostics; nothing here throws on bad input.
 */

import { nearest } from "../../runtime/core/nearest.js";
import type { Diagnostic, SourceFile } from "../diagnostics.js";
import { listed, quoted } from "../diagnostics-text.js";
import { describeJson, type JsonObject } from "../json-node.js";
import { parseJsonSource } from "../json-source.js";
import type { KeyspaceDraft } from "./draft.js";
import { Findings } from "./finding.js";
import { readKeyspace } from "./read-keyspace.js";

/** The first word of a definition says what it is. */
const kinds = ["keyspace", "global", "input", "output", "gateway"] as const;

export interface ReadDefinitions {
  readonly keyspaces: readonly KeyspaceDraft[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads files of one definition each. Faulty parts are left out of the drafts, so that linking finds more faults. */
export function readDefinitions(files: readonly SourceFile[]): ReadDefinitions {
  const findings = new Findings();
  const keyspaces: KeyspaceDraft[] = [];
  for (const file of files) {
    const { root, diagnostics } = parseJsonSource(file);
    findings.diagnostics.push(...diagnostics);
    if (root === undefined) continue;
    if (root.kind === "object") {
      const keyspace = readDefinition(findings, root);
      if (keyspace !== undefined) keyspaces.push(keyspace);
    } else {
      findings.fault(
        "DEFINITION_KIND",
        root.at,
        `the file is ${describeJson(root)}; expected one definition, an object`,
      );
    }
  }
  return { keyspaces, diagnostics: findings.diagnostics };
}

function readDefinition(findings: Findings, object: JsonObject): KeyspaceDraft | undefined {
  const kind = kinds.find((word) => object.get(word) !== undefined);
  if (kind === "keyspace") return readKeyspace(findings, object);
  if (kind !== undefined) {
    const names = {
      global: "a global store",
      input: "an input stream",
      output: "an output stream",
      gateway: "a gateway",
    };
    const member = object.member(kind);
    return findings.notYet(member?.nameAt ?? object.at, names[kind]);
  }
  const near = object.members.map(({ name }) => nearest(name, kinds)).find((found) => found !== undefined);
  const text = `the definition does not say what it is; expected one of ${listed(kinds.map(quoted))} with its name`;
  return findings.fault("DEFINITION_KIND", object.at, text, near && `Did you mean ${quoted(near)}?`);
}
