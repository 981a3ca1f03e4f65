/**
 * Avro binary, written. The generator's static code calls it; every method checks type and range of its value, so that
 * bytes never say something else than the value did.
 *
 * Source: Avro 1.12 specification, "Binary Encoding".
 */
import { fault, mismatch } from "./fault.js";
import { emptyItemsLimit, nestingLimit, valueBytesLimit } from "./limits.js";
import { isWellFormed, writeUtf8 } from "./text-bytes.js";

/** Bytes of a slab: small results are cut from one allocation, and keep at most this much alive. */
const slabBytes = 16_384;

/** Texts up to this length are written by a loop; a native call costs more. */
const loopLimit = 48;

/** Bytes up to this number are copied by a loop; a native call costs more. */
const copyLimit = 32;

// A number's bits are seen through these; the bytes of a 64-bit number stand in the platform's order.
const scratch = /*@__PURE__*/ new ArrayBuffer(8);
const int64 = /*@__PURE__*/ new BigInt64Array(scratch);
const int32 = /*@__PURE__*/ new Int32Array(scratch);
const float64 = /*@__PURE__*/ new Float64Array(scratch);
const float32 = /*@__PURE__*/ new Float32Array(scratch);
const lowHalf = /*@__PURE__*/ new Uint8Array(/*@__PURE__*/ Uint32Array.of(1).buffer)[0] === 1 ? 0 : 1;
const highHalf = 1 - lowHalf;

/** See the head of the file. Fields are `private`, not `#`, since bundlers turn the latter into slow maps. */
export class Writer {
  private bytesWritten: Uint8Array = new Uint8Array(slabBytes);
  /** Where the present value starts and where the next byte goes. */
  private start = 0;
  private position = 0;
  private depth = 0;

  /** Number of bytes written since the last `finish` or `discard`. */
  get length(): number {
    return this.position - this.start;
  }

  /** What was written since the last `finish` or `discard`; the writer never touches these bytes again. */
  finish(): Uint8Array {
    const { start, position } = this;
    this.start = position;
    this.depth = 0;
    return new Uint8Array(this.bytesWritten.buffer, start, position - start);
  }

  /** Forgets what was written since the last `finish`. */
  discard(): void {
    this.position = this.start;
    this.depth = 0;
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
  null(value: null): void {
    if (value !== null) throw mismatch("null", value);
  }

  boolean(value: boolean): void {
    if (typeof value !== "boolean") throw mismatch("a boolean", value);
    this.reserve(1);
    this.bytesWritten[this.position++] = value ? 1 : 0;
  }

  /** A whole number of 32 bits. */
  int(value: number): void {
    if (typeof value !== "number" || (value | 0) !== value) throw mismatch("int (a whole number of 32 bits)", value);
    this.varint((value << 1) ^ (value >> 31));
  }

  /** A bigint of 64 bits. */
  long(value: bigint): void {
    if (typeof value !== "bigint") throw mismatch("long (a bigint)", value);
    int64[0] = value;
    if (int64[0] !== value) throw mismatch("long (a bigint of 64 bits)", value);
    this.varint64(int32[lowHalf] ?? 0, int32[highHalf] ?? 0);
  }

  /** A long that the program holds as a number: a safe integer. */
  longNumber(value: number): void {
    if (typeof value === "number" && (value | 0) === value) this.varint((value << 1) ^ (value >> 31));
    else if (Number.isSafeInteger(value)) this.varint64(value | 0, Math.floor(value / 4_294_967_296));
    else throw mismatch("long (a whole number between -(2^53 - 1) and 2^53 - 1)", value);
  }

  /** Rounded to 32 bits; a finite number must stay finite. */
  float(value: number): void {
    if (typeof value !== "number") throw mismatch("float (a number)", value);
    float32[0] = value;
    if (!Number.isFinite(float32[0]) && Number.isFinite(value)) {
      throw mismatch("float (at most 3.4028234663852886e38 either side of 0)", value);
    }
    this.reserve(4);
    this.littleEndian(int32[0] ?? 0);
  }

  double(value: number): void {
    if (typeof value !== "number") throw mismatch("double (a number)", value);
    float64[0] = value;
    this.reserve(8);
    this.littleEndian(int32[lowHalf] ?? 0);
    this.littleEndian(int32[highHalf] ?? 0);
  }

  /** A text without lone surrogates. */
  string(value: string): void {
    if (typeof value !== "string") throw mismatch("a text", value);
    const { length } = value;
    if (length > loopLimit) {
      this.longString(value);
      return;
    }
    this.reserve(length + 1);
    const bytes = this.bytesWritten;
    let position = this.position;
    bytes[position++] = length << 1;
    for (let index = 0; index < length; index += 1) {
      const unit = value.charCodeAt(index);
      if (unit > 0x7f) {
        this.longString(value);
        return;
      }
      bytes[position++] = unit;
    }
    this.position = position;
  }

  bytes(value: Uint8Array): void {
    if (!(value instanceof Uint8Array)) throw mismatch("bytes (a Uint8Array)", value);
    this.reserve(value.length + 5);
    this.varint(value.length << 1);
    this.append(value);
  }

  /** Exactly `size` bytes. */
  fixed(value: Uint8Array, size: number): void {
    if (!(value instanceof Uint8Array) || value.length !== size) throw mismatch(`${size} bytes (a Uint8Array)`, value);
    this.reserve(size);
    this.append(value);
  }

  /** Position of a union's branch or an enum's symbol, 0 and up; also a count of items. */
  index(value: number): void {
    this.varint(value << 1);
  }

  /** Bytes that are Avro binary already. */
  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.append(bytes);
  }

