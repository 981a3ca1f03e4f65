/**
 * Rows of one store in a layer. Writes and reads of a key go to a hash map; what was written since is put into key order when
 * somebody asks for the order. A load of writes thus never pays for it, and lists pay for each changed key once.
 */
import type { ByteWriter } from "../disk/byte-writer.js";
import type { RowState } from "./layer.js";
import type { OrderedKey, RangeRequest } from "./memstore.js";
import type { RowSource } from "./merge.js";
import { entriesOf, type OrderedMap, orderedMap } from "./ordered-map.js";
import { PackedRows, placeInCopy, type RowPlace } from "./packed-rows.js";

/** Rows in key order. */
export interface RowsView {
  readonly size: number;
  source(range: Omit<RangeRequest, "store">): RowSource;
}

/** See the head of the file. */
export class LayerRows {
  readonly #rows = new PackedRows();
  /** Newer than `#ordered`. */
  readonly #recent = new Map<OrderedKey, RowPlace>();
  readonly #ordered = orderedMap<RowPlace>();

  /** undefined: the layer says nothing of the key; null: it is deleted. */
  get(key: OrderedKey): RowState | undefined {
    const recent = this.#recent.get(key);
    const place = recent === undefined && this.#ordered.size > 0 ? this.#ordered.get(key) : recent;
    return place === undefined ? undefined : this.#rows.at(place);
  }

  /** The row is copied. */
  set(key: OrderedKey, row: RowState): void {
    this.#recent.set(key, this.#rows.add(key, row));
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
    for (const [key, place] of this.#ordered.entries())
      if (!this.#recent.has(key)) yield [key, this.#rows.isRow(place)];
    for (const [key, place] of this.#recent) yield [key, this.#rows.isRow(place)];
  }

  /** Appends the rows, and where the newest of each key stands, in key order, as `flush-group.ts` says. */
  pack(out: ByteWriter): void {
    const places = this.#ordered.size > 0 ? this.#sorted() : this.#recent;
    // Without a function of ours the sort compares by code unit, which is by byte. Neighbours in the file are written one after
    // another.
    const keys = places === this.#recent ? [...places.keys()].sort() : places.keys();
    const starts = this.#rows.copyTo(out);
    out.u32(places.size);
    for (const key of keys) out.u32(placeInCopy(starts, places.get(key) ?? 0));
  }

  #sorted(): OrderedMap<RowPlace> {
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
