/** Bytes that arrive in pieces, read in order. Holds one piece, and what one read asks for. */
import { describeValue, fault } from "../../schema/fault.js";

export class ByteSource {
  readonly #pieces: AsyncIterator<Uint8Array>;
  #piece: Uint8Array = new Uint8Array(0);
  #at = 0;
  #passed = 0;
  #hasEnded = false;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#pieces = source[Symbol.asyncIterator]();
  }

  /** Offset of the next byte from the first. */
  get offset(): number {
    return this.#passed + this.#at;
  }

  /** Whether no byte follows. */
  async isAtEnd(): Promise<boolean> {
    while (this.#at === this.#piece.length && !this.#hasEnded) await this.#next();
    return this.#at === this.#piece.length;
  }

  /** Exactly so many bytes; a view, valid for as long as the pieces are. @throws VALUE_INVALID where they end before */
  async take(count: number, what: string): Promise<Uint8Array> {
    const piece = this.#piece;
    if (count <= piece.length - this.#at) {
      this.#at += count;
      return piece.subarray(this.#at - count, this.#at);
    }
    return this.#gather(count, what);
  }

  /** A zig-zag long that a number holds. */
  async long(what: string): Promise<number> {
    let bits = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const [byte = 0] = await this.take(1, what);
      bits |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) {
        const value = BigInt.asIntN(64, (bits >> 1n) ^ -(bits & 1n));
        if (bits < 1n << 64n && value === BigInt(Number(value))) return Number(value);
        throw fault(`found ${value} as ${what}; expected no such number`);
      }
    }
    throw fault(`found no end of a number after ten bytes; expected ${what}`);
  }

  /** Tells the source that no more is wanted. */
  async close(): Promise<void> {
    this.#hasEnded = true;
    await this.#pieces.return?.();
  }

  async #gather(count: number, what: string): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    let missing = count;
    while (missing > 0) {
      if (await this.isAtEnd()) {
        throw fault(
          `found the end after ${count - missing} bytes of ${what}; expected ${count}: the file is truncated`,
        );
      }
      const part = this.#piece.subarray(this.#at, this.#at + missing);
      this.#at += part.length;
      missing -= part.length;
      parts.push(part);
    }
    return Buffer.concat(parts, count);
  }

  async #next(): Promise<void> {
    const { done, value } = await this.#pieces.next();
    this.#passed += this.#piece.length;
    this.#at = 0;
    this.#hasEnded = done === true;
    if (done !== true && !(value instanceof Uint8Array)) {
      throw fault(`found ${describeValue(value)} among the pieces; expected bytes (streams without an encoding)`);
    }
    this.#piece = done === true ? new Uint8Array(0) : value;
  }
}
