/** Pending rows over the committed ones: the newest write of each key whose batch is not durable yet. */
import type { OrderedKey } from "../memstore/memstore.js";
import type { Batch, Write } from "./batch.js";
import { TransientMap } from "./transient-map.js";

export class Overlay {
  readonly #stores: readonly TransientMap<OrderedKey, Write>[];

  constructor(stores: number) {
    this.#stores = Array.from({ length: stores }, () => new TransientMap());
  }

  get(store: number, key: OrderedKey): Write | undefined {
    return this.#stores[store]?.get(key);
  }

  /** All pending writes of a store, in no order. */
  of(store: number): Iterable<Write> {
    return this.#stores[store]?.values() ?? [];
  }

  put(write: Write): void {
    this.#stores[write.store.index]?.set(write.ordered, write);
  }

  /** Takes out the rows of a batch that is durable now, except those that a later batch wrote again. */
  drop(batch: Batch): void {
    for (const write of batch.writes) this.#stores[write.store.index]?.remove(write.ordered, write);
  }

  clear(): void {
    for (const rows of this.#stores) rows.clear();
  }
}
