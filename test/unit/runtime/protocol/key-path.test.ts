import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { keyBytesLimit, keyPath, pathSafe, pathText, queryText } from "../../../../runtime/protocol/key-path.js";
import { keySegments } from "../../../../runtime/protocol/key-segments.js";
import { interpretedType } from "../../../../runtime/schema/entity-type.js";
import { keyBytes } from "../../../../runtime/schema/key-bytes.js";
import type { JsonValue, TypeDefinition } from "../../../../runtime/schema/type.js";
import { nodeOf } from "../../../../runtime/schema/type-node.js";
import { schema, valueFor } from "../schema/arbitraries.js";

const pathOf = (json: JsonValue, style: Partial<TypeDefinition> = {}) =>
  keyPath(() => ({ name: "key", schema: json, uses: [], ...style }));

describe("keys in paths", () => {
  const texts: readonly [JsonValue, unknown, readonly string[]][] = [
    ["string", "a/b é", ["a/b é"]],
    ["string", "", [""]],
    ["int", -5, ["-5"]],
    ["long", 9007199254740993n, ["9007199254740993"]],
    ["double", 1.5, ["1.5"]],
    ["double", Number.NaN, ["NaN"]],
    ["double", -0, ["-0"]],
    ["boolean", true, ["true"]],
    ["null", null, ["null"]],
    ["bytes", Uint8Array.of(251, 255), ["-_8"]],
    [{ type: "fixed", name: "f", size: 1 }, Uint8Array.of(0), ["AA"]],
    [{ type: "enum", name: "e", symbols: ["A"] }, "A", ["A"]],
    [{ type: "int", logicalType: "date" }, "2024-02-29", ["2024-02-29"]],
    [{ type: "int", logicalType: "time-millis" }, 1, ["1"]],
    [{ type: "long", logicalType: "timestamp-micros" }, -1n, ["-1"]],
    [{ type: "int", logicalType: "time-millis" }, -1, ["-1"]],
    [{ type: "long", logicalType: "timestamp-millis" }, new Date(5), ["1970-01-01T00:00:00.005Z"]],
    [{ type: "bytes", logicalType: "decimal", precision: 4, scale: 1 }, "-12.5", ["-12.5"]],
    [
      {
        type: "record",
        name: "r",
        fields: [
          { name: "ts", type: "long" },
          { name: "id", type: "string" },
        ],
      },
      { ts: 1n, id: "a/b" },
      ["1", "a/b"],
    ],
    [{ type: "array", items: "int" }, [1, -1], ["BAIBAA"]],
    [["null", "string"], "a", ["AgJh"]],
    [{ type: "record", name: "r", fields: [{ name: "a", type: ["null", "int"] }] }, { a: null }, ["AA"]],
    [
      { type: "fixed", name: "d", size: 12, logicalType: "duration" },
      { months: 0, days: 0, millis: 0 },
      ["AAAAAAAAAAAAAAAA"],
    ],
  ];

  it.each(texts.map(([json, key, segments]) => ({ json, key, segments })))(
    "write $segments",
    ({ json, key, segments }) => {
      const path = pathOf(json);
      expect(path.segmentsOf(key)).toEqual(segments);
      expect(path.segmentCount).toBe(segments.length);
      expect(path.keyOf(segments)).toEqual(key);
    },
  );

  it("come back, for every type", () => {
    const keys = schema({ maps: false, logical: true }).chain((json) => {
      const define = () => ({ name: "key", schema: json, uses: [] });
      return valueFor(nodeOf(define)).map((key) => ({ define, key }));
    });
    fc.assert(
      fc.property(keys, ({ define, key }) => {
        const path = keyPath(define);
        const segments = path.segmentsOf(key);
        const decoded = pathText(segments).split("/").map(decodeURIComponent);
        const type = interpretedType(define);
        expect(type.encode(path.keyOf(decoded))).toEqual(type.encode(key));
      }),
      { numRuns: 1000 },
    );
  });

  it("know which segments clients and proxies take away", () => {
    for (const segment of ["", ".", ".."]) expect(pathSafe(["a", segment])).toBe(false);
    for (const segment of ["...", ".a", "%2e", " ", "a/b"]) expect(pathSafe([segment])).toBe(true);
    expect(pathText(["a/b", "ü?", "%"])).toBe("a%2Fb/%C3%BC%3F/%25");
    expect(queryText(["..", "a&b"])).toBe("key=..&key=a%26b");
  });

  it("are refused when they are too long or no key", () => {
    const limit = "é".repeat(keyBytesLimit / 2);
    expect(pathOf("string").keyOf([limit])).toBe(limit);
    expect(() => pathOf("string").keyOf([`${limit}a`])).toThrow(/KEY_INVALID.*4097 bytes; expected at most 4096/);
    const refused: readonly [JsonValue, readonly string[]][] = [
      ["int", ["1.0"]],
      ["int", ["+1"]],
      ["int", ["01"]],
      ["int", [" 1"]],
      ["int", [""]],
      ["int", ["2147483648"]],
      ["int", ["1", "2"]],
      ["int", []],
      ["long", ["0x1"]],
      ["long", ["9223372036854775808"]],
      ["double", ["1."]],
      ["double", ["inf"]],
      ["boolean", ["TRUE"]],
      ["null", [""]],
      ["bytes", ["AA=="]],
      ["bytes", ["AB"]],
      ["string", ["\ud800"]],
      [{ type: "int", logicalType: "date" }, ["2024-02-30"]],
      [{ type: "array", items: "int" }, ["BAIBA"]],
      [{ type: "array", items: "int" }, ["BAIBAAA"]],
      [{ type: "array", items: "int" }, ["!"]],
    ];
    for (const [json, segments] of refused) {
      expect(() => pathOf(json).keyOf(segments), `${json} ${segments}`).toThrow("KEY_INVALID");
    }
  });

  it("name the field that is wrong", () => {
    const path = pathOf({
      type: "record",
      name: "r",
      fields: [
        { name: "a", type: "int" },
        { name: "b", type: "long" },
      ],
    });
    try {
      path.keyOf(["1", "x"]);
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({
        code: "KEY_INVALID",
        pointer: "/b",
        detail: expect.stringContaining("key/b: found the text"),
      });
    }
  });

  it("have beginnings: of a text its text, of a record its leading fields", () => {
    const text = pathOf("string");
    expect(text.prefixOf(text.prefixSegmentsOf("a-"))).toBe("a-");
    const record = pathOf({
      type: "record",
      name: "r",
      fields: [
        { name: "a", type: "long" },
        { name: "b", type: "string" },
      ],
    });
    expect(record.prefixSegmentsOf({ a: 5n })).toEqual(["5"]);
    expect(record.prefixOf(["5"])).toEqual([5n]);
    expect(record.prefixOf(record.prefixSegmentsOf({ b: "x", a: 5n }))).toEqual([5n, "x"]);
    for (const prefix of [{}, { b: "x" }, { a: 5n, c: 1 }, "a", null, undefined]) {
      expect(() => record.prefixSegmentsOf(prefix), String(prefix)).toThrow("KEY_INVALID");
    }
    expect(() => text.prefixSegmentsOf({ a: 1 })).toThrow("KEY_INVALID");
    expect(() => record.prefixOf(["1", "x", "y"])).toThrow("found 3 parts; expected 1 to 2");
    expect(() => record.prefixOf(["x"])).toThrow("key/a");
    expect(() => pathOf("long").prefixOf(["1"])).toThrow("has no prefix");
    expect(() => pathOf("long").prefixSegmentsOf(1n)).toThrow("KEY_INVALID");
  });
});

