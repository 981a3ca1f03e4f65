/** Binary encoding against the specification's own examples, other writers' files, and avsc. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import avsc from "avsc";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fingerprint } from "../../../runtime/schema/canonical-form.js";
import { interpretedType } from "../../../runtime/schema/entity-type.js";
import { toHex } from "../../../runtime/schema/hex.js";
import {
  booleanType,
  bytesType,
  doubleType,
  floatType,
  intType,
  longNumberType,
  longType,
  stringType,
} from "../../../runtime/schema/primitive-types.js";
import { definedBy } from "../../../runtime/schema/raw-schema.js";
import { Reader } from "../../../runtime/schema/reader.js";
import { corpusFolder, hasCorpus, readCorpus } from "../../support/avro/corpus.js";
import { int, long, text } from "../../unit/runtime/schema/arbitraries.js";

const hex = (bytes: Uint8Array): string => toHex(bytes);

describe("Avro 1.12, section Binary Encoding", () => {
  it("writes the zigzag examples", () => {
    const examples: readonly [number, string][] = [
      [0, "00"],
      [-1, "01"],
      [1, "02"],
      [-2, "03"],
      [2, "04"],
      [-64, "7f"],
      [64, "8001"],
      [2147483647, "feffffff0f"],
      [-2147483648, "ffffffff0f"],
    ];
    for (const [value, bytes] of examples) {
      expect(hex(intType.encode(value))).toBe(bytes);
      expect(hex(longType.encode(BigInt(value)))).toBe(bytes);
      expect(hex(longNumberType.encode(value))).toBe(bytes);
    }
  });

  it("writes the ends of the longs", () => {
    expect(hex(longType.encode(2n ** 63n - 1n))).toBe("feffffffffffffffff01");
    expect(hex(longType.encode(-(2n ** 63n)))).toBe("ffffffffffffffffff01");
  });

  it("writes the examples of strings, records, arrays and unions", () => {
    expect(hex(stringType.encode("foo"))).toBe("06666f6f");
    const record = definedBy(
      '{"type":"record","name":"test","fields":[{"name":"a","type":"long"},{"name":"b","type":"string"}]}',
    );
    expect(hex(interpretedType(record).encode({ a: 27n, b: "foo" }))).toBe("3606666f6f");
    const array = definedBy('{"type":"array","items":"long"}');
    expect(hex(interpretedType(array).encode([3n, 27n]))).toBe("04063600");
    const union = interpretedType(definedBy('["null","string"]'));
    expect(hex(union.encode(null))).toBe("00");
    expect(hex(union.encode("a"))).toBe("020261");
  });
});

describe("avsc", () => {
  it("gives the same bytes for every primitive", () => {
    const check = <T>(
      arbitrary: fc.Arbitrary<T>,
      ours: { encode(value: T): Uint8Array; decode(bytes: Uint8Array): T },
      theirs: avsc.Type,
    ) =>
      fc.assert(
        fc.property(arbitrary, (value) => {
          const bytes = ours.encode(value);
          expect(hex(bytes)).toBe(theirs.toBuffer(value).toString("hex"));
          expect(ours.decode(bytes)).toEqual(value);
        }),
      );
    check(int, intType, avsc.Type.forSchema("int"));
    check(text, stringType, avsc.Type.forSchema("string"));
    check(fc.double(), doubleType, avsc.Type.forSchema("double"));
    check(fc.float(), floatType, avsc.Type.forSchema("float"));
    check(fc.boolean(), booleanType, avsc.Type.forSchema("boolean"));
    check(
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
      { encode: bytesType.encode.bind(bytesType), decode: (bytes) => Buffer.from(bytesType.decode(bytes)) },
      avsc.Type.forSchema("bytes"),
    );
    const bigint = avsc.types.LongType.__with({
      fromBuffer: (buffer: Buffer) => buffer.readBigInt64LE(),
      toBuffer(value: bigint) {
        const buffer = Buffer.alloc(8);
        buffer.writeBigInt64LE(value);
        return buffer;
      },
      fromJSON: BigInt,
      toJSON: Number,
      isValid: (value: unknown) => typeof value === "bigint",
      compare: (a: bigint, b: bigint) => (a === b ? 0 : a < b ? -1 : 1),
    });
    check(long, longType, bigint);
  });
});

/** The records of an object container file without compression. Source: the specification, "Object Container Files". */
function containerRecords(path: string): readonly unknown[] {
  const input = new Reader(readFileSync(join(corpusFolder, path)));
  expect(hex(input.fixed(4))).toBe("4f626a01");
  const meta = new Map<string, string>();
  for (let count = input.blockCount(); count > 0; count = input.blockCount()) {
    for (let index = 0; index < count; index += 1) meta.set(input.string(), new TextDecoder().decode(input.bytes()));
  }
  const sync = hex(input.fixed(16));
  expect(meta.get("avro.codec") ?? "null").toBe("null");
  const type = interpretedType(definedBy(meta.get("avro.schema") ?? ""));
  const records: unknown[] = [];
  while (input.remaining > 0) {
    const count = input.longNumber();
    input.longNumber();
    for (let index = 0; index < count; index += 1) records.push(type.read(input));
    expect(hex(input.fixed(16))).toBe(sync);
  }
  return records;
}

describe.skipIf(!hasCorpus())("data of other implementations", () => {
  it("reads the weather that Java wrote as the JSON that Java wrote", () => {
    const schema = readCorpus("apache__avro/share/test/schemas/weather.avsc");
    const type = interpretedType(definedBy(schema));
    const lines = readCorpus("apache__avro/share/test/data/weather.json").trim().split("\n");
    const records = containerRecords("apache__avro/share/test/data/weather.avro");
    expect(records.map((record) => type.toAvroJson(record))).toEqual(
      lines.map((line) => type.toAvroJson(type.fromAvroJson(line))),
    );
    expect(records.length).toBe(5);
  });

  it("reads the single-object message with the schema's fingerprint in it", () => {
    const folder = "apache__avro/share/test/data/messageV1/";
    const define = definedBy(readCorpus(`${folder}test_schema.avsc`));
    const message = readCorpus(`${folder}test_message.bin.hex.txt`).trim();
    const print = BigInt.asUintN(64, fingerprint(define)).toString(16).padStart(16, "0");
    const lowFirst = (print.match(/../g) ?? []).reverse().join("");
    const body = Uint8Array.from(message.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
    expect(message.startsWith(`c301${lowFirst}`)).toBe(true);
    const type = interpretedType(define);
    expect(type.toJson(type.decode(body.subarray(10)))).toBe(
      '{"id":42,"name":"Bill","tags":["dog_lover","cat_hater"]}',
    );
  });
});
