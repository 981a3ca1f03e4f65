import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { keyBytesLimit, keyPath, pathSafe, pathText, queryText } from "../../../../runtime/protocol/key-path.js";
import { interpretedType } from "../../../../runtime/schema/entity-type.js";
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
    [{ type: "int", logicalType: "time-millis" }, 1, ["00:00:00.001"]],
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
    expect(() => pathOf("string").segmentsOf(`${limit}a`)).toThrow("KEY_INVALID");
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
});
