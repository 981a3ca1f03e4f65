/**
 * A row as it stands in the file: offset, epoch, batch, time as varints (seven bits a byte, lowest first), then the value.
 */
import { assert } from "../core/errors.js";
import type { ByteReader } from "../disk/byte-reader.js";
import type { ByteWriter } from "../disk/byte-writer.js";
import type { StoredRow } from "./memstore.js";

/** Appends a row. */
export function writeRow(out: ByteWriter, row: StoredRow): void {
  const offset = Number(row.offset);
  // A text that names it would be made for every row.
  assert(Number.isSafeInteger(offset), "a row's offset is below 2^53");
  out.varint(offset);
  out.varint(row.epoch);
  out.varint(row.batch);
  out.varint(row.time);
  out.raw(row.value);
}

/** Reads a row that ends at `end`; its value is a view. */
export function readRow(reader: ByteReader, end: number = reader.bytes.length): StoredRow {
  const offset = BigInt(reader.varint());
  const epoch = reader.varint();
  const batch = reader.varint();
  const time = reader.varint();
  return { value: reader.raw(end - reader.at), offset, epoch, batch, time };
}
