import { describe, expect, it } from "vitest";
import { SeededRandom } from "../../../../runtime/core/random.js";
import { isSameKey, type KeyPlaces, keyOrder } from "../../../../runtime/memstore/key-order.js";

function placesOf(keys: readonly Buffer[]): KeyPlaces {
  const starts = new Uint32Array(keys.length);
  const ends = new Uint32Array(keys.length);
  let at = 0;
  keys.forEach((key, index) => {
    starts[index] = at;
    at += key.length;
    ends[index] = at;
  });
  return { bytes: Buffer.concat(keys), starts, ends };
}

/** What `Buffer.compare` and a sort that keeps the order of equals make of them. */
function expected(keys: readonly Buffer[]): readonly number[] {
  return keys.map((_, index) => index).sort((a, b) => keys[a]?.compare(keys[b] ?? Buffer.alloc(0)) || a - b);
}

const random = new SeededRandom(20261126);
const below = (limit: number): number => Math.floor(random.next() * limit);
const bytesOf = (length: number, kinds: number): Buffer =>
  Buffer.from(Array.from({ length }, () => (below(kinds) * 255) / Math.max(1, kinds - 1)));

describe("the order of keys", () => {
  it.each<[string, () => Buffer]>([
    ["of all bytes", () => bytesOf(below(12), 256)],
    ["of two bytes, long shared beginnings and many equal ones", () => bytesOf(below(40), 2)],
    ["of one byte, each the beginning of another", () => bytesOf(below(30), 1)],
    ["that are equal", () => Buffer.from("key")],
    ["behind a long prefix", () => Buffer.concat([Buffer.alloc(200, 7), bytesOf(3, 3)])],
  ])("is that of their bytes, and equal ones stay as they were: keys %s", (_, make) => {
    for (const count of [0, 1, 2, 8, 9, 100, 3_000]) {
      const keys = Array.from({ length: count }, make);
      expect([...keyOrder(placesOf(keys))]).toEqual(expected(keys));
    }
  });

  it("is told for keys that come in order, and the other way round", () => {
    const keys = Array.from({ length: 1_000 }, (_, index) => Buffer.from(String(index).padStart(5, "0")));
    expect([...keyOrder(placesOf(keys))]).toEqual(expected(keys));
    keys.reverse();
    expect([...keyOrder(placesOf(keys))]).toEqual(expected(keys));
  });

  it("tells equal keys from those that only begin alike", () => {
    const keys = placesOf([Buffer.from("ab"), Buffer.from("ab"), Buffer.from("abc"), Buffer.from("bb")]);
    expect([1, 2, 3].map((other) => isSameKey(keys, 0, other))).toEqual([true, false, false]);
  });
});
