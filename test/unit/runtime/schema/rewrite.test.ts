import { describe, expect, it } from "vitest";
import { interpretedType } from "../../../../runtime/schema/entity-type.js";
import { Matching } from "../../../../runtime/schema/matching.js";
import { definedBy } from "../../../../runtime/schema/raw-schema.js";
import { resolve } from "../../../../runtime/schema/resolution.js";
import { rewritePlan } from "../../../../runtime/schema/rewrite-plan.js";
import { nodeOf } from "../../../../runtime/schema/type-node.js";

const typeOf = (schema: unknown) => interpretedType(definedBy(JSON.stringify(schema)));
const resolution = (writer: unknown, reader: unknown) => resolve(JSON.stringify(writer), typeOf(reader));

const record = (...fields: readonly (readonly [name: string, type: unknown, more?: object])[]): object => ({
  type: "record",
  name: "R",
  fields: fields.map(([name, type, more]) => ({ name, type, ...more })),
});
const array = (items: unknown): object => ({ type: "array", items });

/** Blocks of one item each, with the size in bytes that a negative count comes with. */
function sized(items: readonly (readonly number[])[]): number[] {
  return [...items.flatMap((item) => [0x01, item.length * 2, ...item]), 0];
}

describe("rewriting a writer's bytes as a reader's", () => {
  it("takes blocks with their sizes in arrays that stay, that change and that are left out", () => {
    const writer = record(["gone", array("string")], ["same", array("int")], ["changed", array("int")]);
    const reader = record(["same", array("int")], ["changed", array("double")]);
    const bytes = [...sized([[2, 0x61], [0]]), ...sized([[2], [4]]), ...sized([[6], [8]])];
    expect(resolution(writer, reader).decode(Uint8Array.from(bytes))).toEqual({ same: [1, 2], changed: [3, 4] });
  });

  it("P17: a block of another size than it announces is refused, unless it is left out unseen", () => {
    const writer = record(["a", array("int")], ["b", "int"]);
    const wrong = Uint8Array.of(0x01, 4, 2, 0, 2);
    expect(() => resolution(writer, record(["a", array("double")])).decode(wrong)).toThrow(
      /\/a: found a block of 1 bytes/,
    );
    expect(() => resolution(writer, record(["a", array("int")])).decode(wrong)).toThrow(
      /\/a: found a block of 1 bytes/,
    );
    expect(resolution(writer, record(["b", "int"])).decode(Uint8Array.of(0x01, 2, 2, 0, 4))).toEqual({ b: 2 });
  });

  it("P17: what is left out is looked at as far as its end depends on it", () => {
    const of = (type: unknown) => resolution(record(["gone", type], ["id", "int"]), record(["id", "int"]));
    expect(of("int").decode(Uint8Array.of(0x80, 0x01, 2))).toEqual({ id: 1 });
    for (const [type, bytes, problem] of [
      ["int", [0x80, 0x00, 2], /not in its shortest form/],
      ["int", [0xff, 0xff, 0xff, 0xff, 0x1f, 2], /not in its shortest form; expected one of 32 bits/],
      ["long", [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02, 2], /expected one of 64 bits/],
      ["string", [0x08, 0x61], /the length 4 of a text/],
      ["double", [1, 2, 3], /the end of the bytes/],
      [["null", "int"], [4, 2], /the index 2; expected one of 2/],
      [{ type: "enum", name: "E", symbols: ["A"] }, [2, 2], /the index 1; expected one of 1/],
    ] as const)
      expect(() => of(type).decode(Uint8Array.from(bytes)), JSON.stringify(type)).toThrow(problem);
    expect(() => of("int").decode(Uint8Array.of(2, 2, 7))).toThrow(/found 1 bytes after the value/);
    expect(() => of("int").decode(Uint8Array.of(2))).toThrow(/the end of the bytes/);
  });

  it("puts fields in another order, those that are left out and defaults among them, also within arrays", () => {
    const writer = array(record(["a", "string"], ["gone", array("string")], ["b", "int"], ["c", array("long")]));
    const reader = array(
      record(["c", array("long")], ["d", "string", { default: "new" }], ["b", "double"], ["a", "string"]),
    );
    const value = [
      { a: "x".repeat(200), gone: ["1", "2"], b: -7, c: [1n, -(2n ** 63n)] },
      { a: "", gone: [], b: 0, c: [] },
    ];
    expect(resolution(writer, reader).decode(typeOf(writer).encode(value))).toEqual(
      value.map(({ a, b, c }) => ({ c, d: "new", b, a })),
    );
  });

  it("what was read stays as it is when the next value is", () => {
    const read = resolution(record(["gone", "int"], ["data", "bytes"]), record(["data", "bytes"]));
    const first = read.rewrite(Uint8Array.of(2, 4, 1, 2));
    const value = read.decode(Uint8Array.of(2, 4, 3, 4));
    read.decode(Uint8Array.of(2, 4, 5, 6));
    expect([...first]).toEqual([4, 1, 2]);
    expect(value).toEqual({ data: Uint8Array.of(3, 4) });
  });

  it("a value may be longer than what was written, and than any before it", () => {
    const text = "d".repeat(5_000);
    const writer = array(record(["id", "int"]));
    const reader = array(record(["id", "double"], ["text", "string", { default: text }]));
    const read = resolution(writer, reader);
    for (const count of [100, 1]) {
      const value = Array.from({ length: count }, (_, id) => ({ id }));
      expect(read.decode(typeOf(writer).encode(value))).toEqual(value.map(({ id }) => ({ id, text })));
    }
  });

  it("P12: records that use others many times over do not multiply the program", () => {
    const nested = (depth: number, leaf: string): unknown =>
      depth === 0
        ? leaf
        : {
            type: "record",
            name: `L${depth}`,
            fields: [
              { name: "a", type: nested(depth - 1, leaf) },
              ...["b", "c", "d"].map((name) => ({ name, type: depth === 1 ? leaf : `L${depth - 1}` })),
            ],
          };
    // 4^9 leaves, each 0.
    const [writer, reader] = [nested(9, "int"), nested(9, "double")];
    const program = rewritePlan(nodeOf(typeOf(writer).define), nodeOf(typeOf(reader).define), new Matching());
    expect(program?.code.length).toBeLessThan(20_000);
    const rewritten = resolution(writer, reader).rewrite(new Uint8Array(4 ** 9));
    expect(Buffer.compare(rewritten, new Uint8Array(8 * 4 ** 9))).toBe(0);
  });
});
