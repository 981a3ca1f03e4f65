/**
 * Avro binary, read. The generator's static code calls it; every method checks that the bytes are there and mean a value
 * of the type, in time and memory that the number of bytes bounds.
 *
 * Source: Avro 1.12 specification, "Binary Encoding".
 */
import type { AffinityError } from "../core/errors.js";
import { fault } from "./fault.js";
import { emptyItemsLimit, nestingLimit } from "./limits.js";
import { asciiText, utf8Text } from "./text-bytes.js";

/**
 * Bytes that are turned into text in one native call, of which short ASCII texts are then parts: a call for each costs three
 * times as much. A part keeps its window alive, and so at most this much.
 */
const windowBytes = 2048;

/** Texts of more bytes are not cut out of a window. */
const partLimit = 256;

/** Bytes up to this number are copied by a loop; a view of them, for a native call, costs more. */
const copyLimit = 64;

/** Stands for the byte after the last one. */
const pastEnd = 0x100;

/** Longs of one byte, which most are, are not made anew. */
const shortLongs: readonly bigint[] = /*@__PURE__*/ Array.from({ length: 128 }, (_, bits) =>
  BigInt((bits >>> 1) ^ -(bits & 1)),
);

const scratch = /*@__PURE__*/ new ArrayBuffer(8);
const int64 = /*@__PURE__*/ new BigInt64Array(scratch);
const int32 = /*@__PURE__*/ new Int32Array(scratch);
const float64 = /*@__PURE__*/ new Float64Array(scratch);
const float32 = /*@__PURE__*/ new Float32Array(scratch);
const lowHalf = /*@__PURE__*/ new Uint8Array(/*@__PURE__*/ Uint32Array.of(1).buffer)[0] === 1 ? 0 : 1;
const highHalf = 1 - lowHalf;

/** See the head of the file. Fields are `private`, not `#`, since bundlers turn the latter into slow maps. */
export class Reader {
  private source: Uint8Array;
  private limit: number;
  /** Of all of the source's buffer, where somebody has one. */
  private view: DataView | undefined = undefined;
  private place: number;
  private depth = 0;
  private emptyItems = 0;
  /** Bytes from `windowStart` to `windowEnd` as text, one character each. */
  private window = "";
  private windowStart = 0;
  private windowEnd = 0;
  /** Offset where the present block must end, -1 where it does not say. */
  blockEnd = -1;

  /** @param from Offset of the first byte to read. @param to Offset behind the last. */
  constructor(bytes: Uint8Array, from = 0, to: number = bytes.length) {
    this.source = bytes;
    this.limit = to;
    this.place = from;
  }

  /** Offset of the next byte. */
  get position(): number {
    return this.place;
  }

  /** Number of bytes not read yet. */
  get remaining(): number {
    return this.limit - this.place;
  }

  /** A reader of the same bytes that stands at another offset. */
  again(position: number): Reader {
    return new Reader(this.source, position, this.limit);
  }

  /** Begins anew with other bytes, up to an offset. @param view Of their buffer, which begins where they do. */
  reopen(bytes: Uint8Array, to: number, view: DataView): void {
    this.source = bytes;
    this.limit = to;
    this.view = view;
    this.place = 0;
    this.depth = 0;
    this.emptyItems = 0;
    this.windowEnd = 0;
  }

  /** Has a function read on. @param read Takes bytes and the offset of the next; gives the one behind what it has read. */
  pass(read: (bytes: Uint8Array, from: number) => number): void {
    this.place = read(this.source, this.place);
  }

  /** Refuses bytes that are left over. */
  end(): void {
    if (this.remaining > 0) throw fault(`found ${this.remaining} bytes after the value; expected its end`);
  }

  /** Before the next of several values: each has bounds of its own. */
  begin(): void {
    this.depth = 0;
    this.emptyItems = 0;
  }

  /** Before each value of a type that holds itself, with `leave` after it: bounds the nesting. */
  enter(): void {
    this.depth += 1;
    if (this.depth > nestingLimit) throw fault(`found more than ${nestingLimit} values in each other; expected fewer`);
  }

  leave(): void {
    this.depth -= 1;
  }

  /** Takes no bytes. */
  null(): null {
    return null;
  }

  boolean(): boolean {
    const byte = this.byte();
    if (byte > 1) throw fault(`found the byte ${byte}; expected a boolean, 0 or 1`);
    return byte === 1;
  }

  int(): number {
    const bits = this.varint();
    return (bits >>> 1) ^ -(bits & 1);
  }

  long(): bigint {
    const byte = this.source[this.place] ?? pastEnd;
    if (byte < 0x80) {
      this.place += 1;
      return shortLongs[byte] ?? 0n;
    }
    this.varint64();
    return int64[0] ?? 0n;
  }

