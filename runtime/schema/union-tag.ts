/** Values of tagged unions: objects with the branch's full name as their one member. */
import { describeValue, fault, symbolList } from "./fault.js";
import { isObject } from "./member.js";
import type { UnionNode } from "./type-node.js";

/** Index of the branch that a tag names; null has none, since it stands bare. @throws VALUE_INVALID */
export function branchOf(node: UnionNode, tag: string): number {
  const index = tag === "null" ? -1 : node.tags.indexOf(tag);
  if (index < 0) throw wrongTag(node, `the member ${describeValue(tag)}`);
  return index;
}

/** Index of the branch that a value is of. @throws VALUE_INVALID for what is no object with exactly one tag. */
export function tagIn(node: UnionNode, value: unknown): number {
  const [tag, ...others] = isObject(value) ? Object.keys(value) : [];
  if (tag === undefined || others.length > 0) {
    throw wrongTag(
      node,
      isObject(value) ? `an object with ${Object.keys(value).length} members` : describeValue(value),
    );
  }
  return branchOf(node, tag);
}

function wrongTag({ tags }: UnionNode, found: string): Error {
  const named = tags.filter((tag) => tag !== "null");
  const bare = named.length < tags.length ? "null or " : "";
  return fault(`found ${found}; expected ${bare}an object with one member: ${symbolList(named)}`);
}
