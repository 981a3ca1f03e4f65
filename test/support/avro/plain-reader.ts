/**
 * Plain JSON read by its documentation alone, as a judge of what the server accepted: refuses what is not documented.
 */

import { daysOf } from "./calendar.js";
import { twosComplement } from "./leaves.js";
import { isList, isObject, type Json, Numeral, printLossless } from "./lossless-json.js";
import { branchName, type Logical, type NamedShape, type Shape, type Types } from "./shape.js";
import { defaultValue, typeOf, type Value } from "./value.js";

/** What is not documented as plain JSON of the type. */
export class NotPlain extends Error {}

export function refuse(json: Json, wanted: string): never {
  throw new NotPlain(`${printLossless(json)} is no ${wanted}`);
}

/** @throws NotPlain */
export function readPlain(json: Json, shape: Shape, types: Types): Value {
  switch (shape.kind) {
    case "named":
      return readNamed(json, typeOf(types, shape.name), types);
    case "array":
      if (!isList(json)) return refuse(json, "array");
      return { kind: "array", items: json.map((item) => readPlain(item, shape.items, types)) };
    case "map":
      if (!isObject(json)) return refuse(json, "map");
      return {
        kind: "map",
        entries: new Map(Object.entries(json).map(([key, item]) => [key, readPlain(item, shape.values, types)])),
      };
    case "union":
      return readUnion(json, shape, types);
    default:
      return shape.logical === undefined
        ? readPrimitive(json, shape.kind)
        : readLogical(json, shape.logical, undefined);
  }
}

function readNamed(json: Json, type: NamedShape, types: Types): Value {
  if (type.kind === "enum")
    return typeof json === "string" && type.symbols.includes(json) ? json : refuse(json, "symbol");
  if (type.kind === "fixed") {
    if (type.logical !== undefined) return readLogical(json, type.logical, type.size);
    const bytes = readBytes(json);
    return bytes.length === type.size ? bytes : refuse(json, `fixed of ${type.size}`);
  }
  if (!isObject(json)) return refuse(json, "record");
  const fields = new Map<string, Value>();
  for (const field of type.fields) {
    if (Object.hasOwn(json, field.name)) fields.set(field.name, readPlain(json[field.name] ?? null, field.type, types));
    else if (field.default !== undefined) fields.set(field.name, defaultValue(field.default, field.type, types));
    else refuse(json, `record with ${field.name}`);
  }
  const unknown = Object.keys(json).find((name) => !fields.has(name));
  return unknown === undefined
    ? { kind: "record", fields, omitted: new Set() }
    : refuse(json, `record without ${unknown}`);
}

function readUnion(json: Json, shape: Shape & { readonly kind: "union" }, types: Types): Value {
  const { branches } = shape;
  const nullBranch = branches.findIndex(({ kind }) => kind === "null");
  if (json === null) return nullBranch < 0 ? refuse(json, "union") : { kind: "union", branch: nullBranch, value: null };
  const others = branches.filter(({ kind }) => kind !== "null");
  if (others.length === 1 && branches.length <= 2) {
    const [only] = others;
    if (only === undefined) return refuse(json, "union");
    return { kind: "union", branch: branches.indexOf(only), value: readPlain(json, only, types) };
  }
  if (!isObject(json) || Object.keys(json).length !== 1) return refuse(json, "tagged union");
  const tag = Object.keys(json)[0] ?? "";
  const branch = branches.findIndex((candidate) => candidate.kind !== "null" && branchName(candidate) === tag);
  const type = branches[branch];
  if (type === undefined) return refuse(json, "tag of the union");
  return { kind: "union", branch, value: readPlain(json[tag] ?? null, type, types) };
}

export function readPrimitive(json: Json, kind: string): Value {
  switch (kind) {
    case "null":
      return json === null ? null : refuse(json, "null");
    case "boolean":
      return typeof json === "boolean" ? json : refuse(json, "boolean");
    case "string":
      // Half a surrogate pair has no UTF-8.
      return typeof json === "string" && !/\p{Surrogate}/u.test(json) ? json : refuse(json, "string");
    case "bytes":
      return readBytes(json);
    case "int":
      return Number(readInteger(json, 32));
    case "long":
      return readInteger(json, 64);
    default:
      return readReal(json, kind);
  }
}

function readInteger(json: Json, bits: number): bigint {
  if (typeof json === "number" && Number.isInteger(json)) return within(BigInt(json), bits);
  if (typeof json === "bigint") return within(json, bits);
  if (bits === 64 && typeof json === "string" && /^-?\d+$/.test(json)) return within(BigInt(json), bits);
  return refuse(json, "integer");
}

function within(value: bigint, bits: number): bigint {
  return BigInt.asIntN(bits, value) === value ? value : refuse(value, `integer of ${bits} bits`);
}