describe("keys of clients", () => {
  const keys = schema({ maps: false, logical: true }).chain((json) => {
    const define = () => ({ name: "key", schema: json, uses: [] });
    return valueFor(nodeOf(define)).map((key) => ({ define, key }));
  });

  it("have the Avro binary of the full codec, for every type", () => {
    fc.assert(
      fc.property(keys, ({ define, key }) => {
        expect(keyBytes(define, key)).toEqual(interpretedType(define).encode(key));
      }),
      { numRuns: 1500 },
    );
  });

  it("that are of the right class, and none all the same, are refused in words", () => {
    const timestamp: JsonValue = { type: "long", logicalType: "timestamp-millis" };
    const none = new Date(Number.NaN);
    const list = (items: JsonValue): JsonValue => ({ type: "array", items });
    const faults: readonly [JsonValue, unknown, string][] = [
      [timestamp, none, "found Invalid Date; expected a timestamp"],
      [list(timestamp), [none], "found Invalid Date; expected a timestamp"],
      [list({ type: "int", logicalType: "date" }), ["soon"], "found string; expected a day"],
      [list("int"), [Number.NaN], "found NaN; expected a long"],
      [list("long"), [Number.POSITIVE_INFINITY], "found Infinity; expected a long"],
      [list({ type: "bytes", logicalType: "decimal", precision: 4, scale: 2 }), ["x.00"], "expected a decimal"],
    ];
    for (const [json, key, reason] of faults) {
      const define = () => ({ name: "key", schema: json, uses: [] });
      const segments = keySegments(define, (value) => keyBytes(define, value));
      expect(() => segments.segmentsOf(key), JSON.stringify(json)).toThrow(
        expect.objectContaining({ code: "KEY_INVALID", detail: expect.stringContaining(reason) }),
      );
    }
  });

  it("are refused rather than sent as other keys", () => {
    const wrong: readonly [JsonValue, unknown][] = [
      ["int", 1.5],
      ["long", 2n ** 63n],
      ["long", "5"],
      ["long", ""],
      ["string", 5],
      ["string", "\ud800"],
      ["bytes", "AA"],
      ["boolean", 1],
      ["double", "1"],
      [{ type: "fixed", name: "f", size: 2 }, Uint8Array.of(1)],
      [{ type: "int", logicalType: "date" }, "2024-02-30"],
      [{ type: "int", logicalType: "date" }, "2024-02-29T00:00Z"],
      [{ type: "bytes", logicalType: "decimal", precision: 4, scale: 2 }, "1.5"],
      [{ type: "bytes", logicalType: "decimal", precision: 4, scale: 2 }, "x.00"],
      [{ type: "fixed", name: "f", size: 1, logicalType: "decimal", precision: 2, scale: 0 }, "300"],
      [{ type: "fixed", name: "f", size: 16, logicalType: "uuid" }, "6f9619ff-8b86-d011-b42d-00c04fc964fx"],
      [
        { type: "fixed", name: "f", size: 12, logicalType: "duration" },
        { months: -1, days: 0, millis: 0 },
      ],
      [{ type: "bytes", logicalType: "decimal", precision: 4, scale: 0 }, ""],
      [{ type: "bytes", logicalType: "decimal", precision: 4, scale: 0 }, "0x10"],
      [{ type: "bytes", logicalType: "decimal", precision: 4, scale: 0 }, " 1"],
      [{ type: "bytes", logicalType: "decimal", precision: 4, scale: 1 }, "1.-5"],
      [{ type: "bytes", logicalType: "decimal", precision: 4, scale: 1 }, "1.5.5"],
      ["float", 1e40],
      [
        { type: "fixed", name: "f", size: 12, logicalType: "duration" },
        { months: Number.NaN, days: 0, millis: 0 },
      ],
      [{ type: "array", items: "int" }, { length: 0 }],
      [["null", "int", "string"], { int: 1, string: "a" }],
      [["null", "int", "string"], { long: 1 }],
      [{ type: "map", values: "int" }, {}],
    ];
    for (const [json, key] of wrong) {
      const define = () => ({ name: "key", schema: json, uses: [] });
      expect(() => keyBytes(define, key), JSON.stringify(json)).toThrow();
      const segments = keySegments(define, (value) => keyBytes(define, value));
      if (typeof json === "object" && json !== null && "type" in json && json.type === "array") {
        expect(() => segments.segmentsOf(key)).toThrow("KEY_INVALID");
      }
    }
    for (const key of [5, null, undefined, true]) {
      expect(() => keySegments(() => ({ name: "string", schema: "string", uses: [] })).segmentsOf(key)).toThrow(
        "KEY_INVALID",
      );
    }
    const array = () => ({ name: "array", schema: { type: "array", items: "int" }, uses: [] });
    expect(() => keySegments(array).segmentsOf([1])).toThrow("expected a client with keyBytes");
  });
});
