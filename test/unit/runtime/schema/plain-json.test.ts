import { describe, expect, it } from "vitest";
import { interpretedType } from "../../../../runtime/schema/entity-type.js";
import type { ExactJson, TypeDefinition } from "../../../../runtime/schema/type.js";

const typeOf = (schema: ExactJson, style: Partial<TypeDefinition> = {}) =>
  interpretedType(() => ({ name: "t", schema, uses: [], ...style }));

/** Schema, value, plain JSON, Avro JSON where it differs. */
const forms: readonly [ExactJson, unknown, string, string?][] = [
  ["null", null, "null"],
  ["boolean", true, "true"],
  ["int", -2147483648, "-2147483648"],
  ["long", 9007199254740993n, "9007199254740993"],
  ["long", -(2n ** 63n), "-9223372036854775808"],
  ["double", 0.1, "0.1"],
  ["double", -0, "-0", "-0.0"],
  ["float", 1, "1", "1.0"],
  ["double", 1e300, "1e+300"],
  ["double", Number.NaN, '"NaN"'],
  ["double", Number.NEGATIVE_INFINITY, '"-Infinity"'],
  ["float", Number.POSITIVE_INFINITY, '"Infinity"'],
  ["string", 'a"\\\n\u0000é😀', '"a\\"\\\\\\n\\u0000é😀"'],
  ["bytes", Uint8Array.of(0, 255, 65), '"AP9B"', '"\\u0000\\u00ffA"'],
  ["bytes", new Uint8Array(), '""'],
  [{ type: "fixed", name: "t", size: 2 }, Uint8Array.of(34, 92), '"Ilw="', '"\\u0022\\u005c"'],
  [{ type: "enum", name: "t", symbols: ["A", "B"] }, "B", '"B"'],
  [{ type: "array", items: "int" }, [1, 2], "[1,2]"],
  [{ type: "map", values: "int" }, { "a/b": 1, '"': 2 }, '{"a/b":1,"\\"":2}'],
  [["null", "string"], "a", '"a"', '{"string":"a"}'],
  [["string", "null"], null, "null"],
  [["int"], 5, "5", '{"int":5}'],
  [["null", "int", "long"], { long: 5n }, '{"long":5}'],
  [["null", "int", "long"], null, "null"],
  [["int", { type: "array", items: "int" }], { array: [1] }, '{"array":[1]}'],
  [
    [
      { type: "record", name: "n.A", fields: [] },
      { type: "fixed", name: "n.B", size: 1 },
    ],
    { "n.B": Uint8Array.of(1) },
    '{"n.B":"AQ=="}',
    '{"n.B":"\\u0001"}',
  ],
  [{ type: "bytes", logicalType: "decimal", precision: 5, scale: 2 }, "-1.00", '"-1.00"', '"\\u009c"'],
  [
    { type: "fixed", name: "t", size: 3, logicalType: "decimal", precision: 4, scale: 0 },
    "12",
    '"12"',
    '"\\u0000\\u0000\\u000c"',
  ],
  [
    { type: "string", logicalType: "uuid" },
    "6F9619FF-8b86-d011-b42d-00c04fc964ff",
    '"6F9619FF-8b86-d011-b42d-00c04fc964ff"',
  ],
  [{ type: "int", logicalType: "date" }, "2024-02-29", '"2024-02-29"', "19782"],
  [{ type: "int", logicalType: "time-millis" }, 86_399_999, '"23:59:59.999"', "86399999"],
  [{ type: "int", logicalType: "time-millis" }, 86_400_000, "86400000"],
  [{ type: "long", logicalType: "time-micros" }, 1n, '"00:00:00.000001"', "1"],
  [{ type: "long", logicalType: "time-micros" }, -1n, "-1"],
  [{ type: "long", logicalType: "timestamp-millis" }, new Date(0), '"1970-01-01T00:00:00.000Z"', "0"],
  [{ type: "long", logicalType: "timestamp-micros" }, -1n, '"1969-12-31T23:59:59.999999Z"', "-1"],
  [
    { type: "long", logicalType: "timestamp-nanos" },
    2n ** 63n - 1n,
    '"2262-04-11T23:47:16.854775807Z"',
    "9223372036854775807",
  ],
  [{ type: "long", logicalType: "local-timestamp-millis" }, 5n, '"1970-01-01T00:00:00.005"', "5"],
  [
    { type: "long", logicalType: "local-timestamp-millis" },
    2n ** 63n - 1n,
    '"+292278994-08-17T07:12:55.807"',
    "9223372036854775807",
  ],
  [{ type: "long", logicalType: "local-timestamp-micros" }, 5n, '"1970-01-01T00:00:00.000005"', "5"],
  [{ type: "long", logicalType: "local-timestamp-nanos" }, 5n, '"1970-01-01T00:00:00.000000005"', "5"],
  [
    { type: "fixed", name: "t", size: 12, logicalType: "duration" },
    { months: 1, days: 258, millis: 4294967295 },
    '{"months":1,"days":258,"millis":4294967295}',
    '"\\u0001\\u0000\\u0000\\u0000\\u0002\\u0001\\u0000\\u0000\\u00ff\\u00ff\\u00ff\\u00ff"',
  ],
  [
    { type: "fixed", name: "t", size: 16, logicalType: "uuid" },
    "00010203-0405-0607-0809-0a0b0c0d0e0f",
    '"00010203-0405-0607-0809-0a0b0c0d0e0f"',
    '"\\u0000\\u0001\\u0002\\u0003\\u0004\\u0005\\u0006\\u0007\\u0008\\u0009\\u000a\\u000b\\u000c\\u000d\\u000e\\u000f"',
  ],
  [{ type: "long", logicalType: "nobody-knows" }, 5n, "5"],
  [{ type: "string", logicalType: "date" }, "x", '"x"'],
];

