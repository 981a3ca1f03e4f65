/** Writes record batches. All of a batch stands in one buffer. */
import type { NewRecord } from "../changelog.js";
import {
  attributesAt,
  authorAt,
  crcAt,
  isTransactionalBit,
  lengthAt,
  magic,
  prefixBytes,
  recordsAt,
} from "./batch-layout.js";
import { checksum } from "./crc32c.js";
import { writeHeaders } from "./record-headers.js";
import { WireWriter } from "./wire-writer.js";

/** In whose name, and at which place in its sequence, a batch is written. */
export interface BatchAuthor {
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly sequence: number;
  readonly isTransactional: boolean;
}

/** Room for a record's lengths and our headers' names. */
const recordOverheadBytes = 200;

/** @param now Timestamp of the records, in ms; a topic with LogAppendTime puts its own in its place. */
export function encodeBatch(records: readonly NewRecord[], author: BatchAuthor, now: number): Buffer {
  const out = new WireWriter(sizeOf(records));
  out.i64(0n);
  out.skip(4);
  out.i32(-1);
  out.i8(magic);
  out.skip(4);
  out.i16(author.isTransactional ? isTransactionalBit : 0);
  out.i32(records.length - 1);
  out.size64(now);
  out.size64(now);
  out.i64(author.producerId);
  out.i16(author.producerEpoch);
  out.i32(author.sequence);
  out.i32(records.length);
  const body = new WireWriter(sizeOf(records.slice(0, 1)));
  for (const [index, record] of records.entries()) {
    body.clear();
    writeRecord(body, record, index);
    out.varint(body.length);
    out.raw(body.bytes);
  }
  out.setI32(lengthAt, out.length - prefixBytes);
  out.setU32(crcAt, checksum(out.bytes.subarray(attributesAt)));
  return out.bytes;
}

/** A batch in another name, otherwise the same; in place. */
export function reauthored(batch: Buffer, author: Omit<BatchAuthor, "isTransactional">): Buffer {
  batch.writeBigInt64BE(author.producerId, authorAt);
  batch.writeInt16BE(author.producerEpoch, authorAt + 8);
  batch.writeInt32BE(author.sequence, authorAt + 10);
  batch.writeUInt32BE(checksum(batch.subarray(attributesAt)), crcAt);
  return batch;
}

/** Its records, as they stand there. */
export function recordsOf(batch: Buffer): Buffer {
  return batch.subarray(recordsAt);
}

/**
 * A batch of ours with its records compressed, otherwise the same.
 *
 * @param codec 1 to 4, by which the attributes name it.
 */
export function withCompressedRecords(batch: Buffer, packed: Buffer, codec: number): Buffer {
  const bytes = Buffer.allocUnsafe(recordsAt + packed.length);
  batch.copy(bytes, 0, 0, recordsAt);
  packed.copy(bytes, recordsAt);
  bytes.writeInt32BE(bytes.length - prefixBytes, lengthAt);
  bytes.writeInt16BE(batch.readInt16BE(attributesAt) | codec, attributesAt);
  bytes.writeUInt32BE(checksum(bytes.subarray(attributesAt)), crcAt);
  return bytes;
}

function writeRecord(out: WireWriter, { key, value, headers }: NewRecord, index: number): void {
  out.i8(0);
  out.varint(0);
  out.varint(index);
  out.varint(key.length);
  out.raw(key);
  if (value === null) out.varint(-1);
  else {
    out.varint(value.length);
    out.raw(value);
  }
  writeHeaders(out, headers);
}

function sizeOf(records: readonly NewRecord[]): number {
  let bytes = 64;
  for (const { key, value, headers } of records)
    bytes += recordOverheadBytes + key.length + (value?.length ?? 0) + (headers.reply?.length ?? 0);
  return bytes;
}

/** The sequence number behind `count` records: 31 bits, and then 0 again. */
export function sequenceAfter(sequence: number, count: number): number {
  return (sequence + count) % 0x8000_0000;
}
