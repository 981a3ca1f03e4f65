/**
 * Bytes of ordered keys, in binary strings of one character (0 to 255) a byte, which JavaScript compares as unsigned bytes.
 * Every piece ends itself, so that pieces may follow each other and any of them may be inverted for descending order.
 */
import { fault } from "./fault.js";

/** What a zero byte of a text becomes, and what ends the text: the end sorts before whatever continues it. */
const escapedZero = "\0\xff";
const end = "\0\0";

/** Characters that are put together in one call: more could be too many arguments. */
const chunk = 8192;

/** Bytes as a binary string, as they are. */
export function binaryOf(bytes: Uint8Array): string {
  let text = "";
  for (let start = 0; start < bytes.length; start += chunk) {
    text += String.fromCharCode(...bytes.subarray(start, start + chunk));
  }
  return text;
}

export function bytesOf(binary: string): Uint8Array {
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

const encoder = /*@__PURE__*/ new TextEncoder();
const decoder = /*@__PURE__*/ new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A text's UTF-8, whose order is that of its code points. */
export function utf8Of(text: string): string {
  return isAscii(text) ? text : binaryOf(encoder.encode(text));
}

export function textOf(binary: string): string {
  return isAscii(binary) ? binary : decoder.decode(bytesOf(binary));
}

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) if (text.charCodeAt(index) > 0x7f) return false;
  return true;
}

/** A piece of any length, with its end. */
export function terminated(binary: string): string {
  return (binary.includes("\0") ? binary.replaceAll("\0", escapedZero) : binary) + end;
}

/** A number of 32 bits, unsigned. */
export function uint32(value: number): string {
  return String.fromCharCode(value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);
}

/** Every bit turned over: the order, too. */
export function inverted(binary: string): string {
  let text = "";
  for (let index = 0; index < binary.length; index += 1) text += String.fromCharCode(binary.charCodeAt(index) ^ 0xff);
  return text;
}

/** The first binary string after all that begin with a prefix; undefined where there is none. */
export function afterPrefix(prefix: string): string | undefined {
  let length = prefix.length;
  while (length > 0 && prefix.charCodeAt(length - 1) === 0xff) length -= 1;
  if (length === 0) return undefined;
  return prefix.slice(0, length - 1) + String.fromCharCode(prefix.charCodeAt(length - 1) + 1);
}

/** Reads pieces back. */
export class OrderedCursor {
  readonly #binary: string;
  #position = 0;
  #mask = 0;

  constructor(binary: string) {
    this.#binary = binary;
  }

  /** From here on, or back again, bytes are inverted. */
  invert(): void {
    this.#mask ^= 0xff;
  }

  byte(): number {
    if (this.#position >= this.#binary.length) throw fault("found the end of an ordered key; expected another byte");
    const byte = this.#binary.charCodeAt(this.#position) ^ this.#mask;
    this.#position += 1;
    return byte;
  }

  uint32(): number {
    return ((this.byte() << 24) | (this.byte() << 16) | (this.byte() << 8) | this.byte()) >>> 0;
  }

  /** Exactly so many bytes. */
  take(count: number): string {
    let piece = "";
    for (let index = 0; index < count; index += 1) piece += String.fromCharCode(this.byte());
    return piece;
  }

  /** A piece with its end. */
  takeTerminated(): string {
    let piece = "";
    for (;;) {
      const byte = this.byte();
      if (byte === 0 && this.byte() === 0) return piece;
      piece += String.fromCharCode(byte);
    }
  }

  /** All that is left. */
  rest(): string {
    return this.take(this.#binary.length - this.#position);
  }

  /** Refuses what is left over. */
  end(): void {
    if (this.#position < this.#binary.length) throw fault("found bytes after an ordered key; expected its end");
  }
}
