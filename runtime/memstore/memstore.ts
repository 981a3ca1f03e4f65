/**
 * Port: the memstore, the materialised state of partitions. Rows, idempotency entries and the checkpoint change together
 * or not at all. `apply` is visible to reads at once; it becomes persistent behind (the changelog is the recovery).
 *
 * It stores bytes and never decodes them.
 */

/**
 * A key in its order-preserving encoding, one char (0–255) a byte, so that JavaScript compares it as unsigned bytes.
 */
export type OrderedKey = string;

/** A row as stored. */
export interface StoredRow {
  /** Confluent-framed Avro. */
  readonly value: Uint8Array;
  /** Offset of the record that last changed the row. */
  readonly offset: bigint;
  /** Its epoch and batch; 0 of records that other programs wrote. */
  readonly epoch: number;
  readonly batch: number;
  /** Its write time, ms. */
  readonly time: number;
}

/** A change of one row; no row: the key is deleted. */
export interface RowChange {
  readonly store: string;
  readonly key: OrderedKey;
  readonly row: StoredRow | undefined;
}

/** An answer to remember. */
export interface IdempotencyEntry {
  readonly key: string;
  /** When the first attempt was made, ms. */
  readonly time: number;
  /** Opaque: fingerprint of the request and the answer. */
  readonly answer: Uint8Array;
}

/** How far the log is applied, and under which conditions the rows may still be used. */
export interface Checkpoint {
  /** By topic, the next offset to apply. */
  readonly offsets: { readonly [topic: string]: bigint };
  /** Highest (epoch, batch) applied, and who wrote it with which index. */
  readonly epoch: number;
  readonly batch: number;
  readonly writer: bigint;
  readonly index: number;
  /** Keys whose newest record was ignored: `<store>\0<ordered key>`. */
  readonly shadowed: readonly string[];
  /** When this reader last stood at the log's end, ms. */
  readonly caughtUpTime: number;
  /** By topic, the incarnation that the offsets belong to. */
  readonly incarnations: { readonly [topic: string]: string };
  /** Fingerprint of the key schema, encoding and partition count: another one means a rebuild. */
  readonly layout: string;
}

/** Which rows, in key order. `from` inclusive, `to` exclusive; absent is open. */
export interface RangeRequest {
  readonly store: string;
  readonly from?: OrderedKey | undefined;
  readonly to?: OrderedKey | undefined;
  readonly reverse?: boolean;
  /** At most this many rows, 1 to 10,000. */
  readonly limit: number;
}

/** A row with its key. */
export interface KeyedRow {
  readonly key: OrderedKey;
  readonly row: StoredRow;
}

/** A frozen view; must be closed. */
export interface MemSnapshot {
  range(request: RangeRequest): readonly KeyedRow[];
  close(): void;
}

/** The state of one partition of one keyspace. */
export interface PartitionStore {
  /** The checkpoint of what `apply` was last given; undefined for an empty state. */
  readonly checkpoint: Checkpoint | undefined;
  get(store: string, key: OrderedKey): StoredRow | undefined;
  /** Rows of the present state, in key order. */
  range(request: RangeRequest): readonly KeyedRow[];
  snapshot(): MemSnapshot;
  /** Number of rows of a store. May be counted: O(rows). */
  count(store: string): number;
  answer(key: string): IdempotencyEntry | undefined;
  /** Number of remembered answers. O(1). */
  readonly answerCount: number;
  /** Forgets answers of first attempts before `time`; changes nothing else. */
  forgetAnswers(beforeTime: number): void;
  /** All of it becomes visible now, and persistent together, later. The checkpoint replaces the former one. */
  apply(change: {
    readonly rows: readonly RowChange[];
    readonly answers: readonly IdempotencyEntry[];
    readonly checkpoint: Checkpoint;
  }): void;
  /**
   * undefined while what is not yet persistent is within its bound; else a promise that resolves when it is again.
   * Callers wait for it before they apply more.
   */
  pressure(): Promise<void> | undefined;
  /** Resolves when all that was applied before the call is persistent. */
  flush(): Promise<void>;
  /** Back to the empty state, persistently. */
  clear(): Promise<void>;
}

/** See the head of the file. */
export interface MemStore {
  open(partition: {
    readonly keyspace: string;
    readonly partition: number;
    readonly stores: readonly string[];
  }): Promise<PartitionStore>;
  /** Flushes and closes. Idempotent. */
  close(): Promise<void>;
  /** Closes as a crash would, for tests: what is not persistent yet is lost. Idempotent. */
  kill(): Promise<void>;
}
