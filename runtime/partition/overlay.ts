/** Pending rows over the committed ones: the newest write of each key whose batch is not durable yet. */
import type { OrderedKey } from "../memstore/memstore.js";
import type { Batch, Write } from "./batch.js";

export class Overlay {
  readonly #stores: readonly Map<OrderedKey, Write>[];

  constructor(stores: number) {
    this.#stores = Array.from({ length: stores }, () => new Map());
  }

  get(store: number, key: OrderedKey): Write | undefined {
    return this.#stores[store]?.get(key);
  }

  /** All pending writes of a store, in no order. */
  of(store: number): ReadonlyMap<OrderedKey, Write> {
    return this.#stores[store] ?? nothing;
  }

  put(write: Write): void {
    this.#stores[write.store.index]?.set(write.ordered, write);
  }

  /** Takes out the rows of a batch that is durable now, except those that a later batch wrote again. */
  drop(batch: Batch): void {
    for (const write of batch.writes) {
      const rows = this.#stores[write.store.index];
      if (rows?.get(write.ordered) === write) rows.delete(write.ordered);
    }
  }

  clear(): void {
    for (const rows of this.#stores) rows.clear();
  }
}

const nothing: ReadonlyMap<OrderedKey, Write> = new Map();
