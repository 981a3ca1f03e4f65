import { describe, expect, it } from "vitest";
import { writeArray, writeEnum, writeMap } from "../../../../runtime/schema/collections.js";
import { toHex } from "../../../../runtime/schema/hex.js";
import { emptyItemsLimit, nestingLimit } from "../../../../runtime/schema/limits.js";
import { stringType } from "../../../../runtime/schema/primitive-types.js";
import { Writer } from "../../../../runtime/schema/writer.js";

/** A value that TypeScript would not let through. */
function wrong<T>(value: unknown): T {
  return value as T;
}

describe("Writer refuses what would not come back as it was", () => {
  const out = new Writer();

  it("numbers that are not the type's", () => {
    for (const value of [
      1.5,
      Number.NaN,
      2 ** 31,
      -(2 ** 31) - 1,
      wrong<number>("1"),
      wrong<number>(1n),
      wrong<number>(undefined),
    ]) {
      expect(() => out.int(value), String(value)).toThrow(/VALUE_INVALID.*expected int/);
    }
    for (const value of [2n ** 63n, -(2n ** 63n) - 1n, 2n ** 64n, wrong<bigint>(1), wrong<bigint>("1")]) {
      expect(() => out.long(value), String(value)).toThrow("expected long");
    }
    for (const value of [2 ** 53, -(2 ** 53), 0.5, Number.POSITIVE_INFINITY, wrong<number>(1n), wrong<number>("1")]) {
      expect(() => out.longNumber(value), String(value)).toThrow("expected long");
    }
    expect(() => out.float(1e39)).toThrow("expected float");
    expect(() => out.float(wrong("1"))).toThrow("expected float");
    expect(() => out.double(wrong(1n))).toThrow("expected double");
  });

  it("texts with lone surrogates, short and long", () => {
    for (const text of ["\ud800", "a\udc00b", `${"x".repeat(100)}\ud83d`, "\udc00\ud800"]) {
      expect(() => out.string(text)).toThrow("lone surrogate");
    }
  });

  it("other types in place of text, bytes, booleans, null", () => {
    expect(() => out.string(wrong(1))).toThrow("found the number 1; expected a text");
    expect(() => out.bytes(wrong("ab"))).toThrow("expected bytes");
    expect(() => out.bytes(wrong([1]))).toThrow("found an array of 1");
    expect(() => out.fixed(new Uint8Array(3), 4)).toThrow("found 3 bytes; expected 4 bytes");
    expect(() => out.boolean(wrong(1))).toThrow("expected a boolean");
    expect(() => out.null(wrong(undefined))).toThrow("found nothing; expected null");
  });

  it("a symbol that the enum does not have, of short and of long lists", () => {
    const many = Array.from({ length: 40 }, (_, index) => `S${index}`);
    expect(() => writeEnum(out, "X", ["A", "B"] as string[])).toThrow('found the text "X"; expected one of A, B');
    expect(() => writeEnum(out, "X", many)).toThrow("expected one of S0, S1, S2, S3, S4, S5, S6, S7 and 32 more");
  });

  it("what is no array or map, also where it would look empty", () => {
    const nothing = (): void => {};
    for (const value of [{}, "ab", new Set([1]), null, undefined]) {
      expect(() => writeArray(out, wrong<[]>(value), nothing)).toThrow("expected an array");
    }
    for (const value of [[], new Map(), new Date(), new Uint8Array(2), Promise.resolve(), null, "x"]) {
      expect(() => writeMap(out, wrong<Record<string, never>>(value), nothing)).toThrow("expected a map");
    }
    expect(() => writeMap(out, { a: undefined }, nothing)).toThrow("expected a value for a");
  });

  it("more items without bytes and deeper values than any reader takes", () => {
    const items = new Array<null>(emptyItemsLimit + 1).fill(null);
    expect(() => writeArray(new Writer(), items, (writer, item) => writer.null(item))).toThrow("take no bytes");
    const deep = new Writer();
    for (let depth = 0; depth < nestingLimit; depth += 1) deep.enter();
    expect(() => deep.enter()).toThrow("in each other");
  });

  it("takes any object as a map, with or without prototype, of this realm or another", () => {
    const map = Object.assign(Object.create(null), { a: 1 });
    const writer = new Writer();
    writeMap(writer, map, (inner, value: number) => inner.int(value));
    expect(toHex(writer.finish())).toBe("0202610200");
  });
});

describe("Writer", () => {
  it("leaves results alone that it gave out before", () => {
    const out = new Writer();
    const results = Array.from({ length: 1500 }, (_, index) => {
      out.int(index);
      out.string("ä".repeat(index % 60));
      return { index, bytes: out.finish() };
    });
    for (const { index, bytes } of results) {
      const again = new Writer();
      again.int(index);
      again.string("ä".repeat(index % 60));
      expect(bytes).toEqual(again.finish());
    }
  });

  it("forgets what was discarded, and nothing else", () => {
    const out = new Writer();
    out.int(1);
    const first = out.finish();
    out.int(2);
    out.discard();
    out.int(3);
    expect([toHex(first), toHex(out.finish())]).toEqual(["02", "06"]);
  });

  it("grows to values larger than its slab", () => {
    const big = new Uint8Array(100_000).fill(7);
    const out = new Writer();
    out.string("a");
    out.bytes(big);
    out.string("é".repeat(70_000));
    expect(out.finish().length).toBe(2 + 3 + 100_000 + 3 + 140_000);
  });

  it("corrects the room for a length that UTF-8 made longer", () => {
    for (const length of [31, 32, 48, 49, 62, 63, 64, 2730, 2731, 4096, 8191, 8192]) {
      for (const character of ["a", "é", "€"]) {
        const text = character.repeat(length);
        expect(stringType.decode(stringType.encode(text))).toBe(text);
      }
    }
  });
});
