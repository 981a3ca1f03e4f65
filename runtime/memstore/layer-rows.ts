/**
 * Rows of one store in a layer. They get an index when somebody asks for one of them, and are put into key order when somebody
 * asks for that. A restore, which nobody asks, thus pays for neither; a load of writes not for the order; and lists pay for each
 * changed key once.
 */
import type { ByteWriter } from "../disk/byte-writer.js";
import type { RowState } from "./layer.js";
import type { OrderedKey, RangeRequest } from "./memstore.js";
import type { RowSource } from "./merge.js";
import { entriesOf, type OrderedMap, orderedMap } from "./ordered-map.js";
import { PackedRows, type RowPlace } from "./packed-rows.js";

/** Rows in key order. */
export interface RowsView {
  readonly size: number;
  source(range: Omit<RangeRequest, "store">): RowSource;
}

/** See the head of the file. */
export class LayerRows {
  readonly #rows = new PackedRows();
  /** Whether the maps below know the rows. */
  #isIndexed = false;
  /** Newer than `#ordered`. */
  readonly #recent = new Map<OrderedKey, RowPlace>();
  readonly #ordered = orderedMap<RowPlace>();

  /** undefined: the layer says nothing of the key; null: it is deleted. */
  get(key: OrderedKey): RowState | undefined {
    this.#index();
    const recent = this.#recent.get(key);
    const place = recent === undefined && this.#ordered.size > 0 ? this.#ordered.get(key) : recent;
    return place === undefined ? undefined : this.#rows.at(place);
  }

  /** The row is copied. */
  set(key: OrderedKey, row: RowState): void {
    const place = this.#rows.add(key, row);
    if (this.#isIndexed) this.#recent.set(key, place);
  }

  /** Of the present moment, until the next `set`. */
  view(): RowsView {
    return viewOf(this.#sorted(), this.#rows);
  }

  /** Of the present moment, for ever. */
  frozen(): RowsView {
    return viewOf(this.#sorted().clone(), this.#rows);
  }

  /** Every key once, in no order, and whether it has a row. */
  *keys(): Generator<readonly [OrderedKey, boolean]> {
    this.#index();
    for (const [key, place] of this.#ordered.entries())
      if (!this.#recent.has(key)) yield [key, this.#rows.isRow(place)];
    for (const [key, place] of this.#recent) yield [key, this.#rows.isRow(place)];
  }

  /** Appends the rows, as `flush-group.ts` says. */
  pack(out: ByteWriter): void {
    this.#rows.copyTo(out);
  }

  #index(): void {
    if (this.#isIndexed) return;
    this.#isIndexed = true;
    for (const [key, place] of this.#rows.entries()) this.#recent.set(key, place);
  }

  #sorted(): OrderedMap<RowPlace> {
    this.#index();
    if (this.#recent.size > 0) {
      for (const [key, place] of this.#recent) this.#ordered.set(key, place);
      this.#recent.clear();
    }
    return this.#ordered;
  }
}

function viewOf(places: OrderedMap<RowPlace>, rows: PackedRows): RowsView {
  return {
    size: places.size,
    *source(range) {
      for (const [key, place] of entriesOf(places, range)) yield [key, rows.at(place)];
    },
  };
}
