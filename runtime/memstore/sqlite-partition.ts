/** A partition of the embedded memstore: what is not in the file yet, over what is. */
import { AnswerFilter } from "./answer-filter.js";
import { readCheckpoint } from "./checkpoint-text.js";
import type { FrozenView, FrozenViews } from "./frozen-views.js";
import { Layer, type RowState } from "./layer.js";
import type { RowsView } from "./layer-rows.js";
import type { MemReader } from "./mem-reader.js";
import type {
  Checkpoint,
  IdempotencyEntry,
  KeyedRow,
  MemSnapshot,
  OrderedKey,
  PartitionStore,
  RangeRequest,
  RowChange,
  StoredRow,
} from "./memstore.js";
import { mergeRows, type RowSource } from "./merge.js";
import { checkRange, noSuchStore } from "./range-check.js";
import { retained } from "./retained.js";
import type { RowCache } from "./row-cache.js";
import type { PartitionName, PartitionState } from "./sqlite-mem-calls.js";
import type { LayerSource } from "./write-behind.js";

/** What partitions share, and what they ask of the memstore that they are of. */
export interface PartitionHost {
  readonly reader: MemReader;
  readonly views: FrozenViews;
  readonly cache: RowCache;
  /** A partition has `bytes` more that are not persistent. */
  grew(partition: SqlitePartitionStore, bytes: number): void;
  pressure(): Promise<void> | undefined;
  flush(): Promise<void>;
  clear(name: PartitionName): Promise<PartitionState>;
  /** Counts an open snapshot. @throws PARTITION_NOT_READY when there are too many. */
  snapshotOpened(): void;
  snapshotClosed(): void;
}

interface OpenStore {
  readonly id: number;
  /** Prefix of its keys in the cache. */
  readonly prefix: string;
}

/** What an answer takes in memory beside its key and bytes. */
const answerOverheadBytes = 200;
const rowOverheadBytes = 200;

/** See the head of the file. */
export class SqlitePartitionStore implements PartitionStore, LayerSource {
  readonly #host: PartitionHost;
  readonly #name: PartitionName;
  readonly #stores = new Map<string, OpenStore>();
  #id = 0;
  checkpoint: Checkpoint | undefined;
  #answerCount = 0;
  #filter = new AnswerFilter(undefined);
  #gathering = new Layer();
  /** Layers on their way to the file, newest first. */
  #sealed: readonly Layer[] = [];

  constructor(host: PartitionHost, name: PartitionName, state: PartitionState) {
    this.#host = host;
    this.#name = name;
    this.#take(state);
  }

  /** Id in the file. */
  get id(): number {
    return this.#id;
  }

  get answerCount(): number {
    return this.#answerCount;
  }

  get(store: string, key: OrderedKey): StoredRow | undefined {
    const { id, prefix } = this.#store(store);
    const cached = this.#host.cache.get(prefix, key);
    if (cached !== undefined) return cached;
    const pending = this.#pending(id, key);
    // null is an answer: the key is deleted, whatever the file says.
    if (pending !== undefined) return pending ?? undefined;
    const row = this.#host.reader.get(id, key);
    if (row !== undefined) this.#host.cache.set(prefix, key, row);
    return row;
  }

