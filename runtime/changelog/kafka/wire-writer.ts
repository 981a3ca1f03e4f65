/**
 * Writes Kafka's primitive types: big-endian integers, varints, and the "compact" forms of flexible request versions, whose
 * lengths are unsigned varints of one more than the length (Kafka protocol guide, "Protocol Primitive Types").
 */

const firstBytes = 1024;

export class WireWriter {
  #bytes: Buffer;
  #length = 0;

  constructor(capacity: number = firstBytes) {
    this.#bytes = Buffer.allocUnsafe(capacity);
  }

  get length(): number {
    return this.#length;
  }

  /** What was written; valid until the next write. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  i8(value: number): void {
    this.#reserve(1);
    this.#bytes.writeInt8(value, this.#length);
    this.#length += 1;
  }

  i16(value: number): void {
    this.#reserve(2);
    this.#bytes.writeInt16BE(value, this.#length);
    this.#length += 2;
  }

  i32(value: number): void {
    this.#reserve(4);
    this.#bytes.writeInt32BE(value, this.#length);
    this.#length += 4;
  }

  u32(value: number): void {
    this.#reserve(4);
    this.#bytes.writeUInt32BE(value, this.#length);
    this.#length += 4;
  }

  i64(value: bigint): void {
    this.#reserve(8);
    this.#bytes.writeBigInt64BE(value, this.#length);
    this.#length += 8;
  }

  u64(value: bigint): void {
    this.#reserve(8);
    this.#bytes.writeBigUInt64BE(value, this.#length);
    this.#length += 8;
  }

  /** An integer from 0 to 2^53 − 1 in eight bytes. */
  size64(value: number): void {
    this.u32(Math.floor(value / 0x1_0000_0000));
    this.u32(value % 0x1_0000_0000);
  }

  bool(value: boolean): void {
    this.i8(value ? 1 : 0);
  }

  /** An unsigned varint of up to 31 bits. */
  uvarint(value: number): void {
    this.#reserve(5);
    let rest = value;
    while (rest >= 0x80) {
      this.#bytes[this.#length++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#bytes[this.#length++] = rest;
  }

  /** A zigzag varint of up to 31 bits and a sign. */
  varint(value: number): void {
    this.uvarint(value < 0 ? (-value - 1) * 2 + 1 : value * 2);
  }

  /** A string of records, or of requests that are not flexible. */
  string(text: string | null): void {
    if (text === null) {
      this.i16(-1);
      return;
    }
    this.i16(Buffer.byteLength(text));
    this.#text(text);
  }

  compactString(text: string | null): void {
    if (text === null) {
      this.uvarint(0);
      return;
    }
    this.uvarint(Buffer.byteLength(text) + 1);
    this.#text(text);
  }

  compactLength(length: number): void {
    this.uvarint(length + 1);
  }

  /** No tagged fields. */
  noTags(): void {
    this.i8(0);
  }

  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Starts over in the same buffer. */
  clear(): void {
    this.#length = 0;
  }

  /** Leaves out `count` bytes and says where they begin, for `setI32` and `setU32`. */
  skip(count: number): number {
    this.#reserve(count);
    this.#length += count;
    return this.#length - count;
  }

  setI32(at: number, value: number): void {
    this.#bytes.writeInt32BE(value, at);
  }

  setU32(at: number, value: number): void {
    this.#bytes.writeUInt32BE(value, at);
  }

  #text(text: string): void {
    const length = Buffer.byteLength(text);
    this.#reserve(length);
    this.#bytes.write(text, this.#length, length, "utf8");
    this.#length += length;
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}
