import { describe, expect, it } from "vitest";
import { readArray, readEnum, readMap } from "../../../../runtime/schema/collections.js";
import { fromHex } from "../../../../runtime/schema/hex.js";
import { emptyItemsLimit, nestingLimit } from "../../../../runtime/schema/limits.js";
import { Reader } from "../../../../runtime/schema/reader.js";
import { Writer } from "../../../../runtime/schema/writer.js";

const reader = (hex: string): Reader => new Reader(fromHex(hex.replaceAll(" ", "")));

/** A long as zigzag varint, in hex. */
function long(value: bigint): string {
  const out = new Writer();
  out.long(value);
  return Array.from(out.finish(), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

describe("Reader refuses hostile bytes (P17)", () => {
  it("a varint of 11 bytes", () => {
    expect(() => reader(`${"ff".repeat(10)}01`).long()).toThrow(/VALUE_INVALID.*64 bits/);
    expect(() => reader(`${"ff".repeat(10)}01`).longNumber()).toThrow("64 bits");
    expect(() => reader("ff".repeat(11)).int()).toThrow("32 bits");
  });

  it("a varint beyond its bits", () => {
    expect(() => reader("ffffffffffffffffff02").long()).toThrow("64 bits");
    expect(() => reader("ffffffff10").int()).toThrow("32 bits");
    expect(() => reader("ffffffffff01").int()).toThrow("32 bits");
    expect(() => reader("808080808001").index(1000)).toThrow("32 bits");
  });

  it("a varint that could be shorter, since a value has one encoding", () => {
    for (const bytes of ["8000", "ff00", "80808000", "8080808000", "80808080808000", "ffffffffffffffffff00"]) {
      expect(() => reader(bytes).long(), bytes).toThrow("shortest form");
    }
    for (const bytes of ["8000", "808000", "80808000", "8080808000"]) {
      expect(() => reader(bytes).int(), bytes).toThrow("shortest form");
    }
  });

  it("a varint that is cut off, at every length", () => {
    for (let length = 0; length < 10; length += 1) {
      expect(() => reader("80".repeat(length)).long(), `${length}`).toThrow(/end of the bytes after \d+ more/);
      if (length < 5) expect(() => reader("80".repeat(length)).int(), `${length}`).toThrow("end of the bytes");
    }
  });

  it("a length of 2^60, at once", () => {
    const bytes = `${long(2n ** 60n)}616161`;
    expect(() => reader(bytes).string()).toThrow("length 1152921504606846976 of a text; expected at most the 3 bytes");
    expect(() => reader(bytes).bytes()).toThrow("length 1152921504606846976 of bytes");
    expect(() => reader(long(2n ** 31n)).string()).toThrow("length 2147483648");
    expect(() => reader(long(2n ** 32n)).string()).toThrow("length 4294967296");
  });

  it("a negative length", () => {
    expect(() => reader("01").string()).toThrow("length -1");
    expect(() => reader(long(-(2n ** 63n))).bytes()).toThrow("length -9223372036854775808");
  });

  it("truncated values of every kind", () => {
    expect(() => reader("").boolean()).toThrow("end of the bytes");
    expect(() => reader("000000").float()).toThrow("a float");
    expect(() => reader("00000000000000").double()).toThrow("a double");
    expect(() => reader("06 61 61").string()).toThrow("length 3");
    expect(() => reader("0000").fixed(3)).toThrow("a fixed of 3 bytes");
    expect(() => reader("").index(2)).toThrow("end of the bytes");
    expect(() => reader("").blockCount()).toThrow("end of the bytes");
  });

  it("bytes that are not UTF-8", () => {
    for (const bytes of ["80", "c3", "c080", "eda080", "f4908080", "f0808080", "61ff61", "e282"]) {
      expect(() => reader(`${long(BigInt(bytes.length / 2))}${bytes}`).string(), bytes).toThrow("not UTF-8");
    }
  });

  it("an index that no branch or symbol has", () => {
    expect(() => reader("04").index(2)).toThrow("found the index 2; expected one of 2, from 0");
    expect(() => reader("01").index(2)).toThrow("found the index -1");
    expect(() => reader("8002").index(2)).toThrow("found the index 128");
    expect(() => readEnum(reader("06"), ["A", "B"])).toThrow("found the index 3");
  });

  it("a boolean that is neither", () => {
    expect(() => reader("02").boolean()).toThrow("found the byte 2");
  });

  it("more items than bytes, where items take bytes", () => {
    expect(() => readArray(reader(long(2n ** 60n)), (input) => input.int())).toThrow(
      "block of 1152921504606846976 items",
    );
    expect(() => readMap(reader(`${long(1000n)}0000`), (input) => input.null())).toThrow("end of the bytes");
  });

  it("gigantic numbers of items that take no bytes, in one block or many", () => {
    const nothing = (input: Reader): null => input.null();
    expect(readArray(reader(`${long(BigInt(emptyItemsLimit))}00`), nothing).length).toBe(emptyItemsLimit);
    expect(() => readArray(reader(`${long(BigInt(emptyItemsLimit + 1))}00`), nothing)).toThrow("block of");
    const blocks = long(BigInt(emptyItemsLimit / 2)).repeat(3);
    expect(() => readArray(reader(`${blocks}00`), nothing)).toThrow("items that take no bytes");
    // Blocks of fewer items than bytes are left count, too.
    const many = long(60_000n).repeat(30_000);
    expect(() => readArray(reader(`${many}00`), nothing)).toThrow("items that take no bytes");
  });

  it("a block whose size is not what it announces", () => {
    expect(() => readArray(reader("0306020400"), (input) => input.int())).toThrow("block of 2 bytes");
    expect(() => readArray(reader(`03${long(2n ** 60n)}0204`), (input) => input.int())).toThrow("length");
  });

  it("more values in each other than the limit", () => {
    const input = reader("");
    for (let depth = 0; depth < nestingLimit; depth += 1) input.enter();
    expect(() => input.enter()).toThrow(`more than ${nestingLimit} values in each other`);
  });

  it("bytes after the value", () => {
    const input = reader("0202");
    input.int();
    expect(() => input.end()).toThrow("1 bytes after the value");
  });
});

describe("Reader", () => {
  it("takes blocks with their size, as the specification allows, and several blocks", () => {
    expect(readArray(reader("03040204020600"), (input) => input.int())).toEqual([1, 2, 3]);
    expect(readMap(reader("01 06 02610a 02 02620c 00"), (input) => input.int())).toEqual({
      a: 5,
      b: 6,
    });
  });

  it("reads maps without prototype, whatever their keys, the last of equal ones", () => {
    const map = readMap(reader("06 125f5f70726f746f5f5f 02 0261 04 0261 06 00"), (input) => input.int());
    expect(Object.getPrototypeOf(map)).toBe(null);
    expect(Object.keys(map)).toEqual(["__proto__", "a"]);
    expect(map.a).toBe(3);
  });

  it("reads texts of every length and alphabet, within and across windows", () => {
    const out = new Writer();
    const texts: string[] = [];
    for (let length = 0; length < 3000; length = length < 300 ? length + 1 : length + 517) {
      texts.push("x".repeat(length), `${"y".repeat(length)}é`, `\ufeff${"z".repeat(length)}`);
    }
    for (const text of texts) out.string(text);
    const input = new Reader(out.finish());
    expect(texts.map(() => input.string())).toEqual(texts);
    input.end();
  });

  it("keeps the replacement character of a text that has one", () => {
    expect(reader("06efbfbd").string()).toBe("\ufffd");
  });

  it("gives bytes of their own", () => {
    const source = fromHex("04aabb");
    const read = new Reader(source).bytes();
    source.fill(0);
    expect(read).toEqual(fromHex("aabb"));
    expect(read.constructor).toBe(Uint8Array);
    expect(new Reader(Buffer.from("04aabb", "hex")).bytes().constructor).toBe(Uint8Array);
    expect(new Reader(Buffer.alloc(100, 1)).fixed(100).constructor).toBe(Uint8Array);
  });

  it("refuses a long that a number would round", () => {
    expect(reader(long(2n ** 53n - 1n)).longNumber()).toBe(2 ** 53 - 1);
    expect(reader(long(1n - 2n ** 53n)).longNumber()).toBe(1 - 2 ** 53);
    expect(() => reader(long(2n ** 53n)).longNumber()).toThrow("9007199254740992");
    expect(() => reader(long(-(2n ** 53n))).longNumber()).toThrow("-9007199254740992");
  });
});
