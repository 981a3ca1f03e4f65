/** Equality of values by what they hold, whatever their type. */
import { fault } from "./fault.js";
import { comparedNestingLimit } from "./limits.js";
import { isObject } from "./member.js";

/**
 * Whether two values are equal: bytes and dates by content, maps whatever their order, NaN to NaN.
 * @throws VALUE_INVALID for values that hold themselves.
 */
export function valuesEqual(a: unknown, b: unknown, nesting = 0): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null)
    return Number.isNaN(a) && Number.isNaN(b);
  // A value of a type has brackets in each other up to this limit.
  if (nesting > comparedNestingLimit)
    throw fault(`found more than ${comparedNestingLimit} values in each other; expected fewer`);
  if (a instanceof Uint8Array) return b instanceof Uint8Array && bytesEqual(a, b);
  if (a instanceof Date) return b instanceof Date && valuesEqual(a.getTime(), b.getTime());
  if (Array.isArray(a)) return Array.isArray(b) && arraysEqual(a, b, nesting + 1);
  return isObject(a) && isObject(b) && objectsEqual(a, b, nesting + 1);
}

function bytesEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

// Loops, since a callback for each level would double the depth of the stack.

function arraysEqual(a: readonly unknown[], b: readonly unknown[], nesting: number): boolean {
  if (a.length !== b.length) return false;
  for (const [index, item] of a.entries()) if (!valuesEqual(item, b[index], nesting)) return false;
  return true;
}

type Members = { readonly [member: string]: unknown };

function objectsEqual(a: Members, b: Members, nesting: number): boolean {
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  for (const name of names) if (!Object.hasOwn(b, name) || !valuesEqual(a[name], b[name], nesting)) return false;
  return true;
}
