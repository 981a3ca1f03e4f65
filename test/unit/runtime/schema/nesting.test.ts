import { describe, expect, it } from "vitest";
import { interpretedType } from "../../../../runtime/schema/entity-type.js";
import { jsonCodec } from "../../../../runtime/schema/json-codec.js";
import { nestingLimit } from "../../../../runtime/schema/limits.js";
import { keyCodec } from "../../../../runtime/schema/ordered-key.js";
import type { JsonValue, TypeDefinition } from "../../../../runtime/schema/type.js";

const node = (type: JsonValue) => (): TypeDefinition => ({
  name: "n.Node",
  schema: { type: "record", name: "n.Node", fields: [{ name: "next", type }] },
  uses: [],
});
const list = node(["null", "n.Node"]);
/** As much as can stand between two records of one type. */
const bulky = node(["null", "int", { type: "array", items: { type: "map", values: ["null", "n.Node"] } }]);
const bulkyKey = node(["null", "int", { type: "array", items: "n.Node" }]);

function nested(depth: number, wrap: (inner: unknown) => unknown): { next: unknown } {
  let value: { next: unknown } = { next: null };
  for (let level = 1; level < depth; level += 1) value = { next: wrap(value) };
  return value;
}

describe("values in each other", () => {
  it("pass every codec up to the limit", () => {
    const value = nested(nestingLimit, (inner) => inner);
    const type = interpretedType(list);
    expect(type.equals(type.decode(type.encode(value)), value)).toBe(true);
    expect(type.equals(type.fromJson(type.toJson(value)), value)).toBe(true);
    expect(type.equals(type.fromAvroJson(type.toAvroJson(value)), value)).toBe(true);
    expect(type.equals(jsonCodec(list).fromValue(JSON.parse(jsonCodec(list).toText(value))), value)).toBe(true);
    const ordered = keyCodec(list);
    expect(type.equals(ordered.fromOrdered(ordered.toOrdered(value)), value)).toBe(true);
  });

  it("pass every codec with arrays, maps and unions between them, hundreds of them", () => {
    const value = nested(200, (inner) => ({ array: [{ k: inner }] }));
    const type = interpretedType(bulky);
    expect(type.equals(type.decode(type.encode(value)), value)).toBe(true);
    expect(type.equals(type.fromJson(type.toJson(value)), value)).toBe(true);
    expect(type.equals(type.fromAvroJson(type.toAvroJson(value)), value)).toBe(true);
    expect(type.equals(jsonCodec(bulky).fromValue(JSON.parse(jsonCodec(bulky).toText(value))), value)).toBe(true);
    const key = nested(200, (inner) => ({ array: [inner] }));
    const ordered = keyCodec(bulkyKey);
    expect(interpretedType(bulkyKey).equals(ordered.fromOrdered(ordered.toOrdered(key)), key)).toBe(true);
  });

  it("are refused beyond it by every codec, also a depth of 100,000 and values that hold themselves", () => {
    const type = interpretedType(list);
    const deep = nested(nestingLimit + 1, (inner) => inner);
    const circle: { next: unknown } = { next: null };
    circle.next = circle;
    const json = (depth: number): string => `${'{"next":'.repeat(depth)}null${"}".repeat(depth)}`;
    const refused = [
      () => type.encode(deep),
      () => type.encode(circle),
      () => type.toJson(deep),
      () => type.toAvroJson(circle),
      () => type.fromJson(json(nestingLimit + 1)),
      () => type.fromJson(json(100_000)),
      () => type.fromAvroJson('{"next":{"n.Node":'.repeat(100_000)),
      () => type.decode(new Uint8Array(nestingLimit + 1).fill(2)),
      () => type.decode(new Uint8Array(100_000).fill(2)),
      () => keyCodec(list).toOrdered(deep),
      () => keyCodec(list).toOrdered(circle),
    ];
    for (const run of refused) {
      expect(run, String(run)).toThrow(
        expect.objectContaining({
          code: "VALUE_INVALID",
          detail: expect.stringMatching(`more than ${nestingLimit} values in each other`),
        }),
      );
    }
    expect(type.toJson(type.fromJson(json(nestingLimit)))).toBe(json(nestingLimit));
    expect(() => jsonCodec(list).toText(circle)).toThrow("VALUE_INVALID");
  });
});
