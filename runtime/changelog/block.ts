/**
 * Blocks: how the embedded changelog keeps records. A block holds records of one topic and partition in offset order;
 * it stands in a row whose key is the offset of its first record.
 *
 *   block    record*
 *   record   flags (1 byte), gap, writer?, head?, index, time, key, value?, idempotency key?, reply?, repair?
 *   gap      offsets left out since the record before, varint (0 for the first)
 *   writer   epoch (varint), writer (8 bytes); without it the record before's holds
 *   head     batch, count (varints), timestamp minus the one before (zigzag varint); without it the record before's holds
 *   time     write time minus timestamp, zigzag varint
 *   others   length as varint, then the bytes
 *
 * Integers of fixed length are little-endian. Compaction copies everything from `index` on as it is.
 */
import { partOf } from "../core/bytes.js";
import { assert } from "../core/errors.js";
import type { ByteWriter } from "../disk/byte-writer.js";
import type { LogRecord, NewRecord, RecordHeaders } from "./changelog.js";

const hasHead = 1;
const hasWriter = 32;
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
    (isSame ? 0 : hasHead | hasWriter) |
      (value === null ? isTombstone : 0) |
      (headers.idempotencyKey === undefined ? 0 : hasIdempotencyKey) |
      (headers.reply === undefined ? 0 : hasReply) |
      (headers.repair === undefined ? 0 : hasRepair),
  );
  out.varint(0);
  if (!isSame) {
    out.varint(headers.epoch);
    out.u64(headers.writer);
    out.varint(headers.batch);
    out.varint(headers.count);
    out.zigzag(previous === undefined ? timestamp : 0);
  }
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

/** A row of a part's table. */
export interface BlockRow {
  /** Offset of the first record. */
  readonly base: number;
  readonly body: Buffer;
}

/** A row as SQLite gives it. */
export function blockRow(row: unknown): BlockRow {
  assert(Array.isArray(row), "a block's row has two columns");
  const [base, body]: unknown[] = row;
  assert(typeof base === "number" && Buffer.isBuffer(body), "a block's row is an offset and bytes");
  return { base, body };
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

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
    if ((this.#flags & (hasHead | hasWriter)) !== 0) this.#head = this.#readHead();
    this.#tailStart = this.#at;
    this.#index = this.#varint();
    this.#timeDelta = this.#zigzag();
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
    return {
      offset: BigInt(this.offset),
      key: partOf(this.#bytes, this.keyStart, this.keyEnd),
      value: this.isTombstone ? null : partOf(this.#bytes, this.#valueStart, this.#valueEnd),
      timestamp: head.timestamp,
      headers: this.#headers(head),
    };
  }

  /**
   * Copies the record into another block.
   *
   * @param into Offset behind the record before it there, and the head in force there; undefined at the start.
   */
  copyTo(out: ByteWriter, into: { readonly nextOffset: number; readonly head: BlockHead } | undefined): void {
    const head = this.head;
    const before = into?.head;
    const isSameWriter = before !== undefined && before.epoch === head.epoch && before.writer === head.writer;
    const isSameHead = before === head;
    out.u8((this.#flags & ~(hasHead | hasWriter)) | (isSameHead ? 0 : hasHead) | (isSameWriter ? 0 : hasWriter));
    out.varint(into === undefined ? 0 : this.offset - into.nextOffset);
    if (!isSameWriter) {
      out.varint(head.epoch);
      out.u64(head.writer);
    }
    if (!isSameHead) {
      out.varint(head.batch);
      out.varint(head.count);
      out.zigzag(head.timestamp - (before?.timestamp ?? 0));
    }
    out.raw(this.#bytes.subarray(this.#tailStart, this.#at));
  }

  #headers(head: BlockHead): RecordHeaders {
    const headers: Writable<RecordHeaders> = {
      epoch: head.epoch,
      batch: head.batch,
      index: this.#index,
      count: head.count,
      writer: head.writer,
      time: head.timestamp + this.#timeDelta,
    };
    if ((this.#flags & (hasIdempotencyKey | hasReply | hasRepair)) === 0) return headers;
    const end = this.#at;
    this.#at = this.#afterValue;
    if ((this.#flags & hasIdempotencyKey) !== 0) headers.idempotencyKey = this.#sized().toString("utf8");
    if ((this.#flags & hasReply) !== 0) headers.reply = this.#sized();
    if ((this.#flags & hasRepair) !== 0) headers.repair = this.#sized();
    this.#at = end;
    return headers;
  }

  #sized(): Buffer {
    const length = this.#varint();
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  #readHead(): BlockHead {
    const before = this.#head;
    let epoch = before?.epoch ?? 0;
    let writer = before?.writer ?? 0n;
    if ((this.#flags & hasWriter) !== 0) {
      epoch = this.#varint();
      writer = this.#view.getBigUint64(this.#at, true);
      this.#at += 8;
    }
    if ((this.#flags & hasHead) === 0 && before !== undefined) return { ...before, epoch, writer };
    const batch = this.#varint();
    const count = this.#varint();
    return { epoch, writer, batch, count, timestamp: (before?.timestamp ?? 0) + this.#zigzag() };
  }

  #skipIf(flag: number): void {
    if ((this.#flags & flag) === 0) return;
    const length = this.#varint();
    this.#at += length;
  }

  #zigzag(): number {
    const value = this.#varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
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
