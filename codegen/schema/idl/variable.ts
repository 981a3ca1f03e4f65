/** Variables: fields of a record, and parameters of a message. */
import { JsonMember, type JsonNode, JsonObject, type JsonParent } from "../../json-node.js";
import { annotate, readAnnotations } from "./annotations.js";
import { readValue } from "./json-values.js";
import type { IdlTokens } from "./tokens.js";
import { type IdlType, isValue, optional } from "./types.js";
import { addText } from "./word-texts.js";

/** What is known of a variable before its own words. */
export interface VariableLead {
  readonly type: IdlType;
  /** The comment before the type counts where the variable has none. */
  readonly doc: string | undefined;
  readonly parent: JsonParent;
  /** Names it in faults. */
  readonly what: "a field" | "a parameter";
}

/** `@… name = default`. */
export function readVariable(tokens: IdlTokens, { type, doc, parent, what }: VariableLead): JsonObject {
  const start = tokens.next;
  const annotations = readAnnotations(tokens);
  const name = tokens.word(`the name of ${what}`);
  const variable = new JsonObject({ source: tokens.source, start: start.start, parent });
  addText(tokens, variable, "name", name.text, name);
  variable.end = name.end;
  annotate(tokens, variable, annotations, ["name", "type", "doc", "default"]);
  let standard: JsonNode | undefined;
  if (tokens.takes("=")) {
    const { next } = tokens;
    standard = readValue(tokens, { node: variable, step: "default" });
    variable.add(new JsonMember("default", standard, next));
    variable.end = standard.end;
  }
  const node = optional(tokens, type, { node: variable, step: "type" }, !isValue(standard));
  variable.add(new JsonMember("type", node, node));
  const text = start.doc ?? doc;
  if (text !== undefined) addText(tokens, variable, "doc", text, start);
  return variable;
}