  /** A long for a program that holds it as a number: one beyond 2^53 is refused. */
  longNumber(): number {
    this.varint64();
    const value = (int32[highHalf] ?? 0) * 4_294_967_296 + ((int32[lowHalf] ?? 0) >>> 0);
    if (!Number.isSafeInteger(value)) {
      throw fault(`found the long ${int64[0]}; expected one that a number holds exactly`);
    }
    return value;
  }

  float(): number {
    const start = this.take(4, "a float");
    int32[0] = this.littleEndian(start);
    return float32[0] ?? 0;
  }

  double(): number {
    const start = this.take(8, "a double");
    if (this.view !== undefined) return this.view.getFloat64(start, true);
    int32[lowHalf] = this.littleEndian(start);
    int32[highHalf] = this.littleEndian(start + 4);
    return float64[0] ?? 0;
  }

  string(): string {
    const length = this.length("a text");
    const start = this.place;
    const end = start + length;
    this.place = end;
    const bytes = this.source;
    let bits = 0;
    for (let index = start; index < end; index += 1) bits |= bytes[index] ?? 0;
    if (bits > 0x7f) return this.utf8(start, end);
    if (length > partLimit) return asciiText(bytes, start, end);
    if (end > this.windowEnd) {
      this.windowStart = start;
      this.windowEnd = Math.min(this.limit, start + windowBytes);
      this.window = asciiText(bytes, start, this.windowEnd);
    }
    return this.window.slice(start - this.windowStart, end - this.windowStart);
  }

  /** A copy: the source may be used again. */
  bytes(): Uint8Array {
    return this.copy(this.length("bytes"));
  }

  fixed(size: number): Uint8Array {
    if (size > this.remaining) throw this.ended(`a fixed of ${size} bytes`);
    return this.copy(size);
  }

  /** Position of a union's branch or an enum's symbol, below `count`. */
  index(count: number): number {
    const byte = this.source[this.place] ?? 0xff;
    if ((byte & 0x81) === 0 && byte >>> 1 < count) {
      this.place += 1;
      return byte >>> 1;
    }
    const bits = this.varint();
    const value = bits >>> 1;
    if ((bits & 1) !== 0 || value >= count) {
      throw fault(`found the index ${(bits >>> 1) ^ -(bits & 1)}; expected one of ${count}, from 0`);
    }
    return value;
  }

  /**
   * Number of items of the next block of an array or map, 0 after the last; `blockEnd` says where it must end. Only items
   * that take no bytes can be more than the bytes that are left.
   */
  blockCount(): number {
    this.blockEnd = -1;
    const byte = this.source[this.place] ?? 0xff;
    if ((byte & 0x81) === 0 && byte >>> 1 < this.limit - this.place) {
      this.place += 1;
      return byte >>> 1;
    }
    this.varint64();
    let count = (int32[highHalf] ?? 0) * 4_294_967_296 + ((int32[lowHalf] ?? 0) >>> 0);
    if (count < 0) {
      count = -count;
      // A negative count comes with the block's size in bytes, for readers that skip it.
      const size = this.length("a block");
      this.blockEnd = this.place + size;
    }
    if (count > this.remaining && count > emptyItemsLimit) {
      throw fault(
        `found a block of ${BigInt(count)} items in ${this.remaining} bytes; expected no more items than bytes`,
      );
    }
    return count;
  }

  /** After the items of a block that began at `start`; `end` is the block's `blockEnd`. */
  endBlock(count: number, start: number, end: number): void {
    if (this.place === start) this.countEmptyItems(count);
    if (end >= 0 && end !== this.place) {
      throw fault(`found a block of ${this.place - start} bytes; expected the ${end - start} bytes that it announces`);
    }
  }

  /** Passes over a text or bytes, whose content it does not look at. */
  skipBytes(): void {
    const length = this.length("a text or bytes");
    this.place += length;
  }

  private countEmptyItems(count: number): void {
    this.emptyItems += count;
    if (this.emptyItems > emptyItemsLimit) {
      throw fault(`found ${this.emptyItems} items that take no bytes; expected at most ${emptyItemsLimit}`);
    }
  }

  private utf8(start: number, end: number): string {
    try {
      return utf8Text(this.source, start, end);
    } catch {
      throw fault(`found bytes that are not UTF-8 in a text of ${end - start} bytes; expected UTF-8`);
    }
  }

  private copy(size: number): Uint8Array {
    const start = this.place;
    this.place = start + size;
    const copy = new Uint8Array(size);
    const { source } = this;
    if (size > copyLimit) copy.set(source.subarray(start, start + size));
    else for (let index = 0; index < size; index += 1) copy[index] = source[start + index] ?? 0;
    return copy;
  }

