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

/** Texts up to this length are built by a loop; a native call costs more. */
const loopLimit = 8;

const scratch = /*@__PURE__*/ new ArrayBuffer(8);
const int64 = /*@__PURE__*/ new BigInt64Array(scratch);
const int32 = /*@__PURE__*/ new Int32Array(scratch);
const float64 = /*@__PURE__*/ new Float64Array(scratch);
const float32 = /*@__PURE__*/ new Float32Array(scratch);
const lowHalf = /*@__PURE__*/ new Uint8Array(/*@__PURE__*/ Uint32Array.of(1).buffer)[0] === 1 ? 0 : 1;
const highHalf = 1 - lowHalf;

/** See the head of the file. Fields are `private`, not `#`, since bundlers turn the latter into slow maps. */
export class Reader {
  private readonly source: Uint8Array;
  private readonly limit: number;
  private place: number;
  private depth = 0;
  private emptyItems = 0;
  /** Offset where the present block must end, -1 where it does not say. */
  blockEnd = -1;

  /** @param from Offset of the first byte to read. */
  constructor(bytes: Uint8Array, from = 0) {
    this.source = bytes;
    this.limit = bytes.length;
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
    return new Reader(this.source, position);
  }

  /** Refuses bytes that are left over. */
  end(): void {
    if (this.remaining > 0) throw fault(`found ${this.remaining} bytes after the value; expected its end`);
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
    this.varint64();
    return int64[0] ?? 0n;
  }

  /** A long for a program that holds it as a number: one beyond 2^53 is refused. */
  longNumber(): number {
    this.varint64();
    const value = (int32[highHalf] ?? 0) * 4_294_967_296 + ((int32[lowHalf] ?? 0) >>> 0);
    if (!Number.isSafeInteger(value))
      throw fault(`found the long ${int64[0]}; expected one that a number holds exactly`);
    return value;
  }

  float(): number {
    const start = this.take(4, "a float");
    int32[0] = this.littleEndian(start);
    return float32[0] ?? 0;
  }

  double(): number {
    const start = this.take(8, "a double");
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
    if (length <= loopLimit) {
      let text = "";
      for (let index = start; index < end; index += 1) {
        const byte = bytes[index] ?? 0;
        if (byte > 0x7f) return this.utf8(start, end);
        text += String.fromCharCode(byte);
      }
      return text;
    }
    for (let index = start; index < end; index += 1) if ((bytes[index] ?? 0) > 0x7f) return this.utf8(start, end);
    return asciiText(bytes, start, end);
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
    this.varint64();
    let count = (int32[highHalf] ?? 0) * 4_294_967_296 + ((int32[lowHalf] ?? 0) >>> 0);
    if (count < 0) {
      count = -count;
      // A negative count comes with the block's size in bytes, for readers that skip it.
      const size = this.length("a block");
      this.blockEnd = this.place + size;
    }
    if (count > this.remaining && count > emptyItemsLimit) {
      throw fault(`found a block of ${count} items in ${this.remaining} bytes; expected no more items than bytes`);
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
    copy.set(this.source.subarray(start, start + size));
    return copy;
  }

  /** A length in bytes that the remaining ones can satisfy. */
  private length(what: string): number {
    const first = this.source[this.place];
    if (this.place < this.limit && first !== undefined && first < 0x80 && (first & 1) === 0) {
      const short = first >>> 1;
      this.place += 1;
      if (short > this.remaining) throw this.tooLong(what, BigInt(short));
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
    return fault(`found the end of the bytes after ${this.remaining} more; expected ${what}`);
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
    let byte = this.byte();
    if (byte < 0x80) return byte;
    let bits = byte & 0x7f;
    for (let shift = 7; shift < 35; shift += 7) {
      byte = this.byte();
      bits |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        if (byte === 0 || (shift === 28 && byte > 0x0f)) throw notInt();
        return bits >>> 0;
      }
    }
    throw notInt();
  }

  /** Up to 64 bits, left in the scratch with its zigzag undone. */
  private varint64(): void {
    let low = 0;
    let high = 0;
    let byte = 0x80;
    let shift = 0;
    for (; byte > 0x7f; shift += 7) {
      if (shift === 70) throw notLong();
      byte = this.byte();
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >>> 4;
      } else high |= bits << (shift - 32);
    }
    if ((byte === 0 && shift > 7) || (shift === 70 && byte > 1)) throw notLong();
    const sign = -(low & 1);
    int32[lowHalf] = ((low >>> 1) | (high << 31)) ^ sign;
    int32[highHalf] = (high >>> 1) ^ sign;
  }
}

function notInt(): AffinityError {
  return fault("found a number that is too long or not in its shortest form; expected one of 32 bits");
}

function notLong(): AffinityError {
  return fault("found a number that is too long or not in its shortest form; expected one of 64 bits");
}
