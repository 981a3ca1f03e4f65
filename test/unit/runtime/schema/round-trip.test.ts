import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { interpretedType } from "../../../../runtime/schema/entity-type.js";
import { jsonCodec } from "../../../../runtime/schema/json-codec.js";
import { nodeOf } from "../../../../runtime/schema/type-node.js";
import { schema, valueFor } from "./arbitraries.js";

const sample = schema({ maps: true, logical: true }).chain((json) => {
  const define = () => ({ name: "t", schema: json, uses: [] });
  return valueFor(nodeOf(define)).map((value) => ({ define, json, value }));
});

describe("every type and value", () => {
  it("comes back from binary, plain JSON and Avro JSON", () => {
    fc.assert(
      fc.property(sample, ({ define, value }) => {
        const type = interpretedType(define);
        const bytes = type.encode(value);
        const read = type.decode(bytes);
        expect(type.encode(read)).toEqual(bytes);
        expect(type.equals(read, value)).toBe(true);
        for (const longs of ["number", "string"] as const) {
          const fromPlain = type.fromJson(type.toJson(value, { longs }));
          expect(type.equals(fromPlain, read), type.toJson(value)).toBe(true);
        }
        const fromAvro = type.fromAvroJson(type.toAvroJson(value));
        expect(type.equals(fromAvro, read), type.toAvroJson(value)).toBe(true);
      }),
      { numRuns: 1500 },
    );
  });

  it("crosses between a server and its clients, both ways, whatever JSON.parse would round", () => {
    fc.assert(
      fc.property(sample, ({ define, value }) => {
        const type = interpretedType(define);
        const read = type.decode(type.encode(value));
        const parsed: unknown = JSON.parse(type.toJson(value, { longs: "string" }));
        expect(type.equals(jsonCodec(define).fromValue(parsed), read)).toBe(true);
        const sent = jsonCodec(define).toText(value);
        expect(type.encode(type.fromJson(sent)), sent).toEqual(type.encode(value));
      }),
      { numRuns: 1500 },
    );
  });

  it("gives JSON that JSON.parse takes", () => {
    fc.assert(
      fc.property(sample, ({ define, value }) => {
        JSON.parse(interpretedType(define).toJson(value));
        JSON.parse(interpretedType(define).toAvroJson(value));
      }),
      { numRuns: 300 },
    );
  });
});
