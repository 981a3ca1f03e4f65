/**
 * A partition's log in the embedded changelog: into which part of the file the records of each topic go, and which offsets
 * they got there.
 */
import type { AppendOutcome, NewRecord, PartitionLog } from "./changelog.js";
import type { GroupReader } from "./group.js";
import type { PartState } from "./sqlite-calls.js";
import { partitionLogName, unavailable } from "./topics.js";

/** What the changelog does for its logs. */
export interface SqlitePartitionLogOwner {
  /** Makes the log the writer of its parts unless a later epoch is; gives where each topic ends. */
  fence(log: SqlitePartitionLog): Promise<ReadonlyMap<string, bigint>>;
  /** Queues an append. */
  append(
    log: SqlitePartitionLog,
    parts: Iterable<readonly [part: number, records: readonly NewRecord[]]>,
    records: readonly NewRecord[],
  ): Promise<AppendOutcome>;
  /** The log is closed. */
  forget(log: SqlitePartitionLog): void;
}

/** See the head of the file. */
export class SqlitePartitionLog implements PartitionLog {
  readonly id: number;
  readonly topics: readonly string[];
  readonly partition: number;
  readonly epoch: number;
  readonly subject: string;
  readonly #owner: SqlitePartitionLogOwner;
  readonly #parts = new Map<string, number>();
  #isClosed = false;

  constructor(
    owner: SqlitePartitionLogOwner,
    request: {
      readonly id: number;
      readonly topics: readonly string[];
      readonly partition: number;
      readonly epoch: number;
    },
  ) {
    this.#owner = owner;
    this.id = request.id;
    this.topics = request.topics;
    this.partition = request.partition;
    this.epoch = request.epoch;
    this.subject = partitionLogName(request);
  }

  /** Notes the parts that the thread has for the topics. */
  took(claim: { readonly parts: readonly PartState[] }): void {
    for (const { topic, part } of claim.parts) this.#parts.set(topic, part);
  }

  async fence(signal: AbortSignal): Promise<ReadonlyMap<string, bigint>> {
    signal.throwIfAborted();
    return this.#owner.fence(this);
  }

  append(records: readonly NewRecord[]): Promise<AppendOutcome> {
    if (this.#isClosed) return refused(unavailable(this.subject, "this log is closed; nothing more is taken"));
    const byPart = new Map<number, NewRecord[]>();
    for (const record of records) {
      const part = this.#parts.get(record.topic);
      if (part === undefined)
        return refused(new Error(`assertion failed: topic ${record.topic} is not of ${this.subject}`));
      const known = byPart.get(part);
      if (known === undefined) byPart.set(part, [record]);
      else known.push(record);
    }
    return this.#owner.append(this, byPart, records);
  }

  /** The offsets of records, in their order, from the first of each part. */
  offsets(group: GroupReader, append: number, records: readonly NewRecord[]): readonly bigint[] {
    const next = new Map<number, number>();
    for (const block of group.blocksOf(append)) {
      const part = group.partAt(block);
      if (!next.has(part)) next.set(part, group.baseAt(block));
    }
    return records.map((record) => {
      const part = this.#parts.get(record.topic) ?? 0;
      const offset = next.get(part) ?? 0;
      next.set(part, offset + 1);
      return BigInt(offset);
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#owner.forget(this);
  }
}

function refused(error: Error): Promise<AppendOutcome> {
  return Promise.resolve({ outcome: "refused", error });
}
