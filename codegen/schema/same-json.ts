/** Equality of JSON texts. */
import type { JsonNode, JsonObject } from "../json-node.js";

/** Whether two nodes hold the same JSON: order of members and spaces make no difference, spelling of numbers does. */
export function sameJson(a: JsonNode, b: JsonNode): boolean {
  if (a.kind === "object") return b.kind === "object" && sameMembers(a, b);
  if (a.kind === "array") {
    if (b.kind !== "array" || a.items.length !== b.items.length) return false;
    return a.items.every((item, index) => {
      const other = b.items[index];
      return other !== undefined && sameJson(item, other);
    });
  }
  if (a.kind === "number") return b.kind === "number" && a.text === b.text;
  if (a.kind === "null") return b.kind === "null";
  return a.kind === b.kind && a.value === b.value;
}

function sameMembers(a: JsonObject, b: JsonObject): boolean {
  if (a.members.length !== b.members.length) return false;
  return a.members.every((member) => {
    const other = b.get(member.name);
    return other !== undefined && sameJson(member.value, other);
  });
}
