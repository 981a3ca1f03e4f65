import { describe, expect, it } from "vitest";
import { jsonCodec } from "../../../../runtime/schema/json-codec.js";
import { doubleType, floatType } from "../../../../runtime/schema/primitive-types.js";
import type { JsonValue, TypeDefinition } from "../../../../runtime/schema/type.js";

const codecOf = (schema: JsonValue, style: Partial<TypeDefinition> = {}) =>
  jsonCodec(() => ({ name: "t", schema, uses: [], ...style }));

const account = codecOf({
  type: "record",
  name: "t",
  fields: [
    { name: "id", type: "string" },
    { name: "balance", type: "long" },
    { name: "note", type: ["null", "string"], default: null },
    { name: "tags", type: { type: "map", values: ["int", "bytes"] } },
  ],
});

const span: JsonValue = { type: "fixed", name: "span", size: 12, logicalType: "duration" };

describe("jsonCodec", () => {
  it("writes longs as text, leaves out what the server fills in, and sends no member that the type does not have", () => {
    expect(
      account.toText({ id: "a", balance: 2n ** 63n - 1n, tags: { x: { bytes: Uint8Array.of(1) } }, more: 5 }),
    ).toBe('{"id":"a","balance":"9223372036854775807","tags":{"x":{"bytes":"AQ=="}}}');
  });

  it("reads what a server writes with longs=string, and passes over members that it does not know", () => {
    const json = { id: "a", balance: "9007199254740993", note: null, tags: { x: { int: 1 } }, newer: 1 };
    expect(account.fromValue(json)).toEqual({
      id: "a",
      balance: 9007199254740993n,
      note: null,
      tags: { x: { int: 1 } },
    });
  });

  it("says what is wrong and where", () => {
    const faults: readonly [() => unknown, string, string][] = [
      [() => account.toText(null), "", "found null; expected an object"],
      [() => account.toText({ balance: 1n, tags: {} }), "/id", "found undefined; expected string"],
      [
        () => account.toText({ id: "a", balance: 1n, tags: { "x/y": { int: 1, bytes: 2 } } }),
        "/tags/x~1y",
        "int or bytes",
      ],
      [() => account.toText({ id: null, balance: 1n, tags: {} }), "/id", "found null; expected string"],
      [() => account.fromValue({ id: 5, balance: "1", note: null, tags: {} }), "/id", "found number; expected string"],
      [() => account.fromValue({ id: "a", balance: "x", note: null, tags: {} }), "/balance", "x"],
      [() => account.fromValue({ id: "a", balance: "1", tags: {} }), "/note", "found undefined"],
      [() => account.fromValue("<html>"), "", "expected an object"],
      [
        () => codecOf({ type: "long", logicalType: "timestamp-millis" }).toText(new Date(Number.NaN)),
        "",
        "found Invalid Date; expected a timestamp",
      ],
      [
        () => codecOf(span).toText({ months: 0, days: Number.NaN, millis: 0 }),
        "",
        "found NaN; expected a duration of whole numbers",
      ],
      [() => codecOf({ type: "long", logicalType: "timestamp-millis" }).fromValue("soon"), "", "a timestamp"],
      [() => codecOf({ type: "array", items: "int" }).fromValue({}), "", "an array"],
    ];
    for (const [run, pointer, reason] of faults) {
      expect(run).toThrow(
        expect.objectContaining({ code: "VALUE_INVALID", pointer, detail: expect.stringContaining(reason) }),
      );
    }
    const circle: { next: unknown } = { next: null };
    circle.next = circle;
    const node = codecOf({ type: "record", name: "t", fields: [{ name: "next", type: ["null", "t"] }] });
    expect(() => node.toText(circle)).toThrow("VALUE_INVALID");
  });

  it("writes -0 as text where a server keeps its sign, and else as the zero that it is", () => {
    expect(codecOf("double").toText(-0)).toBe('"-0"');
    expect(codecOf("float").toText(-0)).toBe('"-0"');
    for (const type of ["int", { type: "int", logicalType: "time-millis" }] as const) {
      expect(codecOf(type).toText(-0)).toBe("0");
    }
    expect(codecOf("long", { longs: "number" }).toText(-0)).toBe("0");
    expect(codecOf(span).toText({ months: -0, days: 0, millis: 0 })).toBe('{"months":0,"days":0,"millis":0}');
  });

  it("does not take inherited members for fields", () => {
    const codec = codecOf({
      type: "record",
      name: "t",
      fields: [
        { name: "constructor", type: "string" },
        { name: "__proto__", type: "int" },
      ],
    });
    expect(() => codec.fromValue({})).toThrow("t/constructor");
    const value = codec.fromValue(JSON.parse('{"constructor":"a","__proto__":5}'));
    expect(Object.entries(Object(value))).toEqual([
      ["constructor", "a"],
      ["__proto__", 5],
    ]);
    expect(codec.toText(value)).toBe('{"constructor":"a","__proto__":5}');
  });
});

describe("Avro JSON of floats and doubles", () => {
  it("has a point in whole numbers, as Java and fastavro need it to tell -0.0 from 0 and 1.0 from 1", () => {
    expect(doubleType.toAvroJson(-0)).toBe("-0.0");
    expect(doubleType.toAvroJson(1)).toBe("1.0");
    expect(floatType.toAvroJson(16_777_216)).toBe("16777216.0");
    expect(doubleType.toAvroJson(1e21)).toBe("1e+21");
    for (const value of [0, -0, 1, 1.5, 1e21, 123_456_789_012_345_680_000]) {
      expect(doubleType.fromAvroJson(doubleType.toAvroJson(value))).toBe(value);
    }
  });
});
