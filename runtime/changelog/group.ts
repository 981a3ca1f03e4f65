/**
 * Groups: what crosses to the writer thread and back. One buffer carries the appends of all partitions that wait, in one
 * message; the thread writes the outcomes into the same buffer and returns it.
 *
 *   group    appends, textLength, length (u32 each), append*, text?
 *   append   log, outcome, blocks (u32 each), block*
 *   block    part, records, bytes (u32 each), base (f64), bytes
 *
 * `base` and `outcome` are filled in by the thread; so is `text`, the reason of whatever was not acknowledged. All numbers
 * are little-endian.
 */

import { ByteWriter } from "../disk/byte-writer.js";
import { writeRecord } from "./block.js";
import type { NewRecord, RecordHeaders } from "./changelog.js";

/** Outcomes as numbers. */
export const outcomes = ["acknowledged", "refused", "unknown", "fenced"] as const;

/** What became of an append. */
export type OutcomeName = (typeof outcomes)[number];

const groupHeadBytes = 12;
const appendHeadBytes = 12;
const blockHeadBytes = 20;
/**
 * A block is cut when it has this many bytes: a row beyond a quarter of a page wastes much of the page that it does not fit
 * into.
 */
const blockLimitBytes = 900;

/** The writing side, before it is sent. */
export class GroupWriter {
  #out: ByteWriter;
  #appends = 0;

  constructor(buffer?: ArrayBuffer) {
    this.#out = new ByteWriter(buffer);
    this.#out.length = groupHeadBytes;
  }

  get isEmpty(): boolean {
    return this.#appends === 0;
  }

  /** Bytes so far. */
  get length(): number {
    return this.#out.length;
  }

  /**
   * Adds an append.
   *
   * @param topics Its records by part (a topic's log of this partition), each in their order.
   * @returns Where it stands, for `GroupReader.outcomeAt`.
   */
  add(log: number, parts: Iterable<readonly [part: number, records: readonly NewRecord[]]>, timestamp: number): number {
    const out = this.#out;
    const at = out.length;
    out.u32(log);
    out.u32(0);
    out.u32(0);
    let blocks = 0;
    for (const [part, records] of parts) blocks += this.#addBlocks(part, records, timestamp);
    out.view.setUint32(at + 8, blocks, true);
    this.#appends += 1;
    return at;
  }

  /** The group as it is sent; the writer must not be used any more. */
  finish(): ArrayBuffer {
    const { view, length } = this.#out;
    view.setUint32(0, this.#appends, true);
    view.setUint32(4, 0, true);
    view.setUint32(8, length, true);
    return this.#out.buffer;
  }

  #addBlocks(part: number, records: readonly NewRecord[], timestamp: number): number {
    const out = this.#out;
    let blocks = 0;
    let at = 0;
    let inBlock = 0;
    let previous: RecordHeaders | undefined;
    const close = (): void => {
      out.view.setUint32(at + 4, inBlock, true);
      out.view.setUint32(at + 8, out.length - at - blockHeadBytes, true);
    };
    for (const record of records) {
      if (previous === undefined || out.length - at >= blockLimitBytes) {
        if (blocks > 0) close();
        at = out.length;
        out.reserve(blockHeadBytes);
        out.view.setUint32(at, part, true);
        out.length += blockHeadBytes;
        blocks += 1;
        inBlock = 0;
        previous = undefined;
      }
      writeRecord(out, record, timestamp, previous);
      previous = record.headers;
      inBlock += 1;
    }
    if (blocks > 0) close();
    return blocks;
  }
}

/** Reads a group, on either side. */
export class GroupReader {
  readonly #bytes: Buffer;
  readonly #view: DataView;
  /** Number of appends. */
  readonly appends: number;

  constructor(buffer: ArrayBuffer) {
    this.#bytes = Buffer.from(buffer);
    this.#view = new DataView(buffer);
    this.appends = this.#view.getUint32(0, true);
  }

  /** Where each append stands. */
  *each(): Generator<number> {
    let append = groupHeadBytes;
    for (let index = 0; index < this.appends; index += 1) {
      const at = append;
      append = this.#afterAppend(at);
      yield at;
    }
  }

  /** Where each block of an append stands. */
  *blocksOf(append: number): Generator<number> {
    let block = append + appendHeadBytes;
    for (let left = this.#blocksAt(append); left > 0; left -= 1) {
      yield block;
      block = this.#afterBlock(block);
    }
  }

  logAt(append: number): number {
    return this.#view.getUint32(append, true);
  }

  outcomeAt(append: number): OutcomeName {
    return outcomes[this.#view.getUint32(append + 4, true)] ?? "unknown";
  }

  setOutcome(append: number, outcome: OutcomeName): void {
    this.#view.setUint32(append + 4, outcomes.indexOf(outcome), true);
  }

  setBase(block: number, base: number): void {
    this.#view.setFloat64(block + 12, base, true);
  }

  baseAt(block: number): number {
    return this.#view.getFloat64(block + 12, true);
  }

  partAt(block: number): number {
    return this.#view.getUint32(block, true);
  }

  recordsAt(block: number): number {
    return this.#view.getUint32(block + 4, true);
  }

  bodyAt(block: number): Buffer {
    const start = block + blockHeadBytes;
    return this.#bytes.subarray(start, start + this.#view.getUint32(block + 8, true));
  }

  /** The reason of what was not acknowledged; empty without one. */
  get text(): string {
    const length = this.#view.getUint32(8, true);
    return this.#bytes.toString("utf8", length, length + this.#view.getUint32(4, true));
  }

  /** The group with a reason, perhaps in a larger buffer. */
  withText(text: string): ArrayBuffer {
    const length = this.#view.getUint32(8, true);
    const bytes = Buffer.from(text, "utf8");
    this.#view.setUint32(4, bytes.length, true);
    const larger = new ArrayBuffer(length + bytes.length);
    const out = Buffer.from(larger);
    out.set(this.#bytes.subarray(0, length));
    out.set(bytes, length);
    return larger;
  }

  #blocksAt(append: number): number {
    return this.#view.getUint32(append + 8, true);
  }

  #afterAppend(append: number): number {
    let block = append + appendHeadBytes;
    for (let left = this.#blocksAt(append); left > 0; left -= 1) block = this.#afterBlock(block);
    return block;
  }

  #afterBlock(block: number): number {
    return block + blockHeadBytes + this.#view.getUint32(block + 8, true);
  }
}
