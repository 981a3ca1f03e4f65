import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isAffinityError } from "../../../../runtime/core/errors.js";
import { interpretedType } from "../../../../runtime/schema/entity-type.js";
import { nearestFloat } from "../../../../runtime/schema/nearest-float.js";
import { definedBy } from "../../../../runtime/schema/raw-schema.js";
import { resolve } from "../../../../runtime/schema/resolution.js";

const typeOf = (schema: unknown) => interpretedType(definedBy(JSON.stringify(schema)));

/** What a reader makes of a value that a writer wrote. */
function read(writer: unknown, value: unknown, reader: unknown): unknown {
  return resolve(JSON.stringify(writer), typeOf(reader)).decode(typeOf(writer).encode(value));
}

const record = (fields: readonly object[], more: object = {}): object => ({
  type: "record",
  name: "bank.Account",
  ...more,
  fields,
});

describe("reading with the writer's schema", () => {
  it("promotes exactly, longs at their ends too", () => {
    for (const value of [-(2n ** 63n), -(2n ** 53n) - 1n, 2n ** 52n + 1n, 2n ** 63n - 1n])
      expect(read("long", value, ["null", "long"])).toBe(value);
    expect(read("int", -5, "long")).toBe(-5n);
    expect(read("int", 2 ** 24 + 1, "float")).toBe(2 ** 24);
    expect(read("int", 7, "double")).toBe(7);
    expect(read("long", 2n ** 53n + 1n, "double")).toBe(2 ** 53);
    expect(read("float", 0.5, "double")).toBe(0.5);
    expect(read("string", "Größe", "bytes")).toEqual(new TextEncoder().encode("Größe"));
    expect(read("bytes", new TextEncoder().encode("Größe"), "string")).toBe("Größe");
    expect(() => read("bytes", Uint8Array.of(0xff), "string")).toThrow(/UTF-8/);
  });

  it("a long becomes the float that is nearest to it: it is rounded once", () => {
    // Halfway between two floats but for its last bit; as a double it is exactly halfway.
    const value = 2n ** 60n + 2n ** 36n + 1n;
    expect(Math.fround(Number(value))).toBe(2 ** 60);
    expect(nearestFloat(value)).toBe(2 ** 60 + 2 ** 37);
    expect(nearestFloat(-value)).toBe(-(2 ** 60) - 2 ** 37);
    expect(nearestFloat(2n ** 63n - 1n)).toBe(2 ** 63);
  });

  it("fields are reordered, left out, taken by alias, and get their defaults", () => {
    const writer = record([
      { name: "gone", type: { type: "map", values: "string" } },
      { name: "b", type: "int" },
      { name: "old", type: "string" },
      { name: "c", type: { type: "array", items: "long" } },
    ]);
    const reader = record([
      { name: "c", type: { type: "array", items: "double" } },
      { name: "fresh", type: ["null", "string"], default: null },
      { name: "a", type: "string", aliases: ["old"] },
      { name: "b", type: "long" },
      { name: "list", type: { type: "array", items: "int" }, default: [1, 2] },
    ]);
    const value = { gone: { x: "y" }, b: 3, old: "o", c: [1n, -1n] };
    expect(read(writer, value, reader)).toEqual({ c: [1, -1], fresh: null, a: "o", b: 3n, list: [1, 2] });
  });

  it("unions are read both ways, whatever their order", () => {
    expect(read(["null", "int", "string"], { int: 4 }, ["string", "long", "null"])).toEqual({ long: 4n });
    expect(read("int", 4, ["null", "int"])).toBe(4);
    expect(read(["int", "long"], { int: 4 }, "double")).toBe(4);
  });

  it("enums go by symbol, and by the reader's default", () => {
    const symbols = (list: readonly string[], more: object = {}): object => ({
      type: "enum",
      name: "S",
      symbols: list,
      ...more,
    });
    expect(read(symbols(["A", "B"]), "A", symbols(["B", "A"]))).toBe("A");
    expect(read(symbols(["A", "B"]), "A", symbols(["B", "C"], { default: "C" }))).toBe("C");
  });

  it("logical types are read by the reader's", () => {
    const decimal = (precision: number): object => ({ type: "bytes", logicalType: "decimal", precision, scale: 2 });
    expect(read(decimal(4), "-12.30", decimal(9))).toBe("-12.30");
    expect(read("long", 1000n, { type: "long", logicalType: "timestamp-millis" })).toEqual(new Date(1000));
    expect(read({ type: "int", logicalType: "date" }, "1970-01-03", "long")).toBe(2n);
  });

  it("recursive types are read to the depth that values may have, and not beyond", () => {
    const tree = (type: string): object => ({
      type: "record",
      name: "Tree",
      fields: [
        { name: "next", type: ["null", "Tree"] },
        { name: "value", type },
      ],
    });
    const chain = (depth: number): unknown => (depth === 0 ? null : { next: chain(depth - 1), value: depth });
    const deep = (node: unknown): number => {
      let depth = 0;
      for (let at = node; at !== null; at = Reflect.get(Object(at), "next")) depth += 1;
      return depth;
    };
    expect(deep(read(tree("int"), chain(900), tree("double")))).toBe(900);
    // 2,000 branches that are taken, and no end.
    const endless = new Uint8Array(2_000).fill(2);
    expect(() => resolve(JSON.stringify(tree("int")), typeOf(tree("double"))).decode(endless)).toThrow(
      /more than 1000 values in each other/,
    );
  });

  it("bytes that are the reader's already are not rewritten", () => {
    const one = record([{ name: "id", type: "int" }]);
    const two = record([{ name: "number", type: "long", aliases: ["id"] }], { doc: "the same bytes" });
    const resolution = resolve(JSON.stringify(one), typeOf(two));
    expect(resolution.isSame).toBe(true);
    expect(resolution.decode(typeOf(one).encode({ id: 5 }))).toEqual({ number: 5n });
    expect(resolve(JSON.stringify(two), typeOf(record([{ name: "x", type: "int", default: 1 }]))).isSame).toBe(false);
  });

  it("what cannot be resolved is refused when the schemas meet, with path, rule and cure", () => {
    const one = record([{ name: "owner", type: { type: "record", name: "Owner", fields: [] } }]);
    const fields = [{ name: "email", type: "string" }];
    const two = record([{ name: "owner", type: { type: "record", name: "Owner", fields } }]);
    expect(() => resolve(JSON.stringify(one), typeOf(two))).toThrow(
      "[SCHEMA_INCOMPATIBLE] bank.Account.owner.email: is not a field of the writer's bank.Owner and has no default " +
        "(READER_FIELD_MISSING_DEFAULT_VALUE); Give email a default.",
    );
  });

  it("P17: any bytes are a value or VALUE_INVALID with a pointer", () => {
    const item = {
      type: "record",
      name: "Item",
      fields: [
        { name: "x", type: "int" },
        { name: "y", type: "string" },
      ],
    };
    const back = {
      ...item,
      fields: [
        { name: "y", type: "string" },
        { name: "x", type: "float" },
      ],
    };
    const of = (inner: object): object =>
      record([
        { name: "items", type: { type: "array", items: inner } },
        { name: "map", type: { type: "map", values: ["null", "Item", "long"] } },
      ]);
    const resolution = resolve(JSON.stringify(of(item)), typeOf(of(back)));
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        try {
          resolution.decode(bytes);
          return true;
        } catch (error) {
          return isAffinityError(error) && error.code === "VALUE_INVALID" && error.pointer !== undefined;
        }
      }),
      { numRuns: 3_000 },
    );
  });
});
