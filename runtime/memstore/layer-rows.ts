/**
 * Rows of one store in a layer. Writes and reads of a key go to a hash map; what was written since is put into key order when
 * somebody asks for the order. A load of writes thus never pays for it, and lists pay for each changed key once.
 */
import type { RowState } from "./layer.js";
import type { OrderedKey } from "./memstore.js";
import { type OrderedMap, orderedMap } from "./ordered-map.js";

/** See the head of the file. */
export class LayerRows {
  /** Newer than `#ordered`. */
  readonly #recent = new Map<OrderedKey, RowState>();
  readonly #ordered = orderedMap<RowState>();

  /** undefined: the layer says nothing of the key; null: it is deleted. */
  get(key: OrderedKey): RowState | undefined {
    const recent = this.#recent.get(key);
    return recent === undefined && this.#ordered.size > 0 ? this.#ordered.get(key) : recent;
  }

  set(key: OrderedKey, row: RowState): void {
    this.#recent.set(key, row);
  }

  /** The rows in key order; not to be changed, and the same until the next `set`. */
  sorted(): OrderedMap<RowState> {
    if (this.#recent.size > 0) {
      for (const [key, row] of this.#recent) this.#ordered.set(key, row);
      this.#recent.clear();
    }
    return this.#ordered;
  }

  /** Every row once, in key order; costs less than `sorted` where nobody has asked for that. */
  inOrder(): Iterable<readonly [OrderedKey, RowState]> {
    if (this.#ordered.size > 0) return this.sorted().entries();
    // Keys differ, so two are never equal.
    return [...this.#recent].sort(([one], [other]) => (one < other ? -1 : 1));
  }

  get size(): number {
    return this.#ordered.size === 0 ? this.#recent.size : this.sorted().size;
  }
}