  /** A length in bytes that the remaining ones can satisfy. */
  private length(what: string): number {
    const byte = this.source[this.place] ?? 0xff;
    if ((byte & 0x81) === 0) {
      const short = byte >>> 1;
      this.place += 1;
      if (short > this.limit - this.place) throw this.tooLong(what, BigInt(short));
      return short;
    }
    this.varint64();
    const low = int32[lowHalf] ?? 0;
    if (int32[highHalf] !== 0 || low < 0 || low > this.remaining) throw this.tooLong(what, int64[0] ?? 0n);
    return low;
  }

  private tooLong(what: string, length: bigint): AffinityError {
    return fault(`found the length ${length} of ${what}; expected at most the ${this.remaining} bytes that are left`);
  }

  private ended(what: string): AffinityError {
    // Within a number the place may have been set behind the end.
    return fault(`found the end of the bytes after ${Math.max(0, this.remaining)} more; expected ${what}`);
  }

  private byte(): number {
    const byte = this.source[this.place];
    if (byte === undefined) throw this.ended("another byte");
    this.place += 1;
    return byte;
  }

  private take(count: number, what: string): number {
    const start = this.place;
    if (count > this.remaining) throw this.ended(what);
    this.place = start + count;
    return start;
  }

  private littleEndian(start: number): number {
    const bytes = this.source;
    return (
      (bytes[start] ?? 0) |
      ((bytes[start + 1] ?? 0) << 8) |
      ((bytes[start + 2] ?? 0) << 16) |
      ((bytes[start + 3] ?? 0) << 24)
    );
  }

  /** Up to 32 bits. The shortest form only: a value has one encoding. */
  private varint(): number {
    const { source } = this;
    let place = this.place;
    let byte = source[place] ?? pastEnd;
    let bits = byte & 0x7f;
    for (let shift = 7; byte > 0x7f && shift < 35; shift += 7) {
      place += 1;
      byte = source[place] ?? pastEnd;
      // The fifth byte has room for four bits; the last of several is not 0, or they would be fewer.
      if (byte === 0 || (shift === 28 && byte > 0x0f)) throw this.notInt(byte);
      bits |= (byte & 0x7f) << shift;
    }
    if (byte > 0x7f) throw this.notInt(byte);
    this.place = place + 1;
    return bits >>> 0;
  }

  /** Up to 64 bits, left in the scratch with its zigzag undone. The shortest form only. */
  private varint64(): void {
    const { source } = this;
    let place = this.place;
    let byte = source[place] ?? pastEnd;
    let low = byte & 0x7f;
    // Four bytes are 28 bits: most numbers need no more.
    for (let shift = 7; byte > 0x7f && shift < 28; shift += 7) {
      place += 1;
      byte = source[place] ?? pastEnd;
      if (byte === 0) throw this.notLong(byte);
      low |= (byte & 0x7f) << shift;
    }
    this.place = place + 1;
    if (byte > 0x7f) {
      this.longVarint(low, byte);
      return;
    }
    const bits = (low >>> 1) ^ -(low & 1);
    int32[lowHalf] = bits;
    int32[highHalf] = bits >> 31;
  }

  /** The rest of a number whose first four bytes are read. */
  private longVarint(start: number, fourth: number): void {
    if (fourth === pastEnd) throw this.notLong(fourth);
    const { source } = this;
    let place = this.place;
    let byte = source[place] ?? pastEnd;
    const low = start | ((byte & 0x7f) << 28);
    let high = (byte & 0x7f) >>> 4;
    for (let shift = 3; byte > 0x7f && shift < 38; shift += 7) {
      place += 1;
      byte = source[place] ?? pastEnd;
      high |= (byte & 0x7f) << shift;
    }
    // Of the tenth byte one bit is left.
    const isTenth = place - this.place === 5;
    if (byte > 0x7f || byte === 0 || (isTenth && byte > 1)) throw this.notLong(byte);
    this.place = place + 1;
    const sign = -(low & 1);
    int32[lowHalf] = ((low >>> 1) | (high << 31)) ^ sign;
    int32[highHalf] = (high >>> 1) ^ sign;
  }

  private notInt(byte: number): AffinityError {
    return byte === pastEnd ? this.ended("the rest of a number") : fault(tooLongNumber(32));
  }

  private notLong(byte: number): AffinityError {
    return byte === pastEnd ? this.ended("the rest of a number") : fault(tooLongNumber(64));
  }
}

function tooLongNumber(bits: number): string {
  return `found a number that is too long or not in its shortest form; expected one of ${bits} bits`;
}
