/** Attributes that a schema has beside those that were understood. */
import type { ExactJson } from "../../runtime/schema/type.js";
import { type JsonObject, jsonValueOf } from "../json-node.js";

/**
 * Attributes that tell a parser how data lies, and so are dropped where they mean nothing, as Java does: a canonical
 * form that kept `"items"` of a record would be wrong.
 */
const parsingAttributes: ReadonlySet<string> = new Set([
  "type",
  "name",
  "fields",
  "symbols",
  "items",
  "values",
  "size",
]);

/** All attributes but `understood` ones, in order of appearance. */
export function otherAttributes(
  object: JsonObject,
  understood: readonly string[],
): { readonly [name: string]: ExactJson } {
  const others = object.members.filter(({ name }) => !parsingAttributes.has(name) && !understood.includes(name));
  return Object.fromEntries(others.map((member) => [member.name, jsonValueOf(member.value)]));
}

/** A doc that is no text is lost, and nothing else with it; it stays among the other attributes. */
export function docOf(object: JsonObject): { readonly doc?: string } {
  const node = object.get("doc");
  return node?.kind === "string" ? { doc: node.value } : {};
}
