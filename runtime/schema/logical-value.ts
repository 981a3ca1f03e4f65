/**
 * Values of logical types as TypeScript holds them, and as their Avro base type does: decimals, UUIDs and days are texts,
 * timestamp-millis is a Date, a duration is an object; the others are their base.
 */
import { daysOf, dayText } from "./calendar.js";
import { type DecimalShape, decimalText, integerOf, twosComplement, unscaledOf } from "./decimal.js";
import { mismatch } from "./fault.js";
import { fromHex, toHex } from "./hex.js";
import { isObject } from "./member.js";

/** A span of calendar months, days and milliseconds, each unsigned of 32 bits. */
export interface Duration {
  readonly months: number;
  readonly days: number;
  readonly millis: number;
}

/** @param size Of a fixed. */
export function checkedBytes(value: unknown, size?: number): Uint8Array {
  if (value instanceof Uint8Array && value.length === (size ?? value.length)) return value;
  throw mismatch(size === undefined ? "bytes" : `${size} bytes`, value);
}

/** @param size Of a fixed; bytes are as short as possible. */
export function decimalBytes(value: unknown, shape: DecimalShape, size?: number): Uint8Array {
  return twosComplement(unscaledOf(value, shape), size);
}

export function decimalOf(bytes: Uint8Array, shape: DecimalShape): string {
  return decimalText(integerOf(bytes, shape.precision), shape);
}

const uuidPattern = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;

/** The text as it is, in whatever case its writer chose. */
export function checkedUuid(value: unknown): string {
  if (typeof value === "string" && uuidPattern.test(value)) return value;
  throw mismatch("a UUID (8-4-4-4-12 hexadecimal digits)", value);
}

export function uuidBytes(value: unknown): Uint8Array {
  return fromHex(checkedUuid(value).replaceAll("-", ""));
}

/** In lower case. */
export function uuidOf(bytes: Uint8Array): string {
  return toHex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** Days from 1970-01-01: an int. */
export function dayNumber(value: unknown): number {
  const days = typeof value === "string" ? daysOf(value) : undefined;
  if (days === undefined || (days | 0) !== days) throw mismatch("a day (text YYYY-MM-DD)", value);
  return days;
}

export const dayOf: (days: number) => string = dayText;

/** Milliseconds since 1970. */
export function timestampNumber(value: unknown): number {
  const millis = value instanceof Date ? value.getTime() : Number.NaN;
  if (Number.isNaN(millis)) throw mismatch("a valid Date", value);
  return millis;
}

/** Milliseconds either side of 1970 that a Date holds. */
const dateLimit = 8.64e15;

export function timestampOf(millis: number): Date {
  if (Math.abs(millis) > dateLimit)
    throw mismatch(`a timestamp that a Date holds, up to ${dateLimit} ms from 1970`, millis);
  return new Date(millis);
}

/** Three numbers of 32 bits, little-endian. */
export function durationBytes(value: unknown): Uint8Array {
  const bytes = new Uint8Array(12);
  if (!isObject(value)) throw mismatch("a duration { months, days, millis }", value);
  for (const [place, part] of [value.months, value.days, value.millis].entries()) {
    if (typeof part !== "number" || part >>> 0 !== part) {
      throw mismatch("a duration { months, days, millis } of whole numbers from 0 to 4294967295", part);
    }
    for (let index = 0; index < 4; index += 1) bytes[place * 4 + index] = part >>> (8 * index);
  }
  return bytes;
}

export function durationOf(bytes: Uint8Array): Duration {
  const part = (start: number): number =>
    ((bytes[start] ?? 0) |
      ((bytes[start + 1] ?? 0) << 8) |
      ((bytes[start + 2] ?? 0) << 16) |
      ((bytes[start + 3] ?? 0) << 24)) >>>
    0;
  return { months: part(0), days: part(4), millis: part(8) };
}
