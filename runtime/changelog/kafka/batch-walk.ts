/**
 * Walks over the record batches of a fetch, directly in its bytes.
 *
 * The next offset comes from batch headers and never from records: control batches, aborted transactions, batches that
 * compaction has emptied and gaps at the very end hold none, and a reader that waits for a record there waits for ever. The
 * last batch of a fetch may be cut off; it is read with the next.
 */
import { AffinityError, messageOf } from "../../core/errors.js";
import type { LogRecord } from "../changelog.js";
import { decompress } from "./compression.js";
import { checksum } from "./crc32c.js";
import { isTransactionalBit, magic } from "./record-batch.js";
import { readHeaders, skipLayout } from "./record-headers.js";
import { type Place, type WalkedBatch, WalkedRecord } from "./walked-record.js";
import { WireFault, WireReader } from "./wire-reader.js";

const codecBits = 0x07;
const logAppendTimeBit = 0x08;
const controlBit = 0x20;

/** Up to and with the length: what a batch is measured by. */
const prefixBytes = 12;
/** From behind the length to the records. */
const leastBatchBytes = 49;
const crcAt = 17;
const checkedFrom = 21;
/** A record has at least seven fields of a byte. */
const leastRecordBytes = 7;

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

export interface WalkRequest {
  readonly bytes: Buffer;
  /** Records below it are not given: batches come whole. */
  readonly fromOffset: bigint;
  /** In order of their first offsets. */
  readonly aborted: readonly AbortedTransaction[];
  /** Topic and partition, for errors. */
  readonly subject: string;
  /** Sees each control batch. */
  readonly onMarker?: (marker: Marker) => void;
}

/** What was found; `nextOffset` is `fromOffset` where there was no whole batch. */
export interface Walked {
  readonly records: LogRecord[];
  readonly nextOffset: bigint;
}

interface Batch {
  readonly baseOffset: bigint;
  readonly lastOffset: bigint;
  readonly attributes: number;
  readonly baseTimestamp: number;
  readonly maxTimestamp: number;
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly count: number;
}

/** @throws CHANGELOG_DAMAGED when a batch is not what it should be, CONFIG_INVALID for a codec that cannot be read. */
export function walkBatches(request: WalkRequest): Walked {
  const { bytes, fromOffset, onMarker } = request;
  const records: LogRecord[] = [];
  const aborts = new Aborts(request.aborted);
  let nextOffset = fromOffset;
  for (let at = 0; at + prefixBytes <= bytes.length; ) {
    const end = endOfBatch(request, at);
    if (end > bytes.length) break;
    const { batch, body } = parsed(request, at, end);
    at = end;
    const isControl = (batch.attributes & controlBit) !== 0;
    if (isControl) onMarker?.({ ...batch, offset: batch.baseOffset });
    if (!aborts.covers(batch, isControl) && !isControl && batch.lastOffset >= fromOffset)
      takeRecords(request, batch, body, records);
    if (batch.lastOffset >= nextOffset) nextOffset = batch.lastOffset + 1n;
  }
  return { records, nextOffset };
}

function endOfBatch(request: WalkRequest, at: number): number {
  const length = request.bytes.readInt32BE(at + 8);
  if (length < leastBatchBytes)
    throw damaged(
      request,
      offsetAt(request, at),
      `its length is ${length}; at least ${leastBatchBytes} would be right`,
    );
  return at + prefixBytes + length;
}

function offsetAt({ bytes }: WalkRequest, at: number): bigint {
  return bytes.readBigInt64BE(at);
}

function parsed(request: WalkRequest, at: number, end: number): { readonly batch: Batch; readonly body: WireReader } {
  const { bytes } = request;
  const baseOffset = offsetAt(request, at);
  const found = bytes[at + 16];
  if (found !== magic)
    throw damaged(
      request,
      baseOffset,
      `it has format ${found}; format ${magic}, of Kafka 0.11 and later, would be right`,
    );
  if (checksum(bytes.subarray(at + checkedFrom, end)) !== bytes.readUInt32BE(at + crcAt))
    throw damaged(request, baseOffset, "its bytes do not fit its checksum");
  const head = new WireReader(bytes, at + checkedFrom, end);
  const attributes = head.i16();
  const lastOffsetDelta = head.i32();
  const baseTimestamp = Number(head.i64());
  const maxTimestamp = Number(head.i64());
  const producerId = head.i64();
  const producerEpoch = head.i16();
  head.i32();
  const count = head.i32();
  if (lastOffsetDelta < 0) throw damaged(request, baseOffset, `its last offset is ${lastOffsetDelta} behind its first`);
  const lastOffset = baseOffset + BigInt(lastOffsetDelta);
  const batch = {
    baseOffset,
    lastOffset,
    attributes,
    baseTimestamp,
    maxTimestamp,
    producerId,
    producerEpoch,
    count,
  };
  return { batch, body: head };
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

function takeRecords(request: WalkRequest, batch: Batch, body: WireReader, records: LogRecord[]): void {
  const { subject, fromOffset } = request;
  const codec = batch.attributes & codecBits;
  const source =
    codec === 0 ? body : new WireReader(decompress(body.rest(), codec, `${subject}, offset ${batch.baseOffset}`));
  try {
    if (batch.count < 0 || batch.count * leastRecordBytes > source.left)
      throw new WireFault(`found ${batch.count} records in ${source.left} bytes; expected fewer`);
    const baseOffset = Number(batch.baseOffset);
    if (!Number.isSafeInteger(Number(batch.lastOffset)))
      throw new WireFault("found an offset of more than 53 bits; expected fewer");
    const isLogTime = (batch.attributes & logAppendTimeBit) !== 0;
    const timestamp = isLogTime ? batch.maxTimestamp : batch.baseTimestamp;
    const walked = { source, baseOffset, timestamp, isLogTime, writer: 0n };
    const deltas = { least: Number(fromOffset) - baseOffset, most: Number(batch.lastOffset) - baseOffset };
    for (let left = batch.count; left > 0; left -= 1) takeRecord(walked, deltas, records);
  } catch (error) {
    if (error instanceof WireFault) throw damaged(request, batch.baseOffset, messageOf(error));
    throw error;
  }
}

/** @param deltas Of the offsets that are asked for, and that the batch may have. */
function takeRecord(
  batch: WalkedBatch,
  deltas: { readonly least: number; readonly most: number },
  records: LogRecord[],
): void {
  const { source } = batch;
  const end = source.varint() + source.at;
  source.i8();
  const timestamp = source.varlong();
  const offset = source.varint();
  if (offset > deltas.most || offset < 0)
    throw new WireFault(
      `found a record of offset ${batch.baseOffset + offset}; expected none behind ${batch.baseOffset + deltas.most}`,
    );
  const key = place(source);
  const value = place(source);
  const headers = skipLayout(source) ?? readHeaders(source);
  if (source.at !== end) throw new WireFault(`found a record that ends at byte ${source.at}; expected ${end}`);
  if (offset >= deltas.least) records.push(new WalkedRecord(batch, { offset, timestamp }, key, value, headers));
}

function place(source: WireReader): Place {
  const length = source.varint();
  const { at } = source;
  if (length > 0) source.skip(length);
  return { at, length };
}

function damaged({ subject }: WalkRequest, offset: bigint, what: string): AffinityError {
  return new AffinityError(
    "CHANGELOG_DAMAGED",
    `${subject}, offset ${offset}: the batch there cannot be read: ${what}; let another replica lead the partition, and look at the disk of this one`,
  );
}