  range(request: RangeRequest): readonly KeyedRow[] {
    checkRange(request);
    const { id } = this.#store(request.store);
    const layers = this.#layers.map(({ rows }) => rows.get(id)?.view());
    return rangeOver(layers, this.#host.reader, id, request);
  }

  snapshot(): MemSnapshot {
    this.#host.snapshotOpened();
    const stores = new Map<string, FrozenStore>();
    for (const [name, { id }] of this.#stores)
      stores.set(name, {
        id,
        layers: [this.#gathering.rows.get(id)?.frozen(), ...this.#sealed.map(({ rows }) => rows.get(id)?.view())],
      });
    return new SqliteSnapshot(this.#host, stores);
  }

  count(store: string): number {
    const { id } = this.#store(store);
    const { reader } = this.#host;
    // The writer may put into the file, between two reads, what is still in a layer here.
    return reader.atOnce(() => {
      const changed = new Map<OrderedKey, boolean>();
      for (const layer of this.#layers.reverse())
        for (const [key, isThere] of layer.rows.get(id)?.keys() ?? []) changed.set(key, isThere);
      let count = reader.count(id);
      for (const [key, isThere] of changed) count += (isThere ? 1 : 0) - (reader.get(id, key) === undefined ? 0 : 1);
      return count;
    });
  }

  answer(key: string): IdempotencyEntry | undefined {
    let hiddenBefore = Number.NEGATIVE_INFINITY;
    for (const layer of this.#layers) {
      const found = layer.answers.get(key);
      if (found !== undefined)
        return found.entry === undefined || found.entry.time < hiddenBefore ? undefined : found.entry;
      hiddenBefore = Math.max(hiddenBefore, layer.forgetBefore);
    }
    if (!this.#filter.mayHave(key)) return undefined;
    const entry = this.#host.reader.answer(this.#id, key);
    return entry === undefined || entry.time < hiddenBefore ? undefined : entry;
  }

  forgetAnswers(beforeTime: number): void {
    if (this.#answerCount === 0) return;
    for (const [key, { entry, isReplacement }] of this.#gathering.answers) {
      if (entry === undefined || entry.time >= beforeTime) continue;
      if (isReplacement) this.#gathering.answers.set(key, { entry: undefined, isReplacement });
      else this.#gathering.answers.delete(key);
      this.#answerCount -= 1;
    }
    this.#gathering.forgetBefore = Math.max(this.#gathering.forgetBefore, beforeTime);
    this.#filter.forget(beforeTime);
    this.#grew(0);
  }

  apply(change: {
    readonly rows: readonly RowChange[];
    readonly answers: readonly IdempotencyEntry[];
    readonly checkpoint: Checkpoint;
  }): void {
    let bytes = 0;
    for (const { store, key, row } of change.rows) bytes += this.#applyRow(this.#store(store), key, row);
    for (const entry of change.answers) bytes += this.#applyAnswer(entry);
    this.checkpoint = change.checkpoint;
    this.#gathering.checkpoint = change.checkpoint;
    this.#grew(bytes);
  }

  pressure(): Promise<void> | undefined {
    return this.#host.pressure();
  }

  flush(): Promise<void> {
    return this.#host.flush();
  }

  async clear(): Promise<void> {
    await this.#host.flush();
    const state = await this.#host.clear(this.#name);
    this.#gathering = new Layer();
    this.#take(state);
  }

  seal(): Layer {
    const sealed = this.#gathering;
    this.#gathering = new Layer();
    this.#sealed = [sealed, ...this.#sealed];
    return sealed;
  }

  persisted(answers: number): void {
    this.#sealed = this.#sealed.slice(0, -1);
    this.#answerCount = this.#layers.reduce((count, { answerDelta }) => count + answerDelta, answers);
  }

  /** What is not in the file yet, newest first. */
  get #layers(): Layer[] {
    return [this.#gathering, ...this.#sealed];
  }

  /** What is to become of a row that is not in the file yet; undefined: nothing is known of it. */
  #pending(store: number, key: OrderedKey): RowState | undefined {
    const newest = this.#gathering.get(store, key);
    if (newest !== undefined) return newest;
    for (const layer of this.#sealed) {
      const row = layer.get(store, key);
      if (row !== undefined) return row;
    }
    return undefined;
  }

  #applyRow({ id, prefix }: OpenStore, key: OrderedKey, row: StoredRow | undefined): number {
    const rows = this.#gathering.rowsOf(id);
    if (row === undefined) {
      rows.set(key, null);
      this.#host.cache.delete(prefix, key);
      return key.length + rowOverheadBytes;
    }
    rows.set(key, row);
    // Rows come into the cache when they are read: a load of writes only would push out what readers need.
    this.#host.cache.update(prefix, key, row);
    return key.length + row.value.length + rowOverheadBytes;
  }

  #applyAnswer(entry: IdempotencyEntry): number {
    const gathered = this.#gathering.answers.get(entry.key);
    const known = this.answer(entry.key);
    if (known === undefined) this.#answerCount += 1;
    this.#filter.add(entry.key, entry.time);
    this.#gathering.answers.set(entry.key, {
      entry: { ...entry, answer: retained(entry.answer) },
      isReplacement: gathered === undefined ? known !== undefined : gathered.isReplacement,
    });
    return entry.key.length + entry.answer.length + answerOverheadBytes;
  }

  #grew(bytes: number): void {
    this.#gathering.bytes += bytes;
    this.#host.grew(this, bytes);
  }

  #take(state: PartitionState): void {
    this.#id = state.partition;
    this.#name.stores.forEach((store, index) => {
      const id = state.stores[index] ?? noSuchStore(store);
      this.#stores.set(store, { id, prefix: `${id.toString(36)}:` });
    });
    this.checkpoint = state.checkpoint === null ? undefined : readCheckpoint(state.checkpoint);
    this.#answerCount = state.answers;
    this.#filter = new AnswerFilter(state.newestAnswer ?? undefined);
  }

  #store(name: string): OpenStore {
    return this.#stores.get(name) ?? noSuchStore(name);
  }
}

interface FrozenStore {
  readonly id: number;
  readonly layers: readonly (RowsView | undefined)[];
}

class SqliteSnapshot implements MemSnapshot {
  readonly #host: PartitionHost;
  readonly #stores: Map<string, FrozenStore>;
  #view: FrozenView | undefined;

  constructor(host: PartitionHost, stores: Map<string, FrozenStore>) {
    this.#host = host;
    this.#stores = stores;
    this.#view = host.views.take();
  }

  range(request: RangeRequest): readonly KeyedRow[] {
    checkRange(request);
    const { id, layers } = this.#stores.get(request.store) ?? noSuchStore(request.store);
    if (this.#view === undefined) throw new Error("assertion failed: a closed snapshot is not read");
    return rangeOver(layers, this.#view.reader, id, request);
  }

  close(): void {
    if (this.#view === undefined) return;
    this.#host.views.release(this.#view);
    this.#view = undefined;
    this.#stores.clear();
    this.#host.snapshotClosed();
  }
}

function rangeOver(
  layers: readonly (RowsView | undefined)[],
  reader: MemReader,
  store: number,
  request: RangeRequest,
): readonly KeyedRow[] {
  const sources: RowSource[] = [];
  for (const layer of layers) if (layer !== undefined && layer.size > 0) sources.push(layer.source(request));
  if (sources.length === 0) return reader.page(store, request);
  return mergeRows([...sources, reader.rows(store, request)], request);
}
