import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromBase64, fromBase64Url, toBase64, toBase64Url } from "../../../../runtime/schema/base64.js";
import { frame, unframe } from "../../../../runtime/schema/framing.js";
import { fromHex, toHex } from "../../../../runtime/schema/hex.js";

describe("Confluent framing (P15)", () => {
  it("is a zero byte, the schema id big-endian, and the value", () => {
    expect(toHex(frame(0x01020304, fromHex("aabb")))).toBe("0001020304aabb");
    expect(toHex(frame(2 ** 32 - 1, new Uint8Array()))).toBe("00ffffffff");
    expect(unframe(fromHex("00ffffffffaabb"))).toEqual({ schemaId: 2 ** 32 - 1, payload: fromHex("aabb") });
  });

  it("is refused when it is short or begins with another byte", () => {
    for (const hex of ["", "00", "00000000", "0100000000aa", "7b00000000", "ff"]) {
      expect(() => unframe(fromHex(hex)), hex).toThrow(/VALUE_INVALID.*expected a frame/);
    }
  });
});

describe("base64", () => {
  it("is Node's, and every text but the one that is written is refused", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString("base64"));
        expect(toBase64Url(bytes)).toBe(Buffer.from(bytes).toString("base64url"));
        expect(fromBase64(toBase64(bytes))).toEqual(bytes);
        expect(fromBase64Url(toBase64Url(bytes))).toEqual(bytes);
        expect(fromHex(toHex(bytes))).toEqual(bytes);
      }),
    );
    const large = new Uint8Array(100_000).fill(200);
    expect(fromBase64(toBase64(large))).toEqual(large);
    for (const text of ["A", "AA", "AA=", "AB==", "A A=", "AA==\n", "-_==", "AA==AA=="]) {
      expect(() => fromBase64(text), text).toThrow("base64");
    }
    for (const text of ["A", "AB", "AA==", "+/", "A A", "é"]) expect(() => fromBase64Url(text), text).toThrow("base64");
  });
});
