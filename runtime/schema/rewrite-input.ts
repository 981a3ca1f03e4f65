/** Reads of a rewriting that give two things: a value, and where the next byte is. */
import { Reader } from "./reader.js";
import { notShort, pastEnd } from "./rewrite-pass.js";

/** See the head of the file. */
export class RewriteInput {
  /** Where the last read ended. */
  place = 0;
  /** Where the block that it began must end, -1 where that does not say. */
  blockEnd = -1;

  /** An index below `count`; `place` is behind it. */
  index(source: Uint8Array, place: number, count: number): number {
    const byte = source[place] ?? pastEnd;
    if ((byte & notShort) === 0 && byte >>> 1 < count) {
      this.place = place + 1;
      return byte >>> 1;
    }
    const reader = new Reader(source, place);
    const index = reader.index(count);
    this.place = reader.position;
    return index;
  }

  /** Whether the index of a union of two types is the one of null, whose byte is given. */
  isNone(source: Uint8Array, place: number, none: number): boolean {
    const byte = source[place] ?? pastEnd;
    if (byte === none) return true;
    // Refuses all but the other index.
    if (byte !== 2 - none) this.index(source, place, 2);
    return false;
  }

  int(source: Uint8Array, place: number): number {
    const byte = source[place] ?? pastEnd;
    if (byte < 0x80) {
      this.place = place + 1;
      return (byte >>> 1) ^ -(byte & 1);
    }
    const reader = new Reader(source, place);
    const value = reader.int();
    this.place = reader.position;
    return value;
  }

  long(source: Uint8Array, place: number): bigint {
    const reader = new Reader(source, place);
    const value = reader.long();
    this.place = reader.position;
    return value;
  }

  /** The number of items of the next block, 0 behind the last; `place` is before its items, `blockEnd` where it says it ends. */
  block(source: Uint8Array, place: number): number {
    const byte = source[place] ?? pastEnd;
    if ((byte & notShort) === 0 && byte >>> 1 < source.length - place) {
      this.place = place + 1;
      this.blockEnd = -1;
      return byte >>> 1;
    }
    const reader = new Reader(source, place);
    const count = reader.blockCount();
    this.place = reader.position;
    this.blockEnd = reader.blockEnd;
    return count;
  }

  /** The same, past blocks that say where they end and are left out. */
  sameBlock(source: Uint8Array, start: number, isDropping: boolean): number {
    let count = this.block(source, start);
    while (isDropping && count > 0 && this.blockEnd >= 0) count = this.block(source, this.blockEnd);
    return count;
  }
}
