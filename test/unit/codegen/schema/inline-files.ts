/** Schemas written in a test, and what came of them in few words. */
import type { SourceFile } from "../../../../codegen/diagnostics.js";
import type { NamedType, RecordType, Schema } from "../../../../codegen/schema/model.js";
import { type ParsedSchemas, parseSchemas } from "../../../../codegen/schema/parse.js";

/** A file of JSON, or of text as it stands. */
export type Content = string | object;

export function file(name: string, content: Content): SourceFile {
  const text = typeof content === "string" ? content : JSON.stringify(content);
  return { file: name, bytes: new TextEncoder().encode(text) };
}

/** Files by name. */
export function parse(files: { readonly [name: string]: Content }): ParsedSchemas {
  return parseSchemas(Object.entries(files).map(([name, content]) => file(name, content)));
}

/** Each fault of one file as `line:column CODE`. */
export function places(content: Content, name = "a.avsc"): string[] {
  return parse({ [name]: content }).diagnostics.map(({ at, code }) => `${at.line}:${at.column} ${code}`);
}

/** Each fault of one file as text and suggestion. */
export function faults(content: Content, name = "a.avsc"): string[] {
  return parse({ [name]: content }).diagnostics.map(({ text, suggestion }) =>
    [text, suggestion].filter(Boolean).join(". "),
  );
}

/** The types of one legal file, in order. */
export function types(content: Content, name = "a.avsc"): NamedType[] {
  const { model, diagnostics } = parse({ [name]: content });
  if (model === undefined) throw new Error(diagnostics.map(({ text }) => text).join("\n"));
  return [...model.types.values()];
}

export function names(content: Content, name = "a.avsc"): string[] {
  return types(content, name).map((type) => type.fullName);
}

export function record(content: Content): RecordType {
  const [type] = types(content);
  if (type?.kind !== "record") throw new Error("the first type is no record");
  return type;
}

/** The schema that a legal file is. */
export function root(content: Content): Schema | undefined {
  return parse({ "a.avsc": content }).roots.get("a.avsc");
}

/** A record R with one field f. */
export function fieldOf(field: object): object {
  return { type: "record", name: "R", fields: [{ name: "f", ...field }] };
}
