/** Takes what an IDL file says into a reading, as the JSON file that it stands for would be. */
import { posix } from "node:path";
import { nearest } from "../../../runtime/core/nearest.js";
import { quoted } from "../../diagnostics-text.js";
import type { Schema } from "../model.js";
import { readProtocol } from "../protocol.js";
import { readSchema } from "../read.js";
import type { Reading } from "../reading.js";
import type { IdlImport, IdlSource } from "./parse-idl.js";

/**
 * Gives the schema that the file is, if it says so. All files of a project are one schema, so that what is imported is known
 * already; an import only has to name one of them.
 *
 * @param files paths of all files that are read.
 */
export function readIdl(reading: Reading, source: IdlSource, files: ReadonlySet<string>): Schema | undefined {
  reading.diagnostics.push(...source.diagnostics);
  for (const imported of source.imports) checkImport(reading, imported, files);
  if (source.protocol !== undefined) {
    readProtocol(reading, source.protocol);
    return undefined;
  }
  const { namespace } = source;
  for (const type of source.types) readSchema(reading, type, { namespace, subject: "the file" });
  return source.main && readSchema(reading, source.main, { namespace, subject: "the file" });
}

function checkImport(reading: Reading, { path, node }: IdlImport, files: ReadonlySet<string>): void {
  const { at } = node;
  const file = posix.join(posix.dirname(at.file), path);
  if (files.has(file)) return;
  const near = nearest(file, [...files]);
  const cure =
    near === undefined ? `Put ${quoted(path)} into a folder of generate.schemas.` : `Did you mean ${quoted(near)}?`;
  reading.fault("IDL_IMPORT", at, `the import ${quoted(path)} names no file of the project's schemas`, cure);
}
