/** Logical types of Avro 1.12: which are known, and on what they may stand. Others count as absent, as specified. */
import type { ExactJson } from "./type.js";

/** `digits` are those after the second that the unit has: 3 for millis, 6 for micros, 9 for nanos. */
export type Logical =
  | { readonly kind: "decimal"; readonly precision: number; readonly scale: number }
  | { readonly kind: "uuid" | "duration" | "date" }
  | { readonly kind: "time"; readonly digits: number }
  /** `isDate`: whether it is a Date in TypeScript; else it is a bigint. */
  | { readonly kind: "timestamp"; readonly digits: number; readonly isLocal: boolean; readonly isDate: boolean };

type JsonObject = { readonly [member: string]: ExactJson };

const units = ["millis", "micros", "nanos"];

/** Logical types but decimal, each with what it stands on: a primitive, or a fixed of that size. */
const placed =
  /^uuid (?:string|16)$|^duration 12$|^date int$|^time-millis int$|^(?:time-micros|(?:local-)?timestamp-(?:millis|micros|nanos)) long$/;

/**
 * The logical type of a schema object, if it is valid there.
 * @param base A primitive's name, or the size of a fixed in bytes.
 * @param dates Whether timestamp-millis is a Date in TypeScript.
 */
export function logicalOf(schema: JsonObject, base: string | number, dates = true): Logical | undefined {
  const name = schema.logicalType;
  // An array of one name would print like it.
  if (typeof name !== "string") return undefined;
  if (name === "decimal") return decimalOf(schema, base);
  if (!placed.test(`${name} ${base}`)) return undefined;
  if (name === "uuid" || name === "duration" || name === "date") return { kind: name };
  const words = name.split("-");
  const digits = 3 + 3 * units.indexOf(words.at(-1) ?? "");
  if (words[0] === "time") return { kind: "time", digits };
  const isLocal = words[0] === "local";
  return { kind: "timestamp", digits, isLocal, isDate: dates && digits === 3 && !isLocal };
}

/** The word of a logical type's unit. */
export function unitOf(digits: number): string | undefined {
  return units[digits / 3 - 1];
}

/** Precision at least 1, scale from 0, the default, to the precision; a fixed must have room for the precision. */
function decimalOf({ precision, scale = 0 }: JsonObject, base: string | number): Logical | undefined {
  // "floor(log10(2^(8n-1) - 1))" digits fit into n bytes; bytes take as many as an int can say.
  const room = base === "bytes" ? 2 ** 31 - 1 : Math.floor((8 * Number(base) - 1) * Math.log10(2));
  if (!isWhole(precision) || !isWhole(scale)) return undefined;
  return precision >= 1 && scale <= precision && precision <= room ? { kind: "decimal", precision, scale } : undefined;
}

function isWhole(value: ExactJson | undefined): value is number {
  return Number.isInteger(value) && Number(value) >= 0;
}
