/** A memstore in memory. It is empty at each start: the changelog fills it. */
import type {
  Checkpoint,
  IdempotencyEntry,
  KeyedRow,
  MemSnapshot,
  MemStore,
  OrderedKey,
  PartitionStore,
  RangeRequest,
  RowChange,
  StoredRow,
} from "./memstore.js";
import { entriesOf, type OrderedMap, orderedMap } from "./ordered-map.js";
import { checkRange, noSuchStore, tooManySnapshots } from "./range-check.js";
import { retained, retainedRow } from "./retained.js";

export interface MemoryMemStoreOptions {
  /** Snapshots of all partitions that may be open at once. Default 1,024. */
  readonly snapshotLimit?: number;
}

/** See the head of the file. */
export class MemoryMemStore implements MemStore {
  readonly #partitions = new Map<string, MemoryPartitionStore>();
  readonly #snapshots: SnapshotCount;

  constructor(options: MemoryMemStoreOptions = {}) {
    this.#snapshots = { open: 0, limit: options.snapshotLimit ?? 1024 };
  }

  async open(request: {
    readonly keyspace: string;
    readonly partition: number;
    readonly stores: readonly string[];
  }): Promise<PartitionStore> {
    const name = `${request.keyspace}/${request.partition}`;
    const known = this.#partitions.get(name);
    if (known !== undefined) {
      known.addStores(request.stores);
      return known;
    }
    const opened = new MemoryPartitionStore(request.stores, this.#snapshots);
    this.#partitions.set(name, opened);
    return opened;
  }

  async close(): Promise<void> {
    this.#partitions.clear();
  }

  kill(): Promise<void> {
    return this.close();
  }
}

interface SnapshotCount {
  open: number;
  readonly limit: number;
}

type Rows = Map<string, OrderedMap<StoredRow>>;

class MemoryPartitionStore implements PartitionStore {
  checkpoint: Checkpoint | undefined;
  readonly #rows: Rows = new Map();
  readonly #answers = new Map<string, IdempotencyEntry>();
  readonly #snapshots: SnapshotCount;

  constructor(stores: readonly string[], snapshots: SnapshotCount) {
    this.#snapshots = snapshots;
    this.addStores(stores);
  }

  addStores(stores: readonly string[]): void {
    for (const store of stores) if (!this.#rows.has(store)) this.#rows.set(store, orderedMap());
  }

  get(store: string, key: OrderedKey): StoredRow | undefined {
    return rowsOf(this.#rows, store).get(key);
  }

  range(request: RangeRequest): readonly KeyedRow[] {
    return rangeOf(this.#rows, request);
  }

  snapshot(): MemSnapshot {
    if (this.#snapshots.open >= this.#snapshots.limit) throw tooManySnapshots(this.#snapshots.limit);
    return new MemorySnapshot(this.#rows, this.#snapshots);
  }

  count(store: string): number {
    return rowsOf(this.#rows, store).size;
  }

  answer(key: string): IdempotencyEntry | undefined {
    return this.#answers.get(key);
  }

  get answerCount(): number {
    return this.#answers.size;
  }

  forgetAnswers(beforeTime: number): void {
    for (const [key, entry] of this.#answers) if (entry.time < beforeTime) this.#answers.delete(key);
  }

  apply(change: {
    readonly rows: readonly RowChange[];
    readonly answers: readonly IdempotencyEntry[];
    readonly checkpoint: Checkpoint;
  }): void {
    for (const { store, key, row } of change.rows) {
      const rows = rowsOf(this.#rows, store);
      if (row === undefined) rows.delete(key);
      else rows.set(key, retainedRow(row));
    }
    for (const entry of change.answers) this.#answers.set(entry.key, { ...entry, answer: retained(entry.answer) });
    this.checkpoint = change.checkpoint;
  }

  pressure(): undefined {
    return undefined;
  }

  async flush(): Promise<void> {}

  async clear(): Promise<void> {
    for (const rows of this.#rows.values()) rows.clear();
    this.#answers.clear();
    this.checkpoint = undefined;
  }
}

class MemorySnapshot implements MemSnapshot {
  readonly #rows: Rows;
  readonly #snapshots: SnapshotCount;
  #isClosed = false;

  constructor(rows: Rows, snapshots: SnapshotCount) {
    this.#rows = new Map([...rows].map(([store, map]) => [store, map.clone()]));
    this.#snapshots = snapshots;
    snapshots.open += 1;
  }

  range(request: RangeRequest): readonly KeyedRow[] {
    return rangeOf(this.#rows, request);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#snapshots.open -= 1;
    this.#rows.clear();
  }
}

function rowsOf(rows: Rows, store: string): OrderedMap<StoredRow> {
  return rows.get(store) ?? noSuchStore(store);
}

function rangeOf(rows: Rows, request: RangeRequest): readonly KeyedRow[] {
  checkRange(request);
  const found: KeyedRow[] = [];
  for (const [key, row] of entriesOf(rowsOf(rows, request.store), request)) {
    found.push({ key, row });
    if (found.length === request.limit) break;
  }
  return found;
}
