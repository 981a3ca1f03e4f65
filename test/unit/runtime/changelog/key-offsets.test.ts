import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KeyOffsets } from "../../../../runtime/changelog/key-offsets.js";

describe("the newest offsets of keys", () => {
  it("are those of a Map, for any keys in any order", () => {
    const key = fc.uint8Array({ maxLength: 3 });
    fc.assert(
      fc.property(fc.array(fc.tuple(key, fc.maxSafeNat()), { maxLength: 3_000 }), (entries) => {
        const offsets = new KeyOffsets(1024 * 1024);
        const model = new Map<string, number>();
        for (const [bytes, offset] of entries) {
          const padded = Buffer.from([1, ...bytes, 2]);
          expect(offsets.set(padded, 1, padded.length - 1, offset)).toBe(true);
          model.set(Buffer.from(bytes).toString("hex"), offset);
        }
        expect(offsets.size).toBe(model.size);
        for (const [hex, offset] of model) {
          const bytes = Buffer.from(hex, "hex");
          expect(offsets.get(bytes, 0, bytes.length)).toBe(offset);
        }
        expect(offsets.get(Buffer.from("absent"), 0, 6)).toBe(-1);
      }),
    );
  });

  it("P12: stop at their bound in memory, and keep what they have", () => {
    const offsets = new KeyOffsets(100_000);
    let count = 0;
    for (; ; count += 1) {
      const key = Buffer.from(`key-${count}`);
      if (!offsets.set(key, 0, key.length, count)) break;
    }
    expect(count).toBeGreaterThan(500);
    expect(count).toBeLessThan(10_000);
    for (let index = 0; index < count; index += 1) {
      const key = Buffer.from(`key-${index}`);
      expect(offsets.get(key, 0, key.length)).toBe(index);
      expect(offsets.set(key, 0, key.length, index)).toBe(true);
    }
  });
});
