/** A memstore that is written behind: what was not persistent yet is gone after a crash. */
import type {
  Checkpoint,
  IdempotencyEntry,
  KeyedRow,
  MemSnapshot,
  MemStore,
  PartitionStore,
  RangeRequest,
  RowChange,
  StoredRow,
} from "../../runtime/memstore/memstore.js";

interface State {
  readonly rows: Map<string, Map<string, StoredRow>>;
  readonly answers: Map<string, IdempotencyEntry>;
  checkpoint: Checkpoint | undefined;
}

const empty = (): State => ({ rows: new Map(), answers: new Map(), checkpoint: undefined });
const copy = (state: State): State => ({
  rows: new Map([...state.rows].map(([store, rows]) => [store, new Map(rows)])),
  answers: new Map(state.answers),
  checkpoint: state.checkpoint,
});

/** What is left of a node's disk when it crashes. */
export class Disk {
  readonly states = new Map<string, State>();
}

export class LaggingMemStore implements MemStore {
  readonly #disk: Disk;
  readonly #open = new Map<string, LaggingPartition>();

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  async open({
    keyspace,
    partition,
  }: {
    readonly keyspace: string;
    readonly partition: number;
  }): Promise<PartitionStore> {
    const name = `${keyspace}/${partition}`;
    const opened = new LaggingPartition(copy(this.#disk.states.get(name) ?? empty()), (state) =>
      this.#disk.states.set(name, copy(state)),
    );
    this.#open.set(name, opened);
    return opened;
  }

  /** Makes what was applied so far persistent. */
  persist(): void {
    for (const store of this.#open.values()) void store.flush();
  }

  async close(): Promise<void> {
    this.persist();
  }

  async kill(): Promise<void> {
    this.#open.clear();
  }
}

class LaggingPartition implements PartitionStore {
  #state: State;
  readonly #persist: (state: State) => void;

  constructor(state: State, persist: (state: State) => void) {
    this.#state = state;
    this.#persist = persist;
  }

  get checkpoint(): Checkpoint | undefined {
    return this.#state.checkpoint;
  }

  get(store: string, key: string): StoredRow | undefined {
    return this.#state.rows.get(store)?.get(key);
  }

  range({ store, from, to, reverse, limit }: RangeRequest): readonly KeyedRow[] {
    const keys = [...(this.#state.rows.get(store)?.keys() ?? [])]
      .filter((key) => (from === undefined || key >= from) && (to === undefined || key < to))
      .sort();
    if (reverse === true) keys.reverse();
    return keys.slice(0, limit).flatMap((key) => {
      const row = this.get(store, key);
      return row === undefined ? [] : [{ key, row }];
    });
  }

  snapshot(): MemSnapshot {
    const frozen = new LaggingPartition(copy(this.#state), () => undefined);
    return { range: (request) => frozen.range(request), close: () => undefined };
  }

  count(store: string): number {
    return this.#state.rows.get(store)?.size ?? 0;
  }

  answer(key: string): IdempotencyEntry | undefined {
    return this.#state.answers.get(key);
  }

  get answerCount(): number {
    return this.#state.answers.size;
  }

  forgetAnswers(beforeTime: number): void {
    for (const [key, { time }] of this.#state.answers) if (time < beforeTime) this.#state.answers.delete(key);
  }

  apply(change: {
    readonly rows: readonly RowChange[];
    readonly answers: readonly IdempotencyEntry[];
    readonly checkpoint: Checkpoint;
  }): void {
    for (const { store, key, row } of change.rows) {
      const rows = this.#state.rows.get(store) ?? new Map<string, StoredRow>();
      this.#state.rows.set(store, rows);
      if (row === undefined) rows.delete(key);
      else rows.set(key, row);
    }
    for (const entry of change.answers) this.#state.answers.set(entry.key, entry);
    this.#state.checkpoint = change.checkpoint;
  }

  pressure(): undefined {
    return undefined;
  }

  async flush(): Promise<void> {
    this.#persist(this.#state);
  }

  async clear(): Promise<void> {
    this.#state = empty();
    this.#persist(this.#state);
  }
}
