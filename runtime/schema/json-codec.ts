/**
 * Plain JSON for clients, in few bytes: their bundles hold this and no other codec of ours. It writes what a server takes and
 * reads what a server gives when asked for `longs=string`; the server checks every value, so that only its shape is checked
 * here. `JSON.parse` is the platform's own.
 */

import { AffinityError, messageOf } from "../core/errors.js";
import { fromBase64, toBase64 } from "./base64.js";
import { isObject, memberOf, setMember } from "./member.js";
import type { TypeSource } from "./type.js";
import {
  type ArrayNode,
  definitionOf,
  type EnumNode,
  type FixedNode,
  type MapNode,
  nodeOf,
  type PrimitiveNode,
  type RecordNode,
  type TypeNode,
  type UnionNode,
} from "./type-node.js";

/** Plain JSON of one type. Both methods throw AffinityError VALUE_INVALID with a `pointer` for what does not fit. */
export interface JsonCodec<T, I = T> {
  /** Plain JSON text, with longs as texts. Fields that are left out, the server fills in. */
  toText(value: I): string;
  /**
   * The value of plain JSON as `JSON.parse` gives it, with longs as text. Members that the type does not have are passed
   * over: a server may know more than its clients.
   */
  fromValue(json: unknown): T;
}

/** The codec of a type. */
export function jsonCodec(define: TypeSource): JsonCodec<unknown> {
  return {
    toText: (value) => JSON.stringify(converted(define, value, toJson)),
    fromValue: (json) => converted(define, json, fromJson),
  };
}

/** Converts a scalar; nothing is left out of records where it gives TypeScript's values. */
interface Direction {
  readonly scalar: (node: PrimitiveNode | FixedNode | EnumNode, value: unknown) => unknown;
  readonly mayOmit: boolean;
}

function converted(define: TypeSource, value: unknown, direction: Direction): unknown {
  const conversion = new Conversion(direction);
  try {
    return conversion.run(nodeOf(define), value);
  } catch (error) {
    const { pointer } = conversion;
    const detail = `${definitionOf(define).name}${pointer}: ${messageOf(error)}`;
    throw new AffinityError("VALUE_INVALID", detail, { pointer, cause: error });
  }
}

/** One pass over a value: the two forms differ in their scalars only. */
class Conversion {
  readonly #direction: Direction;
  /** Where it stands; not taken back when something is thrown. */
  pointer = "";

  constructor(direction: Direction) {
    this.#direction = direction;
  }

  run(node: TypeNode, value: unknown): unknown {
    switch (node.kind) {
      case "record":
        return this.#record(node, value);
      case "array":
        return this.#array(node, value);
      case "map":
        return this.#map(node, value);
      case "union":
        return this.#union(node, value);
      default:
        return this.#direction.scalar(node, value);
    }
  }

  // One small function for each kind, with loops: the stack bounds how deep a value may be.

  #record({ fields }: RecordNode, value: unknown): unknown {
    const members = membersOf(value);
    const record = {};
    for (const field of fields) {
      const member = memberOf(members, field.name);
      if (member !== undefined || field.default === undefined || !this.#direction.mayOmit) {
        setMember(record, field.name, this.#inside(field.name, field.type, member));
      }
    }
    return record;
  }

  #array({ items }: ArrayNode, value: unknown): unknown {
    if (!Array.isArray(value)) throw wrong("an array", value);
    const array: unknown[] = [];
    for (const item of value) array.push(this.#inside(array.length, items, item));
    return array;
  }

  #map({ values }: MapNode, value: unknown): unknown {
    const map = Object.create(null);
    for (const [key, member] of Object.entries(membersOf(value))) map[key] = this.#inside(key, values, member);
    return map;
  }

  #union(node: UnionNode, value: unknown): unknown {
    const { branch, tag, bare } = branchOf(node, value);
    return tag === undefined ? this.run(branch, bare) : { [tag]: this.#inside(tag, branch, bare) };
  }

  #inside(step: string | number, node: TypeNode, value: unknown): unknown {
    const { pointer } = this;
    this.pointer = `${pointer}/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`;
    const result = this.run(node, value);
    this.pointer = pointer;
    return result;
  }
}

function membersOf(value: unknown): { readonly [member: string]: unknown } {
  if (!isObject(value)) throw wrong("an object", value);
  return value;
}

