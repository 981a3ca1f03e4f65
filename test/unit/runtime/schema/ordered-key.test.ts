import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { interpretedType } from "../../../../runtime/schema/entity-type.js";
import { keyCodec } from "../../../../runtime/schema/ordered-key.js";
import type { JsonValue } from "../../../../runtime/schema/type.js";
import { nodeOf, type TypeNode } from "../../../../runtime/schema/type-node.js";
import { schema, text, valueFor } from "./arbitraries.js";

const codecOf = (json: JsonValue) => keyCodec(() => ({ name: "key", schema: json, uses: [] }));

/** Avro's sort order, from the specification's words, on values as TypeScript holds them. */
function compare(node: TypeNode, a: unknown, b: unknown): number {
  switch (node.kind) {
    case "null":
      return 0;
    case "record":
      for (const { name, type, isDescending } of node.fields) {
        const order = compare(type, Object(a)[name], Object(b)[name]);
        if (order !== 0) return isDescending ? -order : order;
      }
      return 0;
    case "array": {
      const [left, right] = [a as unknown[], b as unknown[]];
      for (let index = 0; index < Math.min(left.length, right.length); index += 1) {
        const order = compare(node.items, left[index], right[index]);
        if (order !== 0) return order;
      }
      return left.length - right.length;
    }
    case "enum":
      return node.symbols.indexOf(String(a)) - node.symbols.indexOf(String(b));
    case "union": {
      const branch = (value: unknown): number => {
        if (value === null) return node.tags.indexOf("null");
        return node.isTagged
          ? node.tags.indexOf(Object.keys(Object(value))[0] ?? "")
          : node.tags.findIndex((tag) => tag !== "null");
      };
      const index = branch(a);
      if (index !== branch(b)) return index - branch(b);
      const type = node.branches[index] as TypeNode;
      const tag = node.tags[index] ?? "";
      return a !== null && node.isTagged ? compare(type, Object(a)[tag], Object(b)[tag]) : compare(type, a, b);
    }
    case "map":
      throw new Error("maps have no order");
    default:
      return compareScalars(node, a, b);
  }
}

function compareScalars(node: TypeNode, a: unknown, b: unknown): number {
  const logical = "logical" in node ? node.logical : undefined;
  if (logical?.kind === "decimal") {
    const number = (value: unknown): bigint => BigInt(String(value).replace(".", ""));
    return number(a) < number(b) ? -1 : number(a) > number(b) ? 1 : 0;
  }
  if (logical?.kind === "date") return Date.parse(String(a)) - Date.parse(String(b));
  if (a instanceof Date && b instanceof Date) return a.getTime() - b.getTime();
  if (node.kind === "float" || node.kind === "double") {
    const [left, right] = [Number(a), Number(b)];
    if (Number.isNaN(left) || Number.isNaN(right)) return Number(Number.isNaN(left)) - Number(Number.isNaN(right));
    if (left === 0 && right === 0) return Number(Object.is(right, -0)) - Number(Object.is(left, -0));
    return left < right ? -1 : left > right ? 1 : 0;
  }
  if (typeof a === "string" && typeof b === "string") return Buffer.compare(Buffer.from(a), Buffer.from(b));
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b);
  if (typeof a === "boolean") return Number(a) - Number(b);
  return (a as number) < (b as number) ? -1 : (a as number) > (b as number) ? 1 : 0;
}

const pairs = schema({ maps: false, logical: true }).chain((json) => {
  const define = () => ({ name: "key", schema: json, uses: [] });
  const value = valueFor(nodeOf(define));
  return fc.tuple(value, value).map(([a, b]) => ({ define, a, b }));
});

