/**
 * Walks over the record batches of a fetch, directly in its bytes.
 *
 * The next offset comes from batch headers and never from records: control batches, aborted transactions, batches that
 * compaction has emptied and gaps at the very end hold none, and a reader that waits for a record there waits for ever. The
 * last batch of a fetch may be cut off; it is read with the next.
 */
import type { LogRecord } from "../changelog.js";
import {
  attributesAt,
  controlBit,
  crcAt,
  isTransactionalBit,
  lengthAt,
  magic,
  magicAt,
  prefixBytes,
  recordsAt,
} from "./batch-layout.js";
import { checksum } from "./crc32c.js";
import { damagedBatch } from "./damaged-batch.js";
import { type Batch, type RecordsRequest, WalkedRecords } from "./walked-records.js";
import { WireReader } from "./wire-reader.js";

/** What the length of a batch counts, without any records. */
const leastBatchBytes = recordsAt - prefixBytes;

/** A transaction that was given up: its records from this offset on, to its marker, never count. */
export interface AbortedTransaction {
  readonly producerId: bigint;
  readonly firstOffset: bigint;
}

/** What a control batch says. */
export interface Marker {
  readonly offset: bigint;
  readonly producerId: bigint;
  readonly producerEpoch: number;
}

export interface WalkRequest extends RecordsRequest {
  readonly bytes: Buffer;
  /** In order of their first offsets. */
  readonly aborted: readonly AbortedTransaction[];
  /** Sees each control batch. */
  readonly onMarker?: (marker: Marker) => void;
}

/** What was found; `nextOffset` is `fromOffset` where there was no whole batch. */
export interface Walked {
  /** In offset order; made anew whenever somebody goes over them. They throw as `walkBatches`, at the batch that is damaged. */
  readonly records: Iterable<LogRecord>;
  /** Whether there is one: of a batch that begins below `fromOffset` compaction may have left none. */
  readonly hasRecords: boolean;
  readonly nextOffset: bigint;
}

/** @throws CHANGELOG_DAMAGED when a batch is not what it should be, CONFIG_INVALID for a codec that cannot be read. */
export function walkBatches(request: WalkRequest): Walked {
  const { bytes, fromOffset, onMarker } = request;
  const batches: Batch[] = [];
  const aborts = new Aborts(request.aborted);
  let nextOffset = fromOffset;
  for (let at = 0; at + prefixBytes <= bytes.length; ) {
    const end = endOfBatch(request, at);
    if (end > bytes.length) break;
    const batch = parsed(request, at, end);
    at = end;
    const isControl = (batch.attributes & controlBit) !== 0;
    if (isControl) onMarker?.({ ...batch, offset: batch.baseOffset });
    if (!aborts.covers(batch, isControl) && !isControl && batch.lastOffset >= fromOffset && batch.count !== 0)
      batches.push(batch);
    if (batch.lastOffset >= nextOffset) nextOffset = batch.lastOffset + 1n;
  }
  const records = new WalkedRecords(request, batches);
  const hasRecords =
    batches.some(({ baseOffset }) => baseOffset >= fromOffset) || records[Symbol.iterator]().next().done !== true;
  return { records, hasRecords, nextOffset };
}

function endOfBatch(request: WalkRequest, at: number): number {
  const length = request.bytes.readInt32BE(at + lengthAt);
  if (length < leastBatchBytes)
    throw damagedBatch(
      request.subject,
      offsetAt(request, at),
      `its length is ${length}; at least ${leastBatchBytes} would be right`,
    );
  return at + prefixBytes + length;
}

function offsetAt({ bytes }: WalkRequest, at: number): bigint {
  return bytes.readBigInt64BE(at);
}

function parsed(request: WalkRequest, at: number, end: number): Batch {
  const { bytes } = request;
  const baseOffset = offsetAt(request, at);
  const found = bytes[at + magicAt];
  if (found !== magic)
    throw damagedBatch(
      request.subject,
      baseOffset,
      `it has format ${found}; format ${magic}, of Kafka 0.11 and later, would be right`,
    );
  if (checksum(bytes.subarray(at + attributesAt, end)) !== bytes.readUInt32BE(at + crcAt))
    throw damagedBatch(request.subject, baseOffset, "its bytes do not fit its checksum");
  const head = new WireReader(bytes, at + attributesAt, end);
  const attributes = head.i16();
  const lastOffsetDelta = head.i32();
  const baseTimestamp = Number(head.i64());
  const maxTimestamp = Number(head.i64());
  const producerId = head.i64();
  const producerEpoch = head.i16();
  head.i32();
  const count = head.i32();
  if (lastOffsetDelta < 0)
    throw damagedBatch(request.subject, baseOffset, `its last offset is ${lastOffsetDelta} behind its first`);
  const lastOffset = baseOffset + BigInt(lastOffsetDelta);
  return {
    baseOffset,
    lastOffset,
    attributes,
    baseTimestamp,
    maxTimestamp,
    producerId,
    producerEpoch,
    count,
    body: head,
  };
}

/** Which transactions are given up at the place where the walk is. */
class Aborts {
  readonly #pending: readonly AbortedTransaction[];
  readonly #open = new Set<bigint>();
  #at = 0;

  constructor(aborted: readonly AbortedTransaction[]) {
    this.#pending = [...aborted].sort((a, b) => (a.firstOffset < b.firstOffset ? -1 : 1));
  }

  covers({ lastOffset, producerId, attributes }: Batch, isControl: boolean): boolean {
    if (this.#pending.length === 0) return false;
    for (let next = this.#pending[this.#at]; next !== undefined && next.firstOffset <= lastOffset; ) {
      this.#open.add(next.producerId);
      this.#at += 1;
      next = this.#pending[this.#at];
    }
    if (isControl) {
      this.#open.delete(producerId);
      return false;
    }
    return (attributes & isTransactionalBit) !== 0 && this.#open.has(producerId);
  }
}
