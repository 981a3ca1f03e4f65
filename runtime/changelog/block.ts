/**
 * Blocks: how the embedded changelog keeps records. A block holds records of one topic and partition in offset order;
 * it stands in a row whose key is the offset of its first record.
 *
 *   block    record*
 *   record   flags (1 byte), gap, head?, index, time, key, value?, idempotency key?, reply?, repair?
 *   gap      offsets left out since the record before, varint (0 for the first)
 *   head     epoch, batch, count (varints), writer (8 bytes), timestamp (varint); without it the record before's holds
 *   time     write time minus timestamp, zigzag varint
 *   others   length as varint, then the bytes
 *
 * Integers of fixed length are little-endian. Compaction copies everything from `index` on as it is.
 */
import { assert } from "../core/errors.js";
import type { ByteWriter } from "../disk/byte-writer.js";
import type { LogRecord, NewRecord, RecordHeaders } from "./changelog.js";

const hasHead = 1;
const isTombstone = 2;
const hasIdempotencyKey = 4;
const hasReply = 8;
const hasRepair = 16;

/** What records of one append share. */
export interface BlockHead {
  readonly epoch: number;
  readonly batch: number;
  readonly count: number;
  readonly writer: bigint;
  readonly timestamp: number;
}

/**
 * Writes one record.
 *
 * @param timestamp The same for all records of a block.
 * @param previous Headers of the record before it in the block; undefined at the start.
 */
export function writeRecord(
  out: ByteWriter,
  record: NewRecord,
  timestamp: number,
  previous: RecordHeaders | undefined,
): void {
  const { key, value, headers } = record;
  const isSame = previous !== undefined && sharesHead(headers, previous);
  out.u8(
    (isSame ? 0 : hasHead) |
      (value === null ? isTombstone : 0) |
      (headers.idempotencyKey === undefined ? 0 : hasIdempotencyKey) |
      (headers.reply === undefined ? 0 : hasReply) |
      (headers.repair === undefined ? 0 : hasRepair),
  );
  out.varint(0);
  if (!isSame) writeHead(out, { ...headers, timestamp });
  out.varint(headers.index);
  out.zigzag(headers.time - timestamp);
  out.sized(key);
  if (value !== null) out.sized(value);
  if (headers.idempotencyKey !== undefined) out.text(headers.idempotencyKey);
  if (headers.reply !== undefined) out.sized(headers.reply);
  if (headers.repair !== undefined) out.sized(headers.repair);
}

function sharesHead(headers: RecordHeaders, previous: RecordHeaders): boolean {
  return (
    headers.batch === previous.batch &&
    headers.epoch === previous.epoch &&
    headers.count === previous.count &&
    headers.writer === previous.writer
  );
}

function writeHead(out: ByteWriter, head: BlockHead): void {
  out.varint(head.epoch);
  out.varint(head.batch);
  out.varint(head.count);
  out.u64(head.writer);
  out.varint(head.timestamp);
}

/** Walks over the records of a block. Fields describe the record that `next` has just moved to. */
export class BlockCursor {
  readonly #bytes: Buffer;
  readonly #view: DataView;
  #at = 0;
  #nextOffset: number;
  #flags = 0;
  #head: BlockHead | undefined;
  #tailStart = 0;
  #timeDelta = 0;
  #index = 0;
  #valueStart = 0;
  #valueEnd = 0;
  #afterValue = 0;
  offset = 0;
  keyStart = 0;
  keyEnd = 0;

  /** @param base The row's key. */
  constructor(bytes: Buffer, base: number) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#nextOffset = base;
  }

  /** Moves to the next record; false at the end. */
  next(): boolean {
    if (this.#at >= this.#bytes.length) return false;
    this.#flags = this.#bytes[this.#at++] ?? 0;
    this.offset = this.#nextOffset + this.#varint();
    this.#nextOffset = this.offset + 1;
    if ((this.#flags & hasHead) !== 0) this.#head = this.#readHead();
    this.#tailStart = this.#at;
    this.#index = this.#varint();
    const time = this.#varint();
    this.#timeDelta = time % 2 === 0 ? time / 2 : -(time + 1) / 2;
    const keyLength = this.#varint();
    this.keyStart = this.#at;
    this.keyEnd = this.#at += keyLength;
    if (!this.isTombstone) {
      const valueLength = this.#varint();
      this.#valueStart = this.#at;
      this.#valueEnd = this.#at += valueLength;
    }
    this.#afterValue = this.#at;
    this.#skipIf(hasIdempotencyKey);
    this.#skipIf(hasReply);
    this.#skipIf(hasRepair);
    assert(this.#at <= this.#bytes.length, "a block ends where its last record ends");
    return true;
  }

  get isTombstone(): boolean {
    return (this.#flags & isTombstone) !== 0;
  }

  get head(): BlockHead {
    assert(this.#head !== undefined, "the first record of a block has a head");
    return this.#head;
  }

  /** The record; its byte arrays are views into the block. */
  record(): LogRecord {
    const head = this.head;
    const headers: { -readonly [K in keyof RecordHeaders]: RecordHeaders[K] } = {
      epoch: head.epoch,
      batch: head.batch,
      index: this.#index,
      count: head.count,
      writer: head.writer,
      time: head.timestamp + this.#timeDelta,
    };
    let at = this.#afterValue;
    const part = (): Buffer => {
      const end = this.#at;
      this.#at = at;
      const length = this.#varint();
      const start = this.#at;
      at = start + length;
      this.#at = end;
      return this.#bytes.subarray(start, at);
    };
    if ((this.#flags & hasIdempotencyKey) !== 0) headers.idempotencyKey = part().toString("utf8");
    if ((this.#flags & hasReply) !== 0) headers.reply = part();
    if ((this.#flags & hasRepair) !== 0) headers.repair = part();
    return {
      offset: BigInt(this.offset),
      key: this.#bytes.subarray(this.keyStart, this.keyEnd),
      value: this.isTombstone ? null : this.#bytes.subarray(this.#valueStart, this.#valueEnd),
      timestamp: head.timestamp,
      headers,
    };
  }

  /**
   * Copies the record into another block.
   *
   * @param into Offset behind the record before it there, and the head in force there; undefined at the start.
   */
  copyTo(out: ByteWriter, into: { readonly nextOffset: number; readonly head: BlockHead } | undefined): void {
    const head = this.head;
    const isSame = into?.head === head;
    out.u8(isSame ? this.#flags & ~hasHead : this.#flags | hasHead);
    out.varint(into === undefined ? 0 : this.offset - into.nextOffset);
    if (!isSame) writeHead(out, head);
    out.raw(this.#bytes.subarray(this.#tailStart, this.#at));
  }

  #readHead(): BlockHead {
    const epoch = this.#varint();
    const batch = this.#varint();
    const count = this.#varint();
    const writer = this.#view.getBigUint64(this.#at, true);
    this.#at += 8;
    return { epoch, batch, count, writer, timestamp: this.#varint() };
  }

  #skipIf(flag: number): void {
    if ((this.#flags & flag) === 0) return;
    const length = this.#varint();
    this.#at += length;
  }

  #varint(): number {
    let byte = this.#bytes[this.#at++] ?? 0;
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    let unit = 0x80;
    do {
      byte = this.#bytes[this.#at++] ?? 0;
      value += (byte & 0x7f) * unit;
      unit *= 0x80;
    } while (byte >= 0x80);
    return value;
  }
}