function readReal(json: Json, kind: string): number {
  if (json === "NaN" || json === "Infinity" || json === "-Infinity" || json === "-0") return Number(json);
  const number = json instanceof Numeral ? Number(json.text) : json;
  if (typeof number !== "number" && typeof number !== "bigint") return refuse(json, kind);
  const value = kind === "float" ? Math.fround(Number(number)) : Number(number);
  return Number.isFinite(value) ? value : refuse(json, `finite ${kind}`);
}

function readBytes(json: Json): Uint8Array {
  if (typeof json !== "string" || !/^(?:[\w+/-]{4})*(?:[\w+/-]{2}(?:==)?|[\w+/-]{3}=?)?$/.test(json))
    return refuse(json, "base64");
  return Buffer.from(json, "base64");
}

function readLogical(json: Json, logical: Logical, size: number | undefined): Value {
  switch (logical.name) {
    case "decimal":
      return readDecimal(json, logical.precision, logical.scale, size);
    case "uuid": {
      if (typeof json !== "string" || !/^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(json))
        return refuse(json, "uuid");
      return size === undefined ? json : Buffer.from(json.replaceAll("-", ""), "hex");
    }
    case "date":
      return Number(readDays(json));
    case "time-millis":
      return Number(readClock(json, 3));
    case "time-micros":
      // With longs as text one outside of the day is its number as text.
      return typeof json === "string" && /^-?\d+$/.test(json) ? readInteger(json, 64) : readClock(json, 6);
    case "duration":
      return readDuration(json);
    case "timestamp-millis":
      return readMoment(json, 3, "Z");
    case "timestamp-micros":
      return readMoment(json, 6, "Z");
    case "timestamp-nanos":
      return readMoment(json, 9, "Z");
    case "local-timestamp-millis":
      return readMoment(json, 3, "");
    case "local-timestamp-micros":
      return readMoment(json, 6, "");
    case "local-timestamp-nanos":
      return readMoment(json, 9, "");
  }
}

function readDecimal(json: Json, precision: number, scale: number, size: number | undefined): Value {
  const match = typeof json === "string" ? /^(-?)(\d+)(?:\.(\d+))?$/.exec(json) : null;
  if (match === null) return refuse(json, "decimal");
  const [, sign = "", whole = "", fraction = ""] = match;
  if (fraction.length > scale) return refuse(json, `decimal of scale ${scale}`);
  const magnitude = BigInt(whole + fraction.padEnd(scale, "0"));
  if (magnitude >= 10n ** BigInt(precision)) return refuse(json, `decimal of precision ${precision}`);
  return twosComplement(sign === "-" ? -magnitude : magnitude, size);
}

function readDays(json: Json): bigint {
  const days = typeof json === "string" ? daysOf(json) : undefined;
  return days === undefined ? refuse(json, "date") : BigInt(days);
}

function readClock(json: Json, digits: number): bigint {
  // One outside of the day is its number, so numbers are read, too.
  if (typeof json === "number" || typeof json === "bigint") return readInteger(json, digits === 3 ? 32 : 64);
  const match = typeof json === "string" ? /^(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?$/.exec(json) : null;
  if (match === null) return refuse(json, "time of day");
  const [, hours = "", minutes = "", seconds = "0", fraction = ""] = match;
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return refuse(json, "time of day");
  if (/[1-9]/.test(fraction.slice(digits))) return refuse(json, `time of ${digits} digits`);
  const whole = BigInt(Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds));
  return whole * 10n ** BigInt(digits) + BigInt(fraction.slice(0, digits).padEnd(digits, "0"));
}

function readMoment(json: Json, digits: number, zone: "Z" | ""): bigint {
  if (typeof json === "number" || typeof json === "bigint") return readInteger(json, 64);
  const text = typeof json === "string" ? json : "";
  if (/^-?\d+$/.test(text)) return readInteger(text, 64);
  const match = /^(.+)T(.+?)(Z?)$/.exec(text);
  if (match === null || match[3] !== zone) return refuse(json, "timestamp");
  const [, day = "", clock = ""] = match;
  const unit = 10n ** BigInt(digits);
  return within(readDays(day) * 86_400n * unit + readClock(clock, digits), 64);
}

function readDuration(json: Json): Value {
  if (!isObject(json) || Object.keys(json).sort().join() !== "days,millis,months") return refuse(json, "duration");
  const out = Buffer.alloc(12);
  for (const [index, part] of ["months", "days", "millis"].entries()) {
    const value = json[part];
    if (typeof value !== "number" || !Number.isInteger(value) || value < 0 || value > 0xffff_ffff)
      return refuse(json, "duration");
    out.writeUInt32LE(value, index * 4);
  }
  return out;
}
