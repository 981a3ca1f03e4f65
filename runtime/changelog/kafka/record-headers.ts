/**
 * Our headers of a Kafka record, for others to ignore. Numbers are big-endian.
 *
 *   affinity-epoch    8 bytes
 *   affinity-batch    number, 8 bytes; index, 4 bytes; count, 4 bytes
 *   affinity-writer   8 bytes
 *   affinity-time     8 bytes, write time in ms
 *   affinity-key, affinity-reply   idempotency entry of the call
 *   affinity-repair   version of the row that a repair rewrites
 */
import type { RecordHeaders } from "../changelog.js";
import type { WireReader } from "./wire-reader.js";
import type { WireWriter } from "./wire-writer.js";

const names = {
  epoch: Buffer.from("affinity-epoch"),
  batch: Buffer.from("affinity-batch"),
  writer: Buffer.from("affinity-writer"),
  time: Buffer.from("affinity-time"),
  key: Buffer.from("affinity-key"),
  reply: Buffer.from("affinity-reply"),
  repair: Buffer.from("affinity-repair"),
};

export function writeHeaders(out: WireWriter, headers: RecordHeaders): void {
  const { idempotencyKey, reply, repair } = headers;
  const optional = [idempotencyKey, reply, repair].filter((value) => value !== undefined).length;
  out.varint(4 + optional);
  name(out, names.epoch, 8);
  out.size64(headers.epoch);
  name(out, names.batch, 16);
  out.size64(headers.batch);
  out.u32(headers.index);
  out.u32(headers.count);
  name(out, names.writer, 8);
  out.u64(headers.writer);
  name(out, names.time, 8);
  out.size64(headers.time);
  if (idempotencyKey !== undefined) sized(out, names.key, Buffer.from(idempotencyKey));
  if (reply !== undefined) sized(out, names.reply, reply);
  if (repair !== undefined) sized(out, names.repair, repair);
}

function name(out: WireWriter, header: Buffer, valueBytes: number): void {
  out.varint(header.length);
  out.raw(header);
  out.varint(valueBytes);
}

function sized(out: WireWriter, header: Buffer, value: Uint8Array): void {
  name(out, header, value.length);
  out.raw(value);
}

/** What we always write, as its bytes stand in a record, zeros for the values: read at once where it is met. */
const layout = Buffer.concat(
  (
    [
      [names.epoch, 8],
      [names.batch, 16],
      [names.writer, 8],
      [names.time, 8],
    ] as const
  ).map(([header, valueBytes]) =>
    Buffer.concat([Buffer.from([header.length * 2]), header, Buffer.from([valueBytes * 2]), Buffer.alloc(valueBytes)]),
  ),
);
/** Places of the values in it. */
const epochAt = 16;
const batchAt = 40;
const writerAt = 73;
const timeAt = 96;

/** Places of four bytes each that together are all bytes of the layout but the values; a last one overlaps the one before. */
const namePlaces = [
  [0, epochAt],
  [epochAt + 8, batchAt],
  [batchAt + 16, writerAt],
  [writerAt + 8, timeAt],
].flatMap(([from = 0, to = 0]) =>
  Array.from({ length: Math.ceil((to - from) / 4) }, (_, word) => Math.min(from + word * 4, to - 4)),
);
const nameWords = namePlaces.map((place) => layout.readInt32BE(place));

function isLayout(view: DataView, at: number): boolean {
  for (let word = 0; word < namePlaces.length; word += 1)
    if (view.getInt32(at + (namePlaces[word] ?? 0)) !== nameWords[word]) return false;
  return true;
}

/** The byte before headers of which there are as many as we always write. */
const layoutHeaders = 4 * 2;

/** Skips headers that are those that we always write, and no others. @returns Their place, for `readLayout`. */
export function skipLayout(source: WireReader): number | undefined {
  const at = source.at + 1;
  if (source.bytes[at - 1] !== layoutHeaders || source.left <= layout.length || !isLayout(source.view, at))
    return undefined;
  source.skip(1 + layout.length);
  return at;
}

/** @param lastWriter That of the record before: where it is this one's too, no other number is made. */
export function readLayout(view: DataView, at: number, lastWriter: bigint): RecordHeaders {
  const writer = view.getBigUint64(at + writerAt);
  return {
    epoch: size64(view, at + epochAt),
    batch: size64(view, at + batchAt),
    index: view.getUint32(at + batchAt + 8),
    count: view.getUint32(at + batchAt + 12),
    writer: writer === lastWriter ? lastWriter : writer,
    time: size64(view, at + timeAt),
  };
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * Reads a record's headers: ours where all that we always write are there in their sizes, undefined otherwise. What another
 * program writes under our names is another program's record.
 *
 * @throws WireFault
 */
export function readHeaders(source: WireReader): RecordHeaders | undefined {
  const found: Partial<Writable<RecordHeaders>> = {};
  let left = source.varint();
  for (; left > 0; left -= 1) {
    const header = source.sized();
    const value = source.sized();
    if (header !== null && value !== null) take(found, header, value);
  }
  const { epoch, batch, index, count, writer, time, ...rest } = found;
  if (
    epoch === undefined ||
    batch === undefined ||
    index === undefined ||
    count === undefined ||
    writer === undefined ||
    time === undefined
  )
    return undefined;
  return { epoch, batch, index, count, writer, time, ...rest };
}

// Lengths first: this runs for every header of every record of a restore.
function take(found: Partial<Writable<RecordHeaders>>, header: Buffer, value: Buffer): void {
  switch (header.length) {
    case names.key.length:
      if (header.equals(names.key)) found.idempotencyKey = value.toString("utf8");
      break;
    case names.time.length:
      if (header.equals(names.time) && value.length === 8) found.time = size64(viewOf(value), 0);
      break;
    case names.epoch.length:
      if (header.equals(names.epoch) && value.length === 8) found.epoch = size64(viewOf(value), 0);
      else if (header.equals(names.batch) && value.length === 16) takeBatch(found, value);
      else if (header.equals(names.reply)) found.reply = value;
      break;
    case names.writer.length:
      if (header.equals(names.writer) && value.length === 8) found.writer = value.readBigUInt64BE(0);
      else if (header.equals(names.repair)) found.repair = value;
      break;
  }
}

function takeBatch(found: Partial<Writable<RecordHeaders>>, value: Buffer): void {
  found.batch = size64(viewOf(value), 0);
  found.index = value.readUInt32BE(8);
  found.count = value.readUInt32BE(12);
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

function size64(view: DataView, at: number): number {
  return view.getUint32(at) * 0x1_0000_0000 + view.getUint32(at + 4);
}
