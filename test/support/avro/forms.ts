/**
 * The forms that a value takes: in TypeScript as users see it, in avsc, in plain JSON and in the specification's JSON.
 * Written from the user-facing contract and the specification, not from the product's code.
 */
import { isoDate } from "./calendar.js";
import type { LeafValue } from "./leaves.js";
import { type Json, Numeral, printLossless } from "./lossless-json.js";
import { branchName, type Logical, type Shape, type Types } from "./shape.js";
import { convert, type Form, type Leaf, type Value } from "./value.js";

/** A value as generated TypeScript types have it. */
export type UserValue = LeafValue | Date | readonly UserValue[] | { readonly [member: string]: UserValue | undefined };

/** The values of an object that has no prototype, as maps have none. */
function bare<T>(entries: Iterable<readonly [string, T]>): { [member: string]: T } {
  const out: { [member: string]: T } = Object.create(null);
  for (const [key, value] of entries) out[key] = value;
  return out;
}

/** `[null, T]` and `[T, null]` are bare, one branch is its type; every other union is tagged. */
function isTagged(shape: Shape & { readonly kind: "union" }): boolean {
  const others = shape.branches.filter((branch) => branch.kind !== "null");
  return others.length > 1 || shape.branches.length > 2;
}

function userForm(isInput: boolean): Form<UserValue> {
  return {
    primitive: (value, leaf) =>
      leaf.kind !== "enum" && leaf.logical !== undefined ? userLogical(value, leaf.logical, leaf) : value,
    list: (items) => items,
    map: (entries) => bare(entries),
    union: (value, branch, shape) => (value === null || !isTagged(shape) ? value : { [branchName(branch)]: value }),
    record: (fields, omitted) => {
      const kept = [...fields].filter(([name]) => !isInput || !omitted.has(name));
      return Object.fromEntries(kept);
    },
  };
}

/** What reading gives: every field there. */
export function userValue(value: Value, shape: Shape, types: Types): UserValue {
  return convert(value, shape, types, userForm(false));
}

/** What may be written: fields whose default is meant are left out. */
export function userInput(value: Value, shape: Shape, types: Types): UserValue {
  return convert(value, shape, types, userForm(true));
}

function userLogical(value: LeafValue, logical: Logical, leaf: Leaf): UserValue {
  switch (logical.name) {
    case "decimal":
      return decimalText(unscaled(value), logical.scale);
    case "uuid":
      return value instanceof Uint8Array ? uuidOf(value) : value;
    case "date":
      return isoDate(Number(value));
    case "timestamp-millis":
      return new Date(Number(value));
    case "duration": {
      const [months, days, millis] = durationOf(value);
      return { months, days, millis };
    }
    default:
      if (leaf.kind !== "int" && leaf.kind !== "long") throw new Error(`${logical.name} on ${leaf.kind}`);
      return value;
  }
}

function unscaled(value: LeafValue): bigint {
  if (!(value instanceof Uint8Array)) throw new Error("a decimal is bytes");
  let out = 0n;
  for (const byte of value) out = (out << 8n) | BigInt(byte);
  return BigInt.asIntN(8 * value.length, out);
}

/** Exact decimal text with always `scale` digits behind the point. */
function decimalText(value: bigint, scale: number): string {
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, "0");
  const whole = digits.slice(0, digits.length - scale);
  const sign = value < 0n ? "-" : "";
  return scale === 0 ? `${sign}${whole}` : `${sign}${whole}.${digits.slice(digits.length - scale)}`;
}

