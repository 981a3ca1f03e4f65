/** A buffer that grows while it is written, and numbers of variable length. */

const firstBytes = 64 * 1024;

/** Appends to a buffer of its own; `reset` starts over in the same or another one. */
export class ByteWriter {
  bytes: Buffer<ArrayBuffer>;
  view: DataView;
  /** Bytes written so far. */
  length = 0;

  constructor(buffer: ArrayBuffer = new ArrayBuffer(firstBytes)) {
    this.bytes = Buffer.from(buffer);
    this.view = new DataView(buffer);
  }

  /** Makes room for `count` more bytes. */
  reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.bytes.length) return;
    const larger = new ArrayBuffer(Math.max(needed, this.bytes.length * 2));
    const bytes = Buffer.from(larger);
    bytes.set(this.bytes.subarray(0, this.length));
    this.bytes = bytes;
    this.view = new DataView(larger);
  }

  /** The whole buffer, to be given away; the writer must not be used before `reset`. */
  get buffer(): ArrayBuffer {
    return this.bytes.buffer;
  }

  u8(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  u32(value: number): void {
    this.reserve(4);
    this.view.setUint32(this.length, value, true);
    this.length += 4;
  }

  f64(value: number): void {
    this.reserve(8);
    this.view.setFloat64(this.length, value, true);
    this.length += 8;
  }

  u64(value: bigint): void {
    this.reserve(8);
    this.view.setBigUint64(this.length, value, true);
    this.length += 8;
  }

  /** An integer from 0 to 2^53 − 1, seven bits a byte, lowest first. */
  varint(value: number): void {
    this.reserve(8);
    const { bytes } = this;
    let at = this.length;
    let rest = value;
    // Bit operations are faster, and hold 31 bits.
    while (rest > 0x7fff_ffff) {
      bytes[at++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    while (rest >= 0x80) {
      bytes[at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    bytes[at++] = rest;
    this.length = at;
  }

  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** Length as varint, then the bytes. */
  sized(bytes: Uint8Array): void {
    this.varint(bytes.length);
    this.raw(bytes);
  }

  /** Length as varint, then UTF-8. */
  text(text: string): void {
    const length = Buffer.byteLength(text);
    this.varint(length);
    this.reserve(length);
    this.bytes.write(text, this.length, length, "utf8");
    this.length += length;
  }

  /** Length as varint, then one byte for each char, which must be below 256. */
  latin1(text: string): void {
    this.varint(text.length);
    this.reserve(text.length);
    this.bytes.write(text, this.length, text.length, "latin1");
    this.length += text.length;
  }

  /** As `varint`, of numbers of either sign up to 2^52: 0, −1, 1, −2 … */
  zigzag(value: number): void {
    this.varint(value < 0 ? -value * 2 - 1 : value * 2);
  }
}
