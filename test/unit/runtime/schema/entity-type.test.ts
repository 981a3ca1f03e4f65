import { describe, expect, it } from "vitest";
import { interpretedType } from "../../../../runtime/schema/entity-type.js";
import type { JsonValue } from "../../../../runtime/schema/type.js";

const type = (schema: JsonValue) => interpretedType(() => ({ name: "t.T", schema, uses: [] }));

describe("try", () => {
  it("x", () => {
    const t = type({
      type: "record",
      name: "t.T",
      fields: [
        { name: "a", type: "int" },
        { name: "b", type: ["null", "long"], default: null },
        { name: "c", type: { type: "array", items: ["int", "string"] } },
        { name: "d", type: { type: "bytes", logicalType: "decimal", precision: 9, scale: 2 }, default: "\u0001" },
        { name: "e", type: { type: "long", logicalType: "timestamp-millis" } },
        { name: "f", type: ["null", "t.T"], default: null },
        { name: "m", type: { type: "map", values: "double" } },
      ],
    });
    const v = {
      a: 1,
      b: -5n,
      c: [{ int: 1 }, { string: "é😀" }],
      d: "-12.30",
      e: new Date(5),
      f: { a: 2, c: [], e: new Date(0), m: {} },
      m: { x: NaN, __proto__: null },
    };
    const j = t.toJson(v);
    console.log(j, t.toAvroJson(v));
    const back = t.fromJson(j);
    expect(t.fromAvroJson(t.toAvroJson(v))).toEqual(back);
    expect(t.decode(t.encode(v))).toEqual(back);
    for (const bad of [
      { ...v, a: "x" },
      { ...v, c: [{ int: 1.5 }] },
      { ...v, f: { ...v.f, m: { "k/": 1n } } },
    ])
      try {
        t.encode(bad);
      } catch (e) {
        console.log((e as Error).message, (e as { pointer: string }).pointer);
      }
    const bytes = t.encode(v);
    try {
      t.decode(bytes.subarray(0, 5));
    } catch (e) {
      console.log((e as Error).message);
    }
    try {
      t.decode(bytes.subarray(0, 22));
    } catch (e) {
      console.log((e as Error).message);
    }
    try {
      t.fromJson('{"a":1,\n "c":[{"int":1},{"int":1.0}]}');
    } catch (e) {
      console.log((e as Error).message);
    }
    console.log(JSON.stringify(t.schema), t.fingerprint);
  });
});
