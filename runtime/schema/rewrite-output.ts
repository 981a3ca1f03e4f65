/** What a rewriting has written: bytes that grow, and what is done with them beside appending. */
import { fault } from "./fault.js";
import { valueBytesLimit } from "./limits.js";
import { Reader } from "./reader.js";

/** Bytes that are there from the start, and kept after a larger value. */
const keptBytes = 16_384;

/** Bytes that one instruction writes at most, but for constants. */
export const roomBytes = 16;

/** Bytes up to this number are copied by a loop; a view of them, for a native call, costs more. */
export const loopBytes = 96;

/** Fields are public, since the machine's loop holds them in variables of its own. */
export class RewriteOutput {
  bytes: Uint8Array = new Uint8Array(keptBytes);
  /** Of `bytes`. */
  view: DataView = viewOf(this.bytes);
  /** How many of them the last value has. */
  length = 0;
  private readonly reader: Reader = new Reader(this.bytes);

  /** A reader of the last value, good until the next one is written. */
  read(): Reader {
    this.reader.reopen(this.bytes, this.length, this.view);
    return this.reader;
  }

  /** A copy of the last value. */
  copy(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }

  /** Before a value. */
  begin(): void {
    if (this.bytes.length > keptBytes) this.hold(new Uint8Array(keptBytes));
  }

  /** Makes room behind `to`. */
  grow(to: number, size: number): void {
    if (to + size > valueBytesLimit) throw fault(`found a value of more than ${valueBytesLimit} bytes; expected fewer`);
    const grown = new Uint8Array((to + size) * 2 + roomBytes);
    grown.set(this.bytes.subarray(0, to));
    this.hold(grown);
  }

  private hold(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.view = viewOf(bytes);
  }
}

/** An index or a count, as Avro binary. @returns The offset behind it. */
export function writeCount(target: Uint8Array, start: number, count: number): number {
  let to = start;
  let rest = (count << 1) >>> 0;
  while (rest > 0x7f) {
    target[to++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  target[to++] = rest;
  return to;
}

/** Fields that were written one after the other: where each ends, from `ends[first]`, where the first begins. */
interface Pieces {
  readonly ends: readonly number[];
  readonly first: number;
  /** Which of them stands at each place. */
  readonly order: readonly number[];
}

/** Puts what was written last, up to `end`, in another order. There must be room for a copy behind it. */
export function reorder(target: Uint8Array, end: number, { ends, first, order }: Pieces): void {
  let to = ends[first] ?? 0;
  const shift = end - to;
  target.copyWithin(end, to, end);
  for (const piece of order) {
    const from = (ends[first + piece] ?? 0) + shift;
    const behind = (ends[first + piece + 1] ?? 0) + shift;
    if (behind - from > loopBytes) {
      target.copyWithin(to, from, behind);
      to += behind - from;
    } else for (let index = from; index < behind; index += 1) target[to++] = target[index] ?? 0;
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer);
}
