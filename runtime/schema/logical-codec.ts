/** Calls of static codecs for logical types that TypeScript holds otherwise than their base type. */
import {
  checkedUuid,
  type Duration,
  dayNumber,
  dayOf,
  decimalBytes,
  decimalOf,
  durationBytes,
  durationOf,
  timestampNumber,
  timestampOf,
  uuidBytes,
  uuidOf,
} from "./logical-value.js";
import type { Reader } from "./reader.js";
import type { Writer } from "./writer.js";

/** decimal on bytes: text with exactly `scale` digits after the point and at most `precision` in all. */
export function writeDecimal(out: Writer, value: string, precision: number, scale: number): void {
  out.bytes(decimalBytes(value, { precision, scale }));
}

export function readDecimal(input: Reader, precision: number, scale: number): string {
  return decimalOf(input.bytes(), { precision, scale });
}

/** decimal on a fixed of `size` bytes. */
export function writeFixedDecimal(out: Writer, value: string, size: number, precision: number, scale: number): void {
  out.raw(decimalBytes(value, { precision, scale }, size));
}

export function readFixedDecimal(input: Reader, size: number, precision: number, scale: number): string {
  return decimalOf(input.fixed(size), { precision, scale });
}

/** uuid on string: the text as it is, in either case. */
export function writeUuid(out: Writer, value: string): void {
  out.string(checkedUuid(value));
}

export function readUuid(input: Reader): string {
  return checkedUuid(input.string());
}

/** uuid on a fixed of 16 bytes; read in lower case. */
export function writeFixedUuid(out: Writer, value: string): void {
  out.raw(uuidBytes(value));
}

export function readFixedUuid(input: Reader): string {
  return uuidOf(input.fixed(16));
}

/** date on int: `YYYY-MM-DD`; years outside 0000 to 9999 as in ECMAScript, `+012345-01-31`. */
export function writeDate(out: Writer, value: string): void {
  out.int(dayNumber(value));
}

export function readDate(input: Reader): string {
  return dayOf(input.int());
}

/** timestamp-millis on long. A long beyond what a Date holds is refused. */
export function writeTimestamp(out: Writer, value: Date): void {
  out.longNumber(timestampNumber(value));
}

export function readTimestamp(input: Reader): Date {
  return timestampOf(input.longNumber());
}

/** duration on a fixed of 12 bytes. */
export function writeDuration(out: Writer, value: Duration): void {
  out.raw(durationBytes(value));
}

export function readDuration(input: Reader): Duration {
  return durationOf(input.fixed(12));
}
