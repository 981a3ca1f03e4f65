/** JSON of scalars that plain JSON and Avro's JSON encoding write alike, and the checks of their values. */
import { fault, mismatch, symbolList } from "./fault.js";
import { isWellFormed } from "./text-bytes.js";
import type { EnumNode, PrimitiveNode } from "./type-node.js";

/** A codec of what is no record, array, map or union. */
export interface ScalarJson {
  /** JSON text of a value. */
  write(value: unknown, hasTextLongs: boolean): string;
  /** The value of parsed JSON: null, boolean, text, number, or bigint where the text has an integer beyond 2^53. */
  take(json: unknown): unknown;
}

/** Printable ASCII without quote and backslash. */
const plainText = /^[ !#-[\]-~]*$/;

/** A text as JSON. @throws VALUE_INVALID for lone surrogates. */
export function quote(text: string): string {
  return plainText.test(text) ? `"${text}"` : JSON.stringify(checkedText(text));
}

export function checkedText(value: unknown): string {
  if (typeof value !== "string") throw mismatch("a text", value);
  if (!isWellFormed(value)) throw fault("found a text with a lone surrogate; expected well-formed Unicode");
  return value;
}

export function checkedInt(value: unknown): number {
  if (typeof value !== "number" || (value | 0) !== value) throw mismatch("int (a whole number of 32 bits)", value);
  return value;
}

export function checkedLong(value: unknown): bigint {
  if (typeof value !== "bigint" || BigInt.asIntN(64, value) !== value) {
    throw mismatch("long (a bigint of 64 bits)", value);
  }
  return value;
}

export function checkedSafe(value: unknown): number {
  if (!Number.isSafeInteger(value)) throw mismatch("long (a whole number between -(2^53 - 1) and 2^53 - 1)", value);
  return Number(value);
}

export function checkedReal(value: unknown): number {
  if (typeof value !== "number") throw mismatch("a number", value);
  return value;
}

const integerText = /^-?(0|[1-9]\d{0,18})$/;

/** A long from JSON: an exact number, or its text. */
export function takeLong(json: unknown): bigint {
  if (Number.isSafeInteger(json)) return BigInt(Number(json));
  if (typeof json === "bigint" || (typeof json === "string" && integerText.test(json))) {
    const value = BigInt(json);
    if (BigInt.asIntN(64, value) === value) return value;
  }
  throw mismatch("long (a whole number of 64 bits, as number or text)", json);
}

/** Numbers that come as text: JSON has none that are not finite, and JSON.stringify loses the sign of zero. */
const textNumbers: readonly unknown[] = ["NaN", "Infinity", "-Infinity", "-0"];

function realJson(isFloat: boolean): ScalarJson {
  const expected = isFloat ? "float (a number of 32 bits)" : "double (a number)";
  const rounded = (value: number): number => (isFloat ? Math.fround(value) : value);
  return {
    write(value) {
      if (typeof value !== "number") throw mismatch(expected, value);
      if (!Number.isFinite(value)) return `"${value}"`;
      if (!Number.isFinite(rounded(value))) throw mismatch(expected, value);
      return Object.is(value, -0) ? "-0" : String(value);
    },
    take(json) {
      if (textNumbers.includes(json)) return Number(json);
      const value = typeof json === "number" || typeof json === "bigint" ? rounded(Number(json)) : Number.NaN;
      if (!Number.isFinite(value)) throw mismatch(expected, json);
      return value;
    },
  };
}

function constantJson(expected: string, constants: readonly unknown[]): ScalarJson {
  const take = (json: unknown): unknown => {
    if (!constants.includes(json)) throw mismatch(expected, json);
    return json;
  };
  return { write: (value) => String(take(value)), take };
}

/** A long's JSON. */
export function longJson(value: bigint | number, hasTextLongs: boolean): string {
  return hasTextLongs ? `"${value}"` : String(value);
}

/** A scalar whose JSON is a text of printable ASCII. */
export function textJson(toText: (value: unknown) => string, take: (json: unknown) => unknown): ScalarJson {
  return { write: (value) => `"${toText(value)}"`, take };
}

/** The scalars that the two JSONs share: all but bytes, fixed and logical types. */
export function sharedScalar(kind: Exclude<PrimitiveNode["kind"], "bytes">, isNumber = false): ScalarJson {
  switch (kind) {
    case "null":
      return constantJson("null", [null]);
    case "boolean":
      return constantJson("a boolean", [true, false]);
    case "int":
      return { write: (value) => String(checkedInt(value)), take: checkedInt };
    case "long":
      return isNumber
        ? {
            write: (value, hasTextLongs) => longJson(checkedSafe(value), hasTextLongs),
            take: (json) => checkedSafe(Number(takeLong(json))),
          }
        : { write: (value, hasTextLongs) => longJson(checkedLong(value), hasTextLongs), take: takeLong };
    case "string":
      return { write: (value) => quote(checkedText(value)), take: checkedText };
    default:
      return realJson(kind === "float");
  }
}

export function enumJson({ symbols }: EnumNode): ScalarJson {
  const known = new Set<unknown>(symbols);
  const take = (json: unknown): unknown => {
    if (!known.has(json)) throw mismatch(`one of ${symbolList(symbols)}`, json);
    return json;
  };
  // Symbols are ASCII letters, digits and underscores.
  return textJson((value) => String(take(value)), take);
}