function uuidOf(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

function durationOf(value: LeafValue): readonly [number, number, number] {
  if (!(value instanceof Uint8Array)) throw new Error("a duration is bytes");
  const buffer = Buffer.from(value);
  return [buffer.readUInt32LE(0), buffer.readUInt32LE(4), buffer.readUInt32LE(8)];
}

/** A value as avsc takes it with `wrapUnions: "always"` and bigint longs. */
export type AvscValue = LeafValue | readonly AvscValue[] | { readonly [member: string]: AvscValue };

const avscForm: Form<AvscValue> = {
  primitive: (value) => (value instanceof Uint8Array ? Buffer.from(value) : value),
  list: (items) => items,
  map: (entries) => Object.fromEntries(entries),
  union: (value, branch) => (branch.kind === "null" ? null : { [branchName(branch)]: value }),
  record: (fields) => Object.fromEntries(fields),
};

export function avscValue(value: Value, shape: Shape, types: Types): AvscValue {
  return convert(value, shape, types, avscForm);
}

/** Specification, "JSON Encoding": bytes and fixed as text of their code points, unions tagged except null. */
const avroJsonForm: Form<Json> = {
  primitive: (value, leaf) => {
    if (value instanceof Uint8Array) return Buffer.from(value).toString("latin1");
    return leaf.kind === "float" || leaf.kind === "double" ? pointed(jsonNumber(value)) : jsonNumber(value);
  },
  list: (items) => items,
  map: (entries) => bare(entries),
  union: (value, branch) => (branch.kind === "null" ? null : { [branchName(branch)]: value }),
  record: (fields) => bare(fields),
};

export function avroJson(value: Value, shape: Shape, types: Types): string {
  return printLossless(convert(value, shape, types, avroJsonForm));
}

/** Whole floats have a point, as Java writes them. */
function pointed(value: Json): Json {
  const text = Object.is(value, -0) ? "-0" : String(value);
  return typeof value === "number" && /^-?\d+$/.test(text) ? new Numeral(`${text}.0`) : value;
}

/** JSON has no NaN and no infinities: text. */
function jsonNumber(value: Exclude<LeafValue, Uint8Array>): Json {
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}

const plainJsonForm: Form<Json> = {
  primitive: (value, leaf) => {
    if (leaf.kind !== "enum" && leaf.logical !== undefined) return plainLogical(value, leaf.logical);
    return value instanceof Uint8Array ? Buffer.from(value).toString("base64") : jsonNumber(value);
  },
  list: (items) => items,
  map: (entries) => bare(entries),
  union: (value, branch, shape) => (value === null || !isTagged(shape) ? value : { [branchName(branch)]: value }),
  record: (fields) => bare(fields),
};

/** Plain JSON as the HTTP interface has it. */
export function plainJson(value: Value, shape: Shape, types: Types): string {
  return printLossless(convert(value, shape, types, plainJsonForm));
}

function plainLogical(value: LeafValue, logical: Logical): Json {
  switch (logical.name) {
    case "decimal":
      return decimalText(unscaled(value), logical.scale);
    case "uuid":
      return value instanceof Uint8Array ? uuidOf(value) : String(value);
    case "date":
      return isoDate(Number(value));
    case "duration": {
      const [months, days, millis] = durationOf(value);
      return { months, days, millis };
    }
    case "time-millis":
      return timeOfDay(value, 3);
    case "time-micros":
      return timeOfDay(value, 6);
    case "timestamp-millis":
      return `${isoTimestamp(longOf(value), 3)}Z`;
    case "timestamp-micros":
      return `${isoTimestamp(longOf(value), 6)}Z`;
    case "timestamp-nanos":
      return `${isoTimestamp(longOf(value), 9)}Z`;
    case "local-timestamp-millis":
      return isoTimestamp(longOf(value), 3);
    case "local-timestamp-micros":
      return isoTimestamp(longOf(value), 6);
    case "local-timestamp-nanos":
      return isoTimestamp(longOf(value), 9);
  }
}

function longOf(value: LeafValue): bigint {
  if (typeof value !== "bigint") throw new Error("a time is a number or a long");
  return value;
}

/** One outside of the day is its number. */
function timeOfDay(value: LeafValue, digits: number): Json {
  const units = typeof value === "number" ? BigInt(value) : longOf(value);
  const isWithin = units >= 0n && units < 86_400n * 10n ** BigInt(digits);
  return isWithin ? isoTime(units, digits) : typeof value === "number" ? value : units;
}

function isoTime(value: bigint, digits: number): string {
  const unit = 10n ** BigInt(digits);
  const seconds = value / unit;
  const two = (part: bigint): string => part.toString().padStart(2, "0");
  const clock = `${two(seconds / 3600n)}:${two((seconds / 60n) % 60n)}:${two(seconds % 60n)}`;
  return `${clock}.${(value % unit).toString().padStart(digits, "0")}`;
}

function isoTimestamp(value: bigint, digits: number): string {
  const unitsOfDay = 86_400n * 10n ** BigInt(digits);
  const ofDay = ((value % unitsOfDay) + unitsOfDay) % unitsOfDay;
  return `${isoDate(Number((value - ofDay) / unitsOfDay))}T${isoTime(ofDay, digits)}`;
}
