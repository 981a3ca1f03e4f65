/** Faults of values: what was found, what was expected. */
import { AffinityError } from "../core/errors.js";

/** Characters of a text or number that a message shows of a value; the rest may be long, or secret. */
const shownLimit = 40;

/** What a reader sees: `the text "abc"`, `the number 1.5`, `an object`; shortened. */
export function describeValue(value: unknown): string {
  switch (typeof value) {
    case "string":
      return `the text ${quoted(value)}`;
    case "number":
      return `the number ${value}`;
    case "bigint":
      return `the bigint ${shorten(String(value))}`;
    case "object":
      if (value === null) return "null";
      if (Array.isArray(value)) return `an array of ${value.length}`;
      if (value instanceof Uint8Array) return `${value.length} bytes`;
      if (value instanceof Date) return Number.isNaN(value.getTime()) ? "an invalid Date" : "a Date";
      return "an object";
    case "boolean":
      return String(value);
    default:
      return value === undefined ? "nothing" : `a ${typeof value}`;
  }
}

/** A name from outside as messages show it: quoted, shortened. */
export function quoted(name: string): string {
  return JSON.stringify(shorten(name));
}

function shorten(text: string): string {
  return text.length > shownLimit ? `${text.slice(0, shownLimit)}…` : text;
}

/** A fault without a place yet: the type that runs the codec adds name and pointer. */
export function fault(detail: string): AffinityError {
  return new AffinityError("VALUE_INVALID", detail);
}

/** The fault of a value that is not of its type. */
export function mismatch(expected: string, found: unknown): AffinityError {
  return fault(`found ${describeValue(found)}; expected ${expected}`);
}

/** Symbols as a message names them. */
export function symbolList(symbols: readonly string[]): string {
  return symbols.length > 8 ? `${symbols.slice(0, 8).join(", ")} and ${symbols.length - 8} more` : symbols.join(", ");
}