describe("ordered keys", () => {
  it("compare as Avro's sort order does, for every type, and come back", () => {
    fc.assert(
      fc.property(pairs, ({ define, a, b }) => {
        const codec = keyCodec(define);
        const [left, right] = [codec.toOrdered(a), codec.toOrdered(b)];
        const expected = Math.sign(compare(nodeOf(define), a, b));
        expect(left < right ? -1 : left > right ? 1 : 0).toBe(expected);
        expect(interpretedType(define).encode(codec.fromOrdered(left))).toEqual(interpretedType(define).encode(a));
        expect(/^[\0-\xff]*$/.test(left)).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  const ascending: readonly [JsonValue, readonly unknown[]][] = [
    ["int", [-(2 ** 31), -256, -1, 0, 1, 255, 2 ** 31 - 1]],
    ["long", [-(2n ** 63n), -(2n ** 32n), -1n, 0n, 1n, 2n ** 32n, 2n ** 63n - 1n]],
    [
      "double",
      [Number.NEGATIVE_INFINITY, -1e300, -1, -5e-324, -0, 0, 5e-324, 1, 1e300, Number.POSITIVE_INFINITY, Number.NaN],
    ],
    ["float", [Number.NEGATIVE_INFINITY, -1.5, -0, 0, 1.5, Number.POSITIVE_INFINITY, Number.NaN]],
    [
      "string",
      ["", "\0", "\0\0", "a", "a\0", "a\0b", "ab", "b", "\u007f", "\u0080", "\uffff", "\ud800\udc00", "\u{10ffff}"],
    ],
    ["bytes", [[], [0], [0, 0], [0, 255], [1], [255], [255, 255]].map((bytes) => Uint8Array.from(bytes))],
    ["boolean", [false, true]],
    [
      { type: "bytes", logicalType: "decimal", precision: 30, scale: 2 },
      ["-10000000000000000.00", "-2.56", "-1.00", "-0.01", "0.00", "0.01", "1.27", "1.28", "99999999999999999999.99"],
    ],
    [{ type: "array", items: "int" }, [[], [-1], [-1, 5], [0], [0, -5], [1]]],
    [
      ["null", "int", "string"],
      [null, { int: -5 }, { int: 5 }, { string: "" }, { string: "a" }],
    ],
    [{ type: "enum", name: "e", symbols: ["Z", "A", "M"] }, ["Z", "A", "M"]],
    [
      {
        type: "record",
        name: "r",
        fields: [
          { name: "a", type: "string", order: "descending" },
          { name: "b", type: "string" },
        ],
      },
      [
        { a: "b", b: "" },
        { a: "ab", b: "" },
        { a: "a\0", b: "" },
        { a: "a", b: "" },
        { a: "a", b: "x" },
        { a: "", b: "" },
      ],
    ],
  ];

  it.each(ascending.map(([json, values]) => ({ json, values })))("put $values in order", ({ json, values }) => {
    const ordered = values.map((value) => codecOf(json).toOrdered(value));
    expect([...ordered].sort((a, b) => (a < b ? -1 : 1))).toEqual(ordered);
    expect(new Set(ordered).size).toBe(values.length);
  });

  it("hold longs exactly where they are numbers, in the same order and bytes", () => {
    const numbers = keyCodec(() => ({ name: "long", schema: "long", uses: [], longs: "number" }));
    for (const value of [0, -1, 2 ** 31, -(2 ** 31) - 1, 2 ** 53 - 1, 1 - 2 ** 53]) {
      expect(numbers.toOrdered(value)).toBe(codecOf("long").toOrdered(BigInt(value)));
      expect(numbers.fromOrdered(numbers.toOrdered(value))).toBe(value);
    }
  });

  it("find the texts that begin with a prefix, and no others", () => {
    const codec = codecOf("string");
    fc.assert(
      fc.property(text, text, (prefix, key) => {
        const { from, to } = codec.prefixRange(prefix);
        const ordered = codec.toOrdered(key);
        expect(ordered >= from && (to === undefined || ordered < to)).toBe(key.startsWith(prefix));
      }),
      { numRuns: 2000 },
    );
    expect(codec.prefixRange("")).toEqual({ from: "", to: undefined });
  });

  it("find the record keys that begin with given fields, and no others", () => {
    const codec = codecOf({
      type: "record",
      name: "r",
      fields: [
        { name: "ts", type: "long", order: "descending" },
        { name: "id", type: "string" },
        { name: "n", type: "int" },
      ],
    });
    const part = fc.constantFrom("", "a", "a\0", "ab");
    const ts = fc.constantFrom(-1n, 0n, 255n);
    fc.assert(
      fc.property(ts, part, ts, part, fc.integer({ min: 0, max: 2 }), (ts1, id1, ts2, id2, count) => {
        const { from, to } = codec.prefixRange([ts1, id1].slice(0, count));
        const ordered = codec.toOrdered({ ts: ts2, id: id2, n: -1 });
        const expected = (count < 1 || ts1 === ts2) && (count < 2 || id1 === id2);
        expect(ordered >= from && (to === undefined || ordered < to)).toBe(expected);
      }),
    );
    expect(() => codec.prefixRange([0n, "a", 1, 2])).toThrow("VALUE_INVALID");
    expect(() => codec.prefixRange("a")).toThrow("VALUE_INVALID");
    expect(() => codec.prefixRange([0n, 5])).toThrow("key/id");
    expect(() => codecOf("long").prefixRange("a")).toThrow("VALUE_INVALID");
  });

  it("refuse values that are not of the key's type, with their place", () => {
    const codec = codecOf({ type: "record", name: "r", fields: [{ name: "a", type: ["null", "int"] }] });
    expect(() => codec.toOrdered({ a: "x" })).toThrow(/VALUE_INVALID.*key\/a: .*int/);
    expect(() => codec.toOrdered(null)).toThrow("a record r");
    expect(() => codecOf("string").toOrdered("\ud800")).toThrow("surrogate");
    expect(() => codecOf("float").toOrdered(1e40)).toThrow("float (at most");
    const timestamp = codecOf({ type: "long", logicalType: "timestamp-millis" });
    expect(() => timestamp.toOrdered(new Date(Number.NaN))).toThrow("found an invalid Date; expected a valid Date");
    expect(() => codecOf({ type: "map", values: "int" }).toOrdered({})).toThrow("without maps");
  });
});
