/** Reads what a ByteWriter wrote. It trusts its input: both sides are this process, or a file that this process wrote. */
import { partOf } from "../core/bytes.js";

/** Moves through a buffer. */
export class ByteReader {
  readonly bytes: Buffer;
  #ownView: DataView | undefined;
  /** Where the next value starts. */
  at = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  // Most readers live for one row, and read no number of fixed width.
  get #view(): DataView {
    this.#ownView ??= new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.length);
    return this.#ownView;
  }

  u8(): number {
    return this.bytes[this.at++] ?? 0;
  }

  u32(): number {
    this.at += 4;
    return this.#view.getUint32(this.at - 4, true);
  }

  f64(): number {
    this.at += 8;
    return this.#view.getFloat64(this.at - 8, true);
  }

  u64(): bigint {
    this.at += 8;
    return this.#view.getBigUint64(this.at - 8, true);
  }

  /** An integer from 0 to 2^53 − 1. */
  varint(): number {
    let byte = this.bytes[this.at++] ?? 0;
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    let unit = 0x80;
    do {
      byte = this.bytes[this.at++] ?? 0;
      value += (byte & 0x7f) * unit;
      unit *= 0x80;
    } while (byte >= 0x80);
    return value;
  }

  /** A number as `ByteWriter.zigzag` writes it. */
  zigzag(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /** The next bytes, as a view. */
  raw(length: number): Uint8Array {
    this.at += length;
    return partOf(this.bytes, this.at - length, this.at);
  }

  /** A reader of the next bytes alone. */
  part(length: number): ByteReader {
    this.at += length;
    return new ByteReader(this.bytes.subarray(this.at - length, this.at));
  }

  /** Bytes behind their length, as a view. */
  sized(): Uint8Array {
    return this.raw(this.varint());
  }

  /** Text behind its length in bytes. */
  text(): string {
    const length = this.varint();
    this.at += length;
    return this.bytes.toString("utf8", this.at - length, this.at);
  }
}
