/** Logical types of Avro 1.12: which are known, and on what they may stand. Others count as absent, as specified. */
import type { JsonValue } from "./type.js";

/** `digits` are those after the second that the unit has: 3 for millis, 6 for micros, 9 for nanos. */
export type Logical =
  | { readonly kind: "decimal"; readonly precision: number; readonly scale: number }
  | { readonly kind: "uuid" | "duration" | "date" }
  | { readonly kind: "time"; readonly digits: number }
  /** `isDate`: whether it is a Date in TypeScript; else it is a bigint. */
  | { readonly kind: "timestamp"; readonly digits: number; readonly isLocal: boolean; readonly isDate: boolean };

type JsonObject = { readonly [member: string]: JsonValue };

const units = ["millis", "micros", "nanos"];

/** What the logical types but decimal stand on: a primitive, or a fixed of that size. */
const bases: { readonly [name: string]: RegExp } = {
  uuid: /^(string|16)$/,
  duration: /^12$/,
  date: /^int$/,
  "time-millis": /^int$/,
};

/**
 * The logical type of a schema object, if it is valid there.
 * @param base A primitive's name, or the size of a fixed in bytes.
 * @param dates Whether timestamp-millis is a Date in TypeScript.
 */
export function logicalOf(schema: JsonObject, base: string | number, dates = true): Logical | undefined {
  const name = schema.logicalType;
  if (typeof name !== "string") return undefined;
  if (name === "decimal") return decimalOf(schema, base);
  if (!(Object.hasOwn(bases, name) ? bases[name] : /^long$/)?.test(String(base))) return undefined;
  if (name === "uuid" || name === "duration" || name === "date") return { kind: name };
  const [, local, kind, unit = ""] = /^(local-)?(time|timestamp)-(\w+)$/.exec(name) ?? [];
  const digits = 3 * (units.indexOf(unit) + 1);
  const isLocal = local !== undefined;
  if (digits === 0) return undefined;
  if (kind === "timestamp") return { kind, digits, isLocal, isDate: dates && digits === 3 && !isLocal };
  return isLocal || digits === 9 ? undefined : { kind: "time", digits };
}

/** The word of a logical type's unit. */
export function unitOf(digits: number): string | undefined {
  return units[digits / 3 - 1];
}

/** Precision at least 1, scale from 0, the default, to the precision; a fixed must have room for the precision. */
function decimalOf({ precision, scale = 0 }: JsonObject, base: string | number): Logical | undefined {
  // "floor(log10(2^(8n-1) - 1))" digits fit into n bytes.
  const room =
    typeof base === "number" ? Math.floor((8 * base - 1) * Math.log10(2)) : base === "bytes" ? 2 ** 31 - 1 : 0;
  if (!isWhole(precision) || !isWhole(scale)) return undefined;
  return precision < 1 || scale > precision || precision > room ? undefined : { kind: "decimal", precision, scale };
}

function isWhole(value: JsonValue | undefined): value is number {
  return Number.isInteger(value) && Number(value) >= 0;
}
