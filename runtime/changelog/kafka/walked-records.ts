/**
 * The records of a fetch's batches, each made when somebody comes to it: a restore reads ahead for every partition, and what
 * lies in bytes until its turn comes costs the garbage collector nothing.
 */
import { messageOf } from "../../core/errors.js";
import type { LogRecord } from "../changelog.js";
import { codecBits, logAppendTimeBit } from "./batch-layout.js";
import { damagedBatch } from "./damaged-batch.js";
import { decompress } from "./decompression.js";
import { readHeaders, skipLayout } from "./record-headers.js";
import { type Place, type WalkedBatch, WalkedRecord } from "./walked-record.js";
import { WireFault, WireReader } from "./wire-reader.js";

/** A record has at least seven fields of a byte. */
const leastRecordBytes = 7;

/** A batch, its head read. */
export interface Batch {
  readonly baseOffset: bigint;
  readonly lastOffset: bigint;
  readonly attributes: number;
  readonly baseTimestamp: number;
  readonly maxTimestamp: number;
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly count: number;
  /** Its records, in the compression that the attributes tell. */
  readonly body: WireReader;
}

/** Of whom the records are asked. */
export interface RecordsRequest {
  /** Records below it are not given: batches come whole. */
  readonly fromOffset: bigint;
  /** Topic and partition, for errors. */
  readonly subject: string;
}

/** See the head of the file. */
export class WalkedRecords implements Iterable<LogRecord> {
  readonly #request: RecordsRequest;
  readonly #batches: readonly Batch[];

  constructor(request: RecordsRequest, batches: readonly Batch[]) {
    this.#request = request;
    this.#batches = batches;
  }

  [Symbol.iterator](): Iterator<LogRecord> {
    return new RecordWalk(this.#request, this.#batches);
  }
}

/** A batch under way. */
interface OpenBatch {
  readonly batch: WalkedBatch;
  /** From the batch's offset, of the offsets that are asked for, and that the batch may have. */
  readonly least: number;
  readonly most: number;
  /** Records that are not read yet. */
  left: number;
}

/** One way over the records. */
class RecordWalk implements Iterator<LogRecord> {
  readonly #request: RecordsRequest;
  readonly #batches: readonly Batch[];
  #at = 0;
  #open: OpenBatch | undefined;

  constructor(request: RecordsRequest, batches: readonly Batch[]) {
    this.#request = request;
    this.#batches = batches;
  }

  /** @throws CHANGELOG_DAMAGED, CONFIG_INVALID for a codec that cannot be read */
  next(): IteratorResult<LogRecord, undefined> {
    for (;;) {
      const batch = this.#batches[this.#at];
      if (batch === undefined) return { done: true, value: undefined };
      try {
        this.#open ??= opened(this.#request, batch);
        while (this.#open.left > 0) {
          this.#open.left -= 1;
          const value = readRecord(this.#open);
          if (value !== undefined) return { done: false, value };
        }
      } catch (error) {
        if (error instanceof WireFault) throw damagedBatch(this.#request.subject, batch.baseOffset, messageOf(error));
        throw error;
      }
      this.#open = undefined;
      this.#at += 1;
    }
  }
}

function opened({ fromOffset, subject }: RecordsRequest, batch: Batch): OpenBatch {
  const { body, attributes, count, lastOffset } = batch;
  const codec = attributes & codecBits;
  const packed = body.bytes.subarray(body.at, body.at + body.left);
  const source =
    codec === 0
      ? new WireReader(body.bytes, body.at, body.at + body.left)
      : new WireReader(decompress(packed, codec, `${subject}, offset ${batch.baseOffset}`));
  if (count < 0 || count * leastRecordBytes > source.left)
    throw new WireFault(`found ${count} records in ${source.left} bytes; expected fewer`);
  const baseOffset = Number(batch.baseOffset);
  if (!Number.isSafeInteger(Number(lastOffset)))
    throw new WireFault("found an offset of more than 53 bits; expected fewer");
  const isLogTime = (attributes & logAppendTimeBit) !== 0;
  const timestamp = isLogTime ? batch.maxTimestamp : batch.baseTimestamp;
  return {
    batch: { source, baseOffset, timestamp, isLogTime, writer: 0n },
    least: Number(fromOffset) - baseOffset,
    most: Number(lastOffset) - baseOffset,
    left: count,
  };
}

/** undefined: it lies below what is asked for. */
function readRecord({ batch, least, most }: OpenBatch): LogRecord | undefined {
  const { source } = batch;
  const end = source.varint() + source.at;
  source.i8();
  const timestamp = source.varlong();
  const offset = source.varint();
  if (offset > most || offset < 0)
    throw new WireFault(
      `found a record of offset ${batch.baseOffset + offset}; expected none behind ${batch.baseOffset + most}`,
    );
  const key = place(source);
  const value = place(source);
  const headers = skipLayout(source) ?? readHeaders(source);
  if (source.at !== end) throw new WireFault(`found a record that ends at byte ${source.at}; expected ${end}`);
  return offset < least ? undefined : new WalkedRecord(batch, { offset, timestamp }, key, value, headers);
}

function place(source: WireReader): Place {
  const length = source.varint();
  const { at } = source;
  if (length > 0) source.skip(length);
  return { at, length };
}
