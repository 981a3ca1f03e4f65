/** Equality of values by what they hold, whatever their type. */
import { fault } from "./fault.js";

/** Values in each other that are compared: more than any type with bounded nesting has. */
const comparedNesting = 10_000;

/**
 * Whether two values are equal: bytes and dates by content, maps whatever their order, NaN to NaN.
 * @throws VALUE_INVALID for values that hold themselves.
 */
export function valuesEqual(a: unknown, b: unknown, nesting = 0): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null)
    return Number.isNaN(a) && Number.isNaN(b);
  if (nesting > comparedNesting) throw fault(`found more than ${comparedNesting} values in each other; expected fewer`);
  if (a instanceof Uint8Array) return b instanceof Uint8Array && bytesEqual(a, b);
  if (a instanceof Date) return b instanceof Date && valuesEqual(a.getTime(), b.getTime());
  if (Array.isArray(a)) {
    return (
      Array.isArray(b) && a.length === b.length && a.every((item, index) => valuesEqual(item, b[index], nesting + 1))
    );
  }
  if (b instanceof Uint8Array || b instanceof Date || Array.isArray(b)) return false;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every(
      (name) => Object.hasOwn(b, name) && valuesEqual(Reflect.get(a, name), Reflect.get(b, name), nesting + 1),
    )
  );
}

function bytesEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
