/**
 * A record in the bytes of a fetch, whose parts become objects when they are asked for: a restore holds thousands of records
 * that it has not come to yet, and what it makes of one is soon garbage.
 */
import { partOf } from "../../core/bytes.js";
import type { LogRecord, RecordHeaders } from "../changelog.js";
import { readLayout } from "./record-headers.js";
import type { WireReader } from "./wire-reader.js";

/** What the records of a batch share. */
export interface WalkedBatch {
  readonly source: WireReader;
  /** Below 2^53. */
  readonly baseOffset: number;
  /** ms; of all records, where the leader has given it, or what theirs are counted from. */
  readonly timestamp: number;
  readonly isLogTime: boolean;
  /** Of the record that was read last, 0 for none: nearly always the next one's too, and need not be made anew. */
  writer: bigint;
}

/** Bytes in the source; none where `length` is negative. */
export interface Place {
  readonly at: number;
  readonly length: number;
}

/** See the head of the file. */
export class WalkedRecord implements LogRecord {
  readonly #batch: WalkedBatch;
  readonly #offsetDelta: number;
  readonly #timestampDelta: number;
  readonly #keyAt: number;
  readonly #keyLength: number;
  readonly #valueAt: number;
  readonly #valueLength: number;
  /** Where our headers stand, and only those that we always write, or what was read of others. */
  readonly #headers: number | RecordHeaders | undefined;

  constructor(
    batch: WalkedBatch,
    deltas: { readonly offset: number; readonly timestamp: number },
    key: Place,
    value: Place,
    headers: number | RecordHeaders | undefined,
  ) {
    this.#batch = batch;
    this.#offsetDelta = deltas.offset;
    this.#timestampDelta = deltas.timestamp;
    this.#keyAt = key.at;
    this.#keyLength = key.length;
    this.#valueAt = value.at;
    this.#valueLength = value.length;
    this.#headers = headers;
  }

  get offset(): bigint {
    return BigInt(this.#batch.baseOffset + this.#offsetDelta);
  }

  get key(): Uint8Array | null {
    return this.#bytes(this.#keyAt, this.#keyLength);
  }

  get value(): Uint8Array | null {
    return this.#bytes(this.#valueAt, this.#valueLength);
  }

  get timestamp(): number {
    const { isLogTime, timestamp } = this.#batch;
    return isLogTime ? timestamp : timestamp + this.#timestampDelta;
  }

  get headers(): RecordHeaders | undefined {
    if (typeof this.#headers !== "number") return this.#headers;
    const headers = readLayout(this.#batch.source.view, this.#headers, this.#batch.writer);
    this.#batch.writer = headers.writer;
    return headers;
  }

  #bytes(at: number, length: number): Uint8Array | null {
    return length < 0 ? null : partOf(this.#batch.source.bytes, at, at + length);
  }
}
