/**
 * What calls see: own writes over pending ones over committed ones. It remembers the newest pending batch that was read
 * from; the answer is held for it.
 */
import type { OrderedKey, PartitionStore, StoredRow } from "../memstore/memstore.js";
import type { Batch, Write } from "./batch.js";
import type { Overlay } from "./overlay.js";
import type { StorePlan } from "./plan.js";

/** A row as a call sees it. */
export interface SeenRow {
  /** Confluent-framed. */
  readonly value: Uint8Array;
  /** Of a row that is committed; a pending one has no version that anybody could know. */
  readonly committed: StoredRow | undefined;
}

/** A part of a range. `next` is where the next part starts; undefined when this is the last. */
export interface SeenPage {
  readonly rows: readonly (readonly [key: OrderedKey, value: Uint8Array])[];
  readonly next: OrderedKey | undefined;
}

/** Which part of a range; `from` inclusive, `to` exclusive. */
export interface PageRequest {
  readonly from: OrderedKey | undefined;
  readonly to: OrderedKey | undefined;
  readonly reverse: boolean;
  /** Committed rows that are looked at. */
  readonly limit: number;
}

export class View {
  readonly #store: PartitionStore;
  readonly #overlay: Overlay;
  #newest: Batch | undefined;
  #isUndone = false;

  constructor(store: PartitionStore, overlay: Overlay) {
    this.#store = store;
    this.#overlay = overlay;
  }

  /** The newest pending batch that was read from. */
  get newest(): Batch | undefined {
    return this.#newest?.isPending === true ? this.#newest : undefined;
  }

  /** Whether something that was read came to nothing. */
  get isUndone(): boolean {
    return this.#isUndone || this.#newest?.state === "undone";
  }

  get(store: StorePlan, key: OrderedKey, own?: ReadonlyMap<OrderedKey, Write>): SeenRow | undefined {
    const written = own?.get(key);
    if (written !== undefined) return seen(written);
    const pending = this.#overlay.get(store.index, key);
    if (pending !== undefined) {
      this.#readFrom(pending.batch);
      return seen(pending);
    }
    const row = this.#store.get(store.name, key);
    return row === undefined ? undefined : new CommittedRow(row);
  }

  /** Rows of the range as they are now, from its start; fewer than all, with the place to go on. */
  page(store: StorePlan, request: PageRequest, own?: ReadonlyMap<OrderedKey, Write>): SeenPage {
    const committed = this.#store.range({ store: store.name, ...request });
    const last = committed.length < request.limit ? undefined : committed.at(-1)?.key;
    const rows = new Map<OrderedKey, Uint8Array>();
    for (const { key, row } of committed) rows.set(key, row.value);
    const isInside = (key: OrderedKey): boolean =>
      (request.from === undefined || key >= request.from) &&
      (request.to === undefined || key < request.to) &&
      (last === undefined || (request.reverse ? key >= last : key <= last));
    const lay = (write: Write): void => {
      if (!isInside(write.ordered)) return;
      this.#readFrom(write.batch);
      if (write.value === null) rows.delete(write.ordered);
      else rows.set(write.ordered, write.value);
    };
    for (const write of this.#overlay.of(store.index)) lay(write);
    if (own !== undefined) for (const write of own.values()) lay(write);
    const sorted = [...rows].sort(([a], [b]) => (a < b ? -1 : 1));
    if (request.reverse) sorted.reverse();
    // The smallest key above another one is that key and a zero byte.
    return { rows: sorted, next: last === undefined || request.reverse ? last : `${last}\0` };
  }

  #readFrom(batch: Batch | undefined): void {
    if (batch === undefined || (this.#newest !== undefined && batch.sequence <= this.#newest.sequence)) return;
    this.#isUndone = this.isUndone;
    this.#newest = batch;
  }
}

/** Most calls ask only whether there is a row: a cached one makes its value when it is asked for. */
class CommittedRow implements SeenRow {
  readonly committed: StoredRow;

  constructor(row: StoredRow) {
    this.committed = row;
  }

  get value(): Uint8Array {
    return this.committed.value;
  }
}

function seen(write: Write): SeenRow | undefined {
  return write.value === null ? undefined : { value: write.value, committed: undefined };
}
