/** Bytes that are kept for long must not keep a large buffer alive that they are a small piece of. */
import type { StoredRow } from "./memstore.js";

/** How many times larger than the piece a buffer may be before the piece is copied out. */
const slackFactor = 4;
/** A buffer of this size or less may stay as it is: Node.js cuts small buffers from slabs of 8 kB. */
const slabBytes = 8 * 1024;

/** The same bytes, copied when they are a small piece of a large buffer. */
export function retained(bytes: Uint8Array): Uint8Array {
  const held = bytes.buffer.byteLength;
  return held <= slabBytes || held <= bytes.length * slackFactor ? bytes : new Uint8Array(bytes);
}

/** The same row, its value retained. */
export function retainedRow(row: StoredRow): StoredRow {
  const value = retained(row.value);
  return value === row.value ? row : { ...row, value };
}
