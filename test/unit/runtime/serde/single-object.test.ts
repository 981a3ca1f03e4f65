import { describe, expect, it } from "vitest";
import { interpretedType } from "../../../../runtime/schema/entity-type.js";
import { definedBy } from "../../../../runtime/schema/raw-schema.js";
import { singleObjectFingerprint, singleObjects } from "../../../../runtime/serde/single-object.js";
import { hasCorpus, readCorpus } from "../../../support/avro/corpus.js";

const type = interpretedType(definedBy('{"type":"record","name":"A","fields":[{"name":"a","type":"int"}]}'));

describe("single objects", () => {
  it("begin with C3 01 and the fingerprint, little-endian", () => {
    const codec = singleObjects(type);
    const bytes = codec.encode({ a: 1 });
    const mark = BigInt.asUintN(64, type.fingerprint).toString(16).padStart(16, "0");
    const little = Buffer.from(mark, "hex").reverse().toString("hex");
    expect(Buffer.from(bytes).toString("hex")).toBe(`c301${little}02`);
    expect(singleObjectFingerprint(bytes)).toBe(type.fingerprint);
    expect(codec.decode(bytes)).toEqual({ a: 1 });
  });

  it.skipIf(!hasCorpus())("equal those that Java wrote", () => {
    const schema = readCorpus("apache__avro/share/test/data/messageV1/test_schema.avsc");
    const hex = readCorpus("apache__avro/share/test/data/messageV1/test_message.bin.hex.txt").trim();
    const codec = singleObjects(interpretedType(definedBy(schema)));
    const bytes = Buffer.from(hex, "hex");
    expect(Buffer.from(codec.encode(codec.decode(bytes))).toString("hex")).toBe(hex);
  });

  it("refuse other bytes, other fingerprints and bytes left over", () => {
    const codec = singleObjects(type);
    const bytes = codec.encode({ a: 1 });
    expect(() => codec.decode(bytes.subarray(0, 9))).toThrow(/expected C3 01/);
    expect(() => codec.decode(Uint8Array.of(0, ...bytes))).toThrow(/begin with 00 c3; expected C3 01/);
    const other = Uint8Array.from(bytes);
    other[3] = 0;
    expect(() => codec.decode(other)).toThrow(/SCHEMA_NOT_FOUND/);
    expect(() => codec.decode(Uint8Array.of(...bytes, 0))).toThrow(/found 1 bytes after the value/);
  });
});