describe("the two JSONs", () => {
  it.each(forms.map(([schema, value, plain, avro]) => ({ schema, value, plain, avro: avro ?? plain })))(
    "write and read $plain",
    ({ schema, value, plain, avro }) => {
      const type = typeOf(schema);
      expect(type.toJson(value)).toBe(plain);
      expect(type.fromJson(plain)).toEqual(value);
      expect(type.toAvroJson(value)).toBe(avro);
      expect(type.fromAvroJson(avro)).toEqual(value);
    },
  );

  it("write records in schema order, whatever the order of members, and fill in defaults", () => {
    const type = typeOf({
      type: "record",
      name: "t",
      fields: [
        { name: "b", type: "int" },
        { name: "a", type: "long", default: 7 },
        { name: "big", type: "long", default: 9223372036854775807n },
        { name: "u", type: ["null", "int", "string"], default: "x" },
        { name: "raw", type: "bytes", default: "\u00ff" },
        { name: "list", type: { type: "array", items: ["null", "int"] }, default: [1, null] },
        { name: "__proto__", type: "int", default: 3 },
      ],
    });
    const full =
      '{"b":1,"a":7,"big":9223372036854775807,"u":{"string":"x"},"raw":"/w==","list":[1,null],"__proto__":3}';
    expect(type.toJson({ b: 1 })).toBe(full);
    expect(type.toJson(type.fromJson(' {\n"b" : 1 } '))).toBe(full);
    expect(type.toJson(type.decode(type.encode({ b: 1 })))).toBe(full);
    expect(type.toJson({ b: 1 }, { longs: "string" })).toContain('"a":"7","big":"9223372036854775807"');
    expect(Object.keys(Object(type.fromJson('{"a":1,"b":2}')))).toEqual([
      "b",
      "a",
      "big",
      "u",
      "raw",
      "list",
      "__proto__",
    ]);
  });

  it("take a default in a union for the first branch that it fits in Avro, whatever a logical type or a text says", () => {
    const decimal = { type: "bytes", logicalType: "decimal", precision: 1, scale: 0 } as const;
    const read = (type: ExactJson, value: ExactJson): unknown =>
      typeOf({ type: "record", name: "t", fields: [{ name: "x", type, default: value }] }).fromJson("{}");
    expect(read(["long", "string"], "5")).toEqual({ x: { string: "5" } });
    // An integer beyond 2^53 is no text, whatever stands before the long.
    expect(read(["long", "string"], "long:5")).toEqual({ x: { string: "long:5" } });
    expect(read(["string", "long"], 2n ** 63n - 1n)).toEqual({ x: { long: 2n ** 63n - 1n } });
    expect(read(["int", "double"], 2n ** 53n + 2n)).toEqual({ x: { double: 2 ** 53 + 2 } });
    expect(read(["double", "string"], "NaN")).toEqual({ x: { string: "NaN" } });
    expect(read([decimal, "string"], "\u0009")).toEqual({ x: { bytes: "9" } });
    // 256 is no decimal of one digit: such a default cannot be held, and is no text for that.
    expect(() => read([decimal, "string"], "\u0001\u0000")).toThrow("decimal of at most 1 digit");
  });

  it("make default collections anew, so that nobody changes another's", () => {
    const type = typeOf({ type: "record", name: "t", fields: [{ name: "a", type: "bytes", default: "a" }] });
    const [first, second] = [type.fromJson("{}"), type.fromJson("{}")];
    Object(first).a.fill(0);
    expect(Object(second).a).toEqual(Uint8Array.of(97));
  });

  it("read longs from numbers of any digits and from texts", () => {
    expect(typeOf("long").fromJson("-9223372036854775808")).toBe(-(2n ** 63n));
    expect(typeOf("long").fromJson('"9007199254740993"')).toBe(9007199254740993n);
    expect(typeOf("long", { longs: "number" }).fromJson('"12"')).toBe(12);
    expect(typeOf("double").fromJson("12345678901234567890")).toBe(12345678901234567000);
  });

  it("read timestamps with fewer digits, and numbers", () => {
    const millis = typeOf({ type: "long", logicalType: "timestamp-millis" });
    expect(millis.fromJson('"2024-02-29T12:00:00Z"')).toEqual(new Date("2024-02-29T12:00:00Z"));
    expect(millis.fromJson('"2024-02-29T12:00:00.5Z"')).toEqual(new Date("2024-02-29T12:00:00.500Z"));
    expect(millis.fromJson("1709208000000")).toEqual(new Date("2024-02-29T12:00:00Z"));
    const bigint = typeOf({ type: "long", logicalType: "timestamp-millis" }, { timestamps: "bigint" });
    expect(bigint.fromJson('"1970-01-01T00:00:01Z"')).toBe(1000n);
    expect(bigint.toJson(1000n)).toBe('"1970-01-01T00:00:01.000Z"');
    const local = typeOf({ type: "long", logicalType: "local-timestamp-micros" });
    expect(local.fromJson('"1970-01-01T00:00:00.5"')).toBe(500_000n);
  });

  const refused: readonly [ExactJson, string, string, string][] = [
    ["int", "2147483648", "", "int"],
    ["int", "1.0", "", "without point"],
    ["int", '"1"', "", "int"],
    ["long", "9223372036854775808", "", "long"],
    ["long", '"9223372036854775808"', "", "long"],
    ["long", '"0x10"', "", "long"],
    ["long", '""', "", "long"],
    ["long", "1e2", "", "without point"],
    ["double", '"1"', "", "double"],
    ["double", "1e400", "", "double"],
    ["float", "1e39", "", "float"],
    ["boolean", '"true"', "", "boolean"],
    ["null", "0", "", "null"],
    ["string", "1", "", "text"],
    ["string", '"\\ud800"', "", "surrogate"],
    ["bytes", '"AP9"', "", "base64"],
    ["bytes", '"AP9C="', "", "base64"],
    ["bytes", '"A-_B"', "", "base64"],
    ["bytes", '"AR=="', "", "base64"],
    ["bytes", '" AQ=="', "", "base64"],
    [{ type: "fixed", name: "f", size: 2 }, '"AQ=="', "", "2 bytes"],
    [{ type: "enum", name: "e", symbols: ["A"] }, '"a"', "", "one of A"],
    [{ type: "array", items: "int" }, '[1,"x"]', "/1", "int"],
    [{ type: "array", items: "int" }, "{}", "", "an array"],
    [{ type: "array", items: "int" }, "[1,]", "/1", "a JSON value"],
    [{ type: "map", values: "int" }, '{"a/b":{}}', "/a~1b", "int"],
    [{ type: "map", values: "int" }, '{"a":1,"a":2}', "/a", "second member"],
    [{ type: "map", values: "int" }, '{"__proto__":1,"__proto__":2}', "/__proto__", "second member"],
    [["null", "int"], '"x"', "", "int"],
    [["null", "int", "string"], "5", "", "an object with one tag"],
    [["null", "int", "string"], "{}", "", "expected"],
    [["null", "int", "string"], '{"int":1,"string":"a"}', "", "expected"],
    [["null", "int", "string"], '{"null":null}', "/null", "one member: int, string"],
    [["null", "int", "string"], '{"long":1}', "/long", "one member"],
    [["null", "int", "string"], '{"int":"a"}', "/int", "int"],
    [{ type: "bytes", logicalType: "decimal", precision: 3, scale: 2 }, '"1.5"', "", "exactly 2"],
    [{ type: "bytes", logicalType: "decimal", precision: 3, scale: 2 }, '"12.34"', "", "at most 3"],
    [{ type: "bytes", logicalType: "decimal", precision: 3, scale: 2 }, "1.50", "", "a decimal"],
    [{ type: "int", logicalType: "date" }, '"2023-02-29"', "", "a day"],
    [{ type: "int", logicalType: "date" }, '"2023-2-9"', "", "a day"],
    [{ type: "int", logicalType: "time-millis" }, '"24:00:00"', "", "time of day"],
    [{ type: "int", logicalType: "time-millis" }, '"12:00:00.0001"', "", "time of day"],
    [{ type: "long", logicalType: "timestamp-millis" }, '"2024-01-01"', "", "timestamp"],
    [{ type: "long", logicalType: "timestamp-millis" }, '"2024-01-01T00:00:00"', "", "in UTC"],
    [{ type: "long", logicalType: "timestamp-millis" }, '"2024-01-01T00:00:00.0001Z"', "", "timestamp"],
    [{ type: "long", logicalType: "timestamp-millis" }, "8640000000000001", "", "a Date holds"],
    [{ type: "long", logicalType: "timestamp-nanos" }, '"2300-01-01T00:00:00Z"', "", "timestamp"],
    [{ type: "long", logicalType: "local-timestamp-millis" }, '"2024-01-01T00:00:00Z"', "", "without zone"],
    [{ type: "string", logicalType: "uuid" }, '"6f9619ff"', "", "UUID"],
    [{ type: "fixed", name: "d", size: 12, logicalType: "duration" }, '{"months":1,"days":2}', "", "duration"],
    [
      { type: "fixed", name: "d", size: 12, logicalType: "duration" },
      '{"months":1,"days":2,"millis":-1}',
      "",
      "duration",
    ],
    [
      { type: "fixed", name: "d", size: 12, logicalType: "duration" },
      '{"months":1,"days":2,"millis":3,"x":4}',
      "",
      "alone",
    ],
    [
      { type: "fixed", name: "d", size: 12, logicalType: "duration" },
      '{"months":1.0,"days":2,"millis":3}',
      "",
      "point",
    ],
    [
      { type: "fixed", name: "d", size: 12, logicalType: "duration" },
      '{"months":1,"days":2e0,"millis":3}',
      "",
      "point",
    ],
    [
      { type: "fixed", name: "d", size: 12, logicalType: "duration" },
      '{"months":1,"days":2,"millis":1e-400}',
      "",
      "point",
    ],
    ["int", "1 2", "", "the end of the text"],
    ["int", "", "", "the end of the text"],
    ["int", "01", "", "the end of the text"],
    ["int", "nul", "", "JSON value"],
  ];

  it.each(refused.map(([schema, json, pointer, reason]) => ({ schema, json, pointer, reason })))(
    "refuse $json",
    ({ schema, json, pointer, reason }) => {
      try {
        typeOf(schema).fromJson(json);
        expect.unreachable();
      } catch (error) {
        expect(error).toMatchObject({ code: "VALUE_INVALID", pointer, detail: expect.stringContaining(reason) });
      }
    },
  );

  it("refuse unknown, duplicate and missing members with their place", () => {
    const type = typeOf({
      type: "record",
      name: "t",
      fields: [
        { name: "a", type: "int" },
        { name: "constructor", type: "int" },
      ],
    });
    const fault = (json: string): unknown => {
      try {
        return type.fromJson(json);
      } catch (error) {
        return error;
      }
    };
    expect(fault('{"a":1,"constructor":1,"b":2}')).toMatchObject({
      pointer: "/b",
      detail: expect.stringContaining("expected a, constructor"),
    });
    expect(fault('{"a":1,"a":2,"constructor":1}')).toMatchObject({
      pointer: "/a",
      detail: expect.stringContaining("second"),
    });
    expect(fault('{"a":1}')).toMatchObject({ pointer: "/constructor", detail: expect.stringContaining("no default") });
    expect(fault("[]")).toMatchObject({ pointer: "", detail: expect.stringContaining("a record t") });
    expect(fault('{"a":1,"__proto__":{"constructor":1}}')).toMatchObject({ pointer: "/__proto__" });
  });
});