/** The branch of a union that a value is of, its tag where it stands in one, and the value itself. */
export function branchOf(
  { tags, branches, isTagged }: UnionNode,
  value: unknown,
): { readonly branch: TypeNode; readonly index: number; readonly tag: string | undefined; readonly bare: unknown } {
  const isBare = value === null || !isTagged;
  const found = isBare ? tags.filter((name) => (name === "null") === (value === null)) : Object.keys(membersOf(value));
  const tag = found.join();
  const index = tags.indexOf(tag);
  const branch = branches[index];
  if (branch === undefined) throw wrong(tags.join(" or "), value);
  return { branch, index, tag: isBare ? undefined : tag, bare: isBare ? value : membersOf(value)[tag] };
}

export function wrong(expected: string, found: unknown): Error {
  // NaN, Infinity and Invalid Date are of the right class, and no value: the class would tell nothing.
  const isNone = (typeof found === "number" || found instanceof Date) && !Number.isFinite(Number(found));
  return new Error(`found ${found === null || isNone ? String(found) : typeof found}; expected ${expected}`);
}

/** @throws Error for an invalid Date, of which Date's own methods say no more than that. */
export function checkedDate(date: Date): Date {
  if (Number.isNaN(date.getTime())) throw wrong("a timestamp", date);
  return date;
}

function isReal(kind: string): boolean {
  return kind === "float" || kind === "double";
}

const toJson: Direction = {
  mayOmit: true,
  scalar({ kind }, value) {
    if (value instanceof Uint8Array) return toBase64(value);
    if (value instanceof Date) return checkedDate(value).toISOString();
    if (typeof value === "bigint" || (typeof value === "number" && !Number.isFinite(value))) return String(value);
    if (Object.is(value, -0) && isReal(kind)) return "-0";
    if (kind === "fixed" && isObject(value)) {
      for (const part of Object.values(value))
        if (!Number.isInteger(part)) throw wrong("a duration of whole numbers", part);
    }
    if (value === undefined || (value === null && kind !== "null")) throw wrong(kind, value);
    return value;
  },
};

/** As plain JSON has each logical type: see `plain-scalar.ts`. */
const fromJson: Direction = {
  mayOmit: false,
  scalar(node, json) {
    const text = String(json);
    const { kind } = node;
    const logical = kind === "enum" ? undefined : node.logical;
    switch (logical?.kind) {
      case "duration":
        return { ...membersOf(json) };
      case "time":
        return kind === "int" ? Number(unitsOf(text, logical.digits)) : unitsOf(text, logical.digits);
      case "timestamp":
        return logical.isDate ? checkedDate(new Date(text)) : unitsOf(text, logical.digits);
    }
    if (kind === "long") return node.isNumber ? Number(text) : BigInt(text);
    if ((kind === "bytes" || kind === "fixed") && logical === undefined) return fromBase64(text);
    if (isReal(kind) && /^(NaN|-?Infinity)$/.test(text)) return Number(json);
    const expected = isReal(kind) || kind === "int" ? "number" : kind === "boolean" ? kind : "string";
    if (kind === "null" ? json !== null : typeof json !== (logical === undefined ? expected : "string"))
      throw wrong(kind, json);
    return json;
  },
};

/** Date, where there is one, and time with as many digits of the second as the unit has, as servers write them. */
const timePattern = /^(?:([+-]?\d+)(-\d\d-\d\dT))?(\d\d:\d\d:\d\d)\.(\d+)Z?$/;

/** Units since 1970, or of a day; a number where the text is one. */
function unitsOf(text: string, digits: number): bigint {
  const [, year = "1970", day = "-01-01T", time, fraction = ""] = timePattern.exec(text) ?? [];
  if (time === undefined) return BigInt(text);
  // Date knows some 270,000 years; the calendar repeats itself every 400, of which it is given those from 2000.
  const era = Math.floor(Number(year) / 400);
  const millis = Date.parse(`${2000 + Number(year) - era * 400}${day}${time}Z`);
  const seconds = BigInt(millis / 1000) + BigInt(era - 5) * 146_097n * 86_400n;
  return seconds * 10n ** BigInt(digits) + BigInt(fraction.padEnd(digits, "0"));
}
