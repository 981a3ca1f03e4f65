/** Objects with a member for each keyspace, store or message, by name. */
import { isObjectMember } from "../service/names.js";
import type { Code } from "./file.js";
import { literalName } from "./literal.js";

/** What stands behind a name: an object's members, and the type that it is of, imported when asked for. */
export interface MemberBody {
  readonly code: Code;
  readonly type: () => string;
}

/** `name: { a: {…}, b: {…} },` */
export function members<T extends { readonly name: string }>(
  name: string,
  items: readonly T[],
  body: (item: T) => MemberBody,
): Code {
  const listed = memberList(items, body);
  return listed.length === 0 ? [`${name}: {},`] : [`${name}: {`, listed, "},"];
}

/** `a: {…}, b: {…},` */
export function memberList<T extends { readonly name: string }>(
  items: readonly T[],
  body: (item: T) => MemberBody,
): Code {
  return items.flatMap((item): Code => {
    const { code, type } = body(item);
    // A member like `constructor` is looked for on Object first, so that the compiler must be told what it is.
    const told = isObjectMember(item.name) ? ` satisfies ${type()}` : "";
    return [`${literalName(item.name)}: {`, code, `}${told},`];
  });
}
