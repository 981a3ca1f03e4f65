/** Reads Kafka's primitive types, as `WireWriter` writes them. Whatever the bytes hold, it ends in a value or a WireFault. */

/** The bytes are not what the protocol says. */
export class WireFault extends Error {
  override readonly name = "WireFault";
}

export class WireReader {
  readonly #bytes: Buffer;
  #view: DataView | undefined;
  #at: number;
  readonly #end: number;

  constructor(bytes: Buffer, at = 0, end: number = bytes.length) {
    this.#bytes = bytes;
    this.#at = at;
    this.#end = end;
  }

  get at(): number {
    return this.#at;
  }

  /** All that is read from; `at` is where the next value begins. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  /** The same, for whoever reads numbers at places of his own. */
  get view(): DataView {
    this.#view ??= new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.length);
    return this.#view;
  }

  get left(): number {
    return this.#end - this.#at;
  }

  i8(): number {
    return this.#bytes.readInt8(this.#take(1));
  }

  i16(): number {
    return this.#bytes.readInt16BE(this.#take(2));
  }

  i32(): number {
    return this.#bytes.readInt32BE(this.#take(4));
  }

  u32(): number {
    return this.#bytes.readUInt32BE(this.#take(4));
  }

  i64(): bigint {
    return this.#bytes.readBigInt64BE(this.#take(8));
  }

  bool(): boolean {
    return this.i8() !== 0;
  }

  uuid(): Buffer {
    return this.#slice(16);
  }

  /** An unsigned varint of up to 32 bits. */
  uvarint(): number {
    // Nearly all have one byte or two.
    const at = this.#at;
    const first = this.#bytes[at] ?? 0x80;
    if (first < 0x80 && at < this.#end) {
      this.#at = at + 1;
      return first;
    }
    const second = this.#bytes[at + 1] ?? 0x80;
    if (second < 0x80 && at + 1 < this.#end) {
      this.#at = at + 2;
      return (first & 0x7f) | (second << 7);
    }
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#bytes[this.#take(1)] ?? 0;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) {
        if (value > 0xffff_ffff) break;
        return value;
      }
    }
    throw new WireFault(`found a varint of more than 32 bits at byte ${this.#at}; expected fewer`);
  }

  /** A zigzag varint of up to 32 bits. */
  varint(): number {
    const value = this.uvarint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /** A zigzag varint of up to 64 bits, exact up to 2^53. */
  varlong(): number {
    const first = this.#bytes[this.#at] ?? 0x80;
    // Nearly always: the records of a batch have its time.
    if (first < 0x80) return this.varint();
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#bytes[this.#take(1)] ?? 0;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return Number((value >> 1n) ^ -(value & 1n));
    }
    throw new WireFault(`found a varint of more than 64 bits at byte ${this.#at}; expected fewer`);
  }

  string(): string | null {
    const length = this.i16();
    return length < 0 ? null : this.#slice(length).toString("utf8");
  }

  compactString(): string | null {
    const length = this.uvarint() - 1;
    return length < 0 ? null : this.#slice(length).toString("utf8");
  }

  /** Bytes with a length before them; null where it is negative. */
  sized(): Buffer | null {
    const length = this.varint();
    return length < 0 ? null : this.#slice(length);
  }

  compactBytes(): Buffer | null {
    const length = this.uvarint() - 1;
    return length < 0 ? null : this.#slice(length);
  }

  /**
   * The number of items of an array; none for null.
   *
   * @param leastBytes What an item has at least, so that no absurd number is believed.
   */
  count(leastBytes: number): number {
    return this.#counted(this.i32(), leastBytes);
  }

  compactCount(leastBytes: number): number {
    return this.#counted(this.uvarint() - 1, leastBytes);
  }

  /** Skips tagged fields: what later versions added and we do not ask for. */
  tags(): void {
    for (let left = this.#counted(this.uvarint(), 2); left > 0; left -= 1) {
      this.uvarint();
      this.#slice(this.uvarint());
    }
  }

  /** All that is left. */
  rest(): Buffer {
    return this.#slice(this.left);
  }

  skip(count: number): void {
    this.#take(count);
  }

  #counted(count: number, leastBytes: number): number {
    if (count * leastBytes > this.left)
      throw new WireFault(`found an array of ${count} items with ${this.left} bytes left; expected fewer`);
    return Math.max(0, count);
  }

  #slice(length: number): Buffer {
    const start = this.#take(length);
    return this.#bytes.subarray(start, start + length);
  }

  #take(count: number): number {
    if (count > this.left || count < 0)
      throw new WireFault(`found ${this.left} bytes at byte ${this.#at}; expected ${count}`);
    const at = this.#at;
    this.#at += count;
    return at;
  }
}
