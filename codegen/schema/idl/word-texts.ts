/** Words of IDL as JSON has them: texts, each at the place of its word. */
import { JsonMember, type JsonObject, type JsonParent, JsonString } from "../../json-node.js";
import type { IdlTokens } from "./tokens.js";

/** Where a word stands. */
interface WordPlace {
  readonly start: number;
  readonly end: number;
}

export function wordText(
  tokens: IdlTokens,
  value: string,
  { start, end }: WordPlace,
  parent: JsonParent | undefined,
): JsonString {
  return new JsonString({ source: tokens.source, start, parent }, end, value);
}

/** Adds a member whose value is a text that stands for a word. */
export function addText(tokens: IdlTokens, object: JsonObject, name: string, value: string, at: WordPlace): void {
  object.add(new JsonMember(name, wordText(tokens, value, at, { node: object, step: name }), at));
}