  /**
   * After the items of a block: refuses too many that took no bytes, since no reader would take them.
   * @param length The writer's `length` before the first item.
   */
  endItems(count: number, length: number): void {
    if (count > emptyItemsLimit && this.length === length) {
      throw fault(`found ${count} items that take no bytes; expected at most ${emptyItemsLimit}`);
    }
  }

  private longString(value: string): void {
    if (!isWellFormed(value)) throw fault("found a text with a lone surrogate; expected well-formed Unicode");
    this.reserve(value.length * 3 + 5);
    // The length comes first and is known last: room for the length of an ASCII text is left, and corrected if wrong.
    const start = this.position;
    const room = lengthBytes(value.length);
    const written = writeUtf8(this.bytesWritten, value, start + room);
    const needed = lengthBytes(written);
    if (needed !== room) this.bytesWritten.copyWithin(start + needed, start + room, start + room + written);
    this.varint(written << 1);
    this.position += written;
  }

  private varint(bits: number): void {
    this.reserve(5);
    const bytes = this.bytesWritten;
    let position = this.position;
    let rest = bits >>> 0;
    while (rest > 0x7f) {
      bytes[position++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    bytes[position++] = rest;
    this.position = position;
  }

  /** Zigzag of a 64-bit number in two halves. */
  private varint64(low: number, high: number): void {
    const sign = high >> 31;
    let restLow = ((low << 1) ^ sign) >>> 0;
    let restHigh = (((high << 1) | (low >>> 31)) ^ sign) >>> 0;
    if (restHigh === 0) {
      this.varint(restLow);
      return;
    }
    this.reserve(10);
    const bytes = this.bytesWritten;
    let position = this.position;
    while (restHigh !== 0) {
      bytes[position++] = (restLow & 0x7f) | 0x80;
      restLow = ((restLow >>> 7) | (restHigh << 25)) >>> 0;
      restHigh >>>= 7;
    }
    this.position = position;
    this.varint(restLow);
  }

  private littleEndian(bits: number): void {
    const bytes = this.bytesWritten;
    const position = this.position;
    bytes[position] = bits;
    bytes[position + 1] = bits >> 8;
    bytes[position + 2] = bits >> 16;
    bytes[position + 3] = bits >> 24;
    this.position = position + 4;
  }

  private append(bytes: Uint8Array): void {
    const { length } = bytes;
    const target = this.bytesWritten;
    const { position } = this;
    if (length > copyLimit) target.set(bytes, position);
    else for (let index = 0; index < length; index += 1) target[position + index] = bytes[index] ?? 0;
    this.position = position + length;
  }

  private reserve(count: number): void {
    if (this.position + count > this.bytesWritten.length) this.grow(count);
  }

  /** Moves the present value to a new slab; former results keep the old one. */
  private grow(count: number): void {
    const written = this.length;
    const needed = written + count;
    if (needed > valueBytesLimit) throw fault(`found a value of more than ${valueBytesLimit} bytes; expected fewer`);
    const grown = new Uint8Array(Math.max(slabBytes, needed * 2));
    grown.set(this.bytesWritten.subarray(this.start, this.position));
    this.bytesWritten = grown;
    this.start = 0;
    this.position = written;
  }
}

/** Bytes that a length takes as zigzag varint. */
function lengthBytes(length: number): number {
  if (length < 1 << 6) return 1;
  if (length < 1 << 13) return 2;
  if (length < 1 << 20) return 3;
  return length < 1 << 27 ? 4 : 5;
}
