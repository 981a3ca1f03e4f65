/**
 * Port: the changelog, the source of truth. One log a topic and partition; a partition of a keyspace writes several
 * topics (one a store) through one PartitionLog, one append in flight.
 *
 * The port is shaped by Kafka as much as by SQLite: offsets have gaps, an append may have an unknown outcome, one append
 * covers several topics and takes effect in all or none, and other programs may write records without our headers.
 */

/** What must hold for a topic before anything is written to it. */
export interface TopicSpec {
  readonly name: string;
  readonly partitions: number;
  /** Every record younger than this is kept, in milliseconds, so that watchers may resume. */
  readonly historyMs: number;
  /** Tombstones are kept at least this long after the last older record of their key is gone, in milliseconds. */
  readonly tombstoneMs: number;
  /** Rows end this long after they were written, in milliseconds: the log may forget them then. Absent: they stay. */
  readonly ttlMs?: number;
  /** Other programs own it: it is read, and neither made nor changed. */
  readonly isExternal?: boolean;
}

/** A topic as it stands. `incarnation` differs when a topic of the same name was deleted and made anew. */
export interface TopicInfo {
  readonly name: string;
  readonly partitions: number;
  readonly incarnation: string;
}

/** Who wrote a record, and its place in the partition's batches; travels in Kafka headers. */
export interface RecordHeaders {
  /** Of the master that wrote it. */
  readonly epoch: number;
  /** Number of its append in the partition, over all topics; grows by one with each append. */
  readonly batch: number;
  /** Index within the append, and the number of records in it. */
  readonly index: number;
  readonly count: number;
  /** Random identity of the writer, 64 bits unsigned. */
  readonly writer: bigint;
  /** Write time in milliseconds, by the master's clock. */
  readonly time: number;
  /** Idempotency entry of the call whose last record this is: see `state/idempotency.ts`. */
  readonly idempotencyKey?: string;
  readonly reply?: Uint8Array;
  /** Of a repair: the version of the row that it rewrites unchanged. */
  readonly repair?: Uint8Array;
}

/** One record to append. */
export interface NewRecord {
  readonly topic: string;
  readonly key: Uint8Array;
  /** null deletes: a tombstone. */
  readonly value: Uint8Array | null;
  readonly headers: RecordHeaders;
}

/** One record as read. */
export interface LogRecord {
  readonly offset: bigint;
  /** null only in records of others. */
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  /** Time of the append by the log's clock, ms. */
  readonly timestamp: number;
  /** Absent in records that other programs wrote. */
  readonly headers?: RecordHeaders | undefined;
}

/** A piece of a log, in offset order. */
export interface LogSlice {
  /** An adapter may make them when somebody comes to them: going over them throws as `read` does. */
  readonly records: Iterable<LogRecord>;
  /** Where to read on: past the last record and past any gap behind it. */
  readonly nextOffset: bigint;
  /** Offset that the next record will get, as seen by this read. Caught up: `nextOffset === endOffset`. */
  readonly endOffset: bigint;
}

/** What became of an append. */
export type AppendOutcome =
  /** Durable. `offsets[i]` is the offset of the i-th record. */
  | { readonly outcome: "acknowledged"; readonly offsets: readonly bigint[]; readonly timestamp: number }
  /** Certainly not in the log, now or later. */
  | { readonly outcome: "refused"; readonly error: Error }
  /** May be in the log, or come into it later: fence, read up to the fence, and so find out. */
  | { readonly outcome: "unknown"; readonly error: Error }
  /** A later epoch has fenced this log; certainly not written. */
  | { readonly outcome: "fenced"; readonly error: Error };

/** A partition of a keyspace over all its topics, opened for writing under one epoch. */
export interface PartitionLog {
  /**
   * Refuses every earlier epoch's appends from here on, also those still under way.
   *
   * @returns For each topic the offset up to which (exclusive) to read: whatever an earlier writer, or an append of
   * our own with unknown outcome, got into the log stands before it.
   * @throws CHANGELOG_UNAVAILABLE when the log does not answer; fencing may be tried again.
   */
  fence(signal: AbortSignal): Promise<ReadonlyMap<string, bigint>>;
  /**
   * Appends records, possibly of several topics, in all or none. Call it first after a fence, and again only after it has
   * settled. Never rejects.
   */
  append(records: readonly NewRecord[]): Promise<AppendOutcome>;
  close(): Promise<void>;
}

/** Which log to read, and from where. */
export interface ReadRequest {
  readonly topic: string;
  readonly partition: number;
  readonly fromOffset: bigint;
  /**
   * Which topic of this name it has to be: TOPIC_REPLACED where it is another, or gone. Absent: the first that was met. Where
   * nobody can replace a topic that is in use, it need not be looked at.
   */
  readonly incarnation?: string | undefined;
  /** At most about this many bytes of keys and values; at least one record is returned where there is one. */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
}

/** Which log to wait for, and where it ended when it was last looked at. */
export interface GrowthRequest {
  readonly topic: string;
  readonly partition: number;
  readonly endOffset: bigint;
  /** See `ReadRequest`. */
  readonly incarnation?: string | undefined;
  /** Ends the wait. */
  readonly signal: AbortSignal;
}

/** See the head of the file. */
export interface Changelog {
  /** Whether other programs may write to its topics: who serves them has to wait for rows of others, then. */
  readonly isShared: boolean;
  /**
   * Creates what is missing. May be called again for topics of others, to learn what they are now.
   *
   * @throws CONFIG_INVALID when a topic exists with another number of partitions, or others own it and it is not there.
   */
  ensureTopics(topics: readonly TopicSpec[]): Promise<readonly TopicInfo[]>;
  /** Opens a partition's topics for writing under an epoch from the coordinator. */
  open(request: {
    readonly topics: readonly string[];
    readonly partition: number;
    readonly epoch: number;
    readonly writer: bigint;
  }): Promise<PartitionLog>;
  /**
   * Reads committed records. An offset below the log's start reads from its start. Answers at once when there is
   * nothing to read.
   */
  read(request: ReadRequest): Promise<LogSlice>;
  /**
   * Resolves as soon as a log does not end at `endOffset` any more: there is something to read behind it, if only a gap, or
   * the log has lost its end. At once when it is so already. Now and then it resolves without cause: read, and wait again.
   *
   * @throws what `read` throws, and the signal's reason.
   */
  grown(request: GrowthRequest): Promise<void>;
  /** Every open PartitionLog is closed too. Idempotent. */
  close(): Promise<void>;
}
