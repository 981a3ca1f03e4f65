import { describe, expect, it } from "vitest";
import { AffinityError } from "../../../../runtime/core/errors.js";
import { partitionOf } from "../../../../runtime/protocol/murmur2.js";
import { frame } from "../../../../runtime/schema/framing.js";
import { intType, stringType } from "../../../../runtime/schema/primitive-types.js";
import type { AnyType } from "../../../../runtime/schema/type.js";
import { KeyCodec } from "../../../../runtime/state/keys.js";

function codec(type: AnyType, encoding: "avro" | "utf8" = "avro"): KeyCodec {
  return new KeyCodec({ subject: "keyspace k", type, encoding, schemaId: 258, partitions: 12 });
}

function errorOf(run: () => unknown): AffinityError {
  try {
    run();
  } catch (error) {
    if (error instanceof AffinityError) return error;
    throw error;
  }
  throw new Error("it succeeded");
}

describe("keys", () => {
  it("P15: stand in topics as framed Avro, and murmur2 of those bytes gives the partition", () => {
    const address = codec(stringType).address("zoë");
    expect(Array.from(address.serialized)).toEqual([0, 0, 0, 1, 2, 8, 0x7a, 0x6f, 0xc3, 0xab]);
    expect(address.partition).toBe(partitionOf(address.serialized, 12));
  });

  it("P15: utf8 keys stand in topics as plain text", () => {
    const keys = codec(stringType, "utf8");
    const address = keys.address("\uFEFFzoë");
    expect(Buffer.from(address.serialized).toString("utf8")).toBe("\uFEFFzoë");
    expect(keys.typed(address.serialized)).toBe("\uFEFFzoë");
  });

  it("come back from each of their forms", () => {
    for (const keys of [codec(stringType), codec(stringType, "utf8")]) {
      const address = keys.address("a/b");
      expect(keys.typed(address.serialized)).toBe("a/b");
      expect(keys.typedOf(address.ordered)).toBe("a/b");
      expect(keys.orderedOf(address.serialized)).toBe(address.ordered);
      expect(Array.from(keys.addressOf(address.ordered, 1).serialized)).toEqual(Array.from(address.serialized));
    }
  });

  it("P17: what is no key is KEY_INVALID and says whose", () => {
    const wrong = [
      () => codec(stringType).address(7),
      () => codec(intType).address("7"),
      () => codec(intType).address(2 ** 31),
      () => codec(stringType).address("\ud800"),
      () => codec(stringType, "utf8").address("\ud800"),
      () => codec(stringType, "utf8").address(7),
      () => codec(stringType, "utf8").typed(Uint8Array.of(0xff)),
      () => codec(stringType).typed(frame(259, Uint8Array.of(2, 65))),
      () => codec(stringType).typed(Uint8Array.of(1, 2)),
      () => codec(stringType).typed(frame(258, Uint8Array.of(2))),
      () => codec(stringType).orderedOf(frame(258, Uint8Array.of(2, 65, 66))),
    ].map(errorOf);
    expect(
      wrong.filter(({ code, detail }) => code !== "KEY_INVALID" || !detail.startsWith("key of keyspace k: ")),
    ).toEqual([]);
  });
});
