/** Rows in memory, up to a bound in bytes that all partitions share. */
import { LRUCache } from "lru-cache";
import type { OrderedKey, StoredRow } from "./memstore.js";
import { retainedRow } from "./retained.js";

/**
 * What a row takes beside the bytes of its key and value: its object and text, its key's, and its place in the cache. Measured
 * with values of 100 bytes, as growth of the process.
 */
const overheadBytes = 320;
/** The same for a row that keeps its array: that has a buffer, and this a block of its own outside of the heap. */
const arrayOverheadBytes = 600;
/** Larger values keep their array: making one of a text costs more than the array's overhead then. */
const textLimitBytes = 2_048;

/**
 * A row whose value is kept as a text with one char a byte, which takes half of what a small array takes. Most reads of a cached
 * row ask only whether it has changed.
 */
class CompactRow implements StoredRow {
  readonly offset: bigint;
  readonly epoch: number;
  readonly batch: number;
  readonly time: number;
  readonly #text: string;

  constructor({ value, offset, epoch, batch, time }: StoredRow) {
    this.offset = offset;
    this.epoch = epoch;
    this.batch = batch;
    this.time = time;
    this.#text = Buffer.from(value.buffer, value.byteOffset, value.length).toString("latin1");
  }

  get value(): Uint8Array {
    return Buffer.from(this.#text, "latin1");
  }
}

/** Least recently used rows go first. */
export class RowCache {
  readonly #rows: LRUCache<string, StoredRow> | undefined;

  /** @param limitBytes 0 keeps nothing. */
  constructor(limitBytes: number) {
    this.#rows = limitBytes > 0 ? new LRUCache({ maxSize: limitBytes }) : undefined;
  }

  get(store: string, key: OrderedKey): StoredRow | undefined {
    return this.#rows?.get(store + key);
  }

  set(store: string, key: OrderedKey, row: StoredRow): void {
    this.#rows?.set(store + key, kept(row), { size: sizeOf(key, row) });
  }

  /** Replaces a row that is kept; another one is not taken in. */
  update(store: string, key: OrderedKey, row: StoredRow): void {
    // A restore asks for each row, and nobody has read any yet.
    if (this.#rows === undefined || this.#rows.size === 0) return;
    // One text, since it is hashed once.
    const name = store + key;
    if (this.#rows.has(name)) this.#rows.set(name, kept(row), { size: sizeOf(key, row) });
  }

  delete(store: string, key: OrderedKey): void {
    if (this.#rows !== undefined && this.#rows.size > 0) this.#rows.delete(store + key);
  }
}

function kept(row: StoredRow): StoredRow {
  return row.value.length <= textLimitBytes ? new CompactRow(row) : retainedRow(row);
}

function sizeOf(key: OrderedKey, { value }: StoredRow): number {
  return key.length + value.length + (value.length <= textLimitBytes ? overheadBytes : arrayOverheadBytes);
}
