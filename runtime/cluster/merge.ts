/** Merges sorted runs of rows, one a partition, into one order without reading more of each than is needed. */
import type { KeyedRow, OrderedKey, StoredRow } from "../memstore/memstore.js";

/** Where rows of one partition come from. */
export interface RowSource {
  readonly partition: number;
  /** Rows of the rest of the range in its order, at most `limit` of them. */
  read(bounds: Bounds, limit: number): readonly KeyedRow[];
}

/** What is left of a range; `from` inclusive, `to` exclusive. */
export interface Bounds {
  readonly from: OrderedKey | undefined;
  readonly to: OrderedKey | undefined;
  readonly reverse: boolean;
}

/** A row and the partition that it is of. */
export interface MergedRow extends KeyedRow {
  readonly partition: number;
}

export interface MergeOptions {
  /** Rows of a source that are read at a time. */
  readonly chunk: number;
  /** One key may stand in several sources, as where others place keys; its newest row counts. */
  readonly hasDoubles: boolean;
}

/** By the time of the write, as far as there are two. */
export function isNewer(row: StoredRow | undefined, than: StoredRow | undefined): boolean {
  return row !== undefined && (than === undefined || row.time > than.time);
}

class Run {
  readonly #source: RowSource;
  readonly #limit: number;
  #bounds: Bounds;
  #rows: readonly KeyedRow[] = [];
  #at = 0;
  #isDone = false;

  constructor(source: RowSource, bounds: Bounds, limit: number) {
    this.#source = source;
    this.#bounds = bounds;
    this.#limit = limit;
  }

  get partition(): number {
    return this.#source.partition;
  }

  peek(): KeyedRow | undefined {
    if (this.#at >= this.#rows.length && !this.#isDone) this.#fill();
    return this.#rows[this.#at];
  }

  shift(): void {
    this.#at += 1;
  }

  #fill(): void {
    this.#rows = this.#source.read(this.#bounds, this.#limit);
    this.#at = 0;
    const last = this.#rows.at(-1)?.key;
    this.#isDone = this.#rows.length < this.#limit || last === undefined;
    if (last === undefined) return;
    // The smallest key above another one is that key and a zero byte.
    this.#bounds = this.#bounds.reverse ? { ...this.#bounds, to: last } : { ...this.#bounds, from: `${last}\0` };
  }
}

/** Rows of all sources in key order; read lazily, `chunk` rows of a source at a time. */
export class MergedRows {
  readonly #runs: Run[];
  readonly #isReverse: boolean;
  readonly #hasDoubles: boolean;

  constructor(sources: readonly RowSource[], bounds: Bounds, { chunk, hasDoubles }: MergeOptions) {
    this.#runs = sources.map((source) => new Run(source, bounds, chunk));
    this.#isReverse = bounds.reverse;
    this.#hasDoubles = hasDoubles;
  }

  /** The next row, taken out; undefined at the end. */
  shift(): MergedRow | undefined {
    let best: Run | undefined;
    let bestRow: KeyedRow | undefined;
    for (const run of this.#runs) {
      const row = run.peek();
      if (row === undefined) continue;
      if (bestRow === undefined || (this.#isReverse ? row.key > bestRow.key : row.key < bestRow.key)) {
        best = run;
        bestRow = row;
      }
    }
    if (best === undefined || bestRow === undefined) return undefined;
    if (this.#hasDoubles) return this.#newest(bestRow.key);
    best.shift();
    return { key: bestRow.key, row: bestRow.row, partition: best.partition };
  }

  /** Takes a key out of every run. */
  #newest(key: OrderedKey): MergedRow | undefined {
    let newest: MergedRow | undefined;
    for (const run of this.#runs) {
      const row = run.peek();
      if (row?.key !== key) continue;
      if (isNewer(row.row, newest?.row)) newest = { ...row, partition: run.partition };
      run.shift();
    }
    return newest;
  }
}
