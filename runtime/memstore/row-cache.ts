/** Rows in memory, up to a bound in bytes that all partitions share. */
import { LRUCache } from "lru-cache";
import type { OrderedKey, StoredRow } from "./memstore.js";

/**
 * What a row takes beside its key and value: its object, the value's array and buffer, and its place in the cache. Measured
 * with values of 100 bytes.
 */
const overheadBytes = 400;

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
    this.#rows?.set(store + key, row, { size: key.length + row.value.length + overheadBytes });
  }

  /** Replaces a row that is kept; another one is not taken in. */
  update(store: string, key: OrderedKey, row: StoredRow): void {
    if (this.#rows?.has(store + key) === true) this.set(store, key, row);
  }

  delete(store: string, key: OrderedKey): void {
    this.#rows?.delete(store + key);
  }
}
