/** Blocks on their way from the thread to a reader: base (f64), bytes (u32), body; little-endian. */

import type { ByteWriter } from "../disk/byte-writer.js";
import { BlockCursor } from "./block.js";
import type { LogRecord } from "./changelog.js";

/** Adds a block. */
export function packBlock(out: ByteWriter, base: number, body: Uint8Array): void {
  out.f64(base);
  out.u32(body.length);
  out.raw(body);
}

/** The records from an offset on; they are views into the buffer. */
export function unpackRecords(blocks: ArrayBuffer, fromOffset: number): LogRecord[] {
  const bytes = Buffer.from(blocks);
  const records: LogRecord[] = [];
  for (let at = 0; at < bytes.length; ) {
    const base = bytes.readDoubleLE(at);
    const start = at + 12;
    const end = start + bytes.readUInt32LE(at + 8);
    const cursor = new BlockCursor(bytes.subarray(start, end), base);
    while (cursor.next()) if (cursor.offset >= fromOffset) records.push(cursor.record());
    at = end;
  }
  return records;
}
