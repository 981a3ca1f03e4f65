/** A partition's log in memory, and the append that comes to it late, or never. */
import type { AppendOutcome, NewRecord, PartitionLog } from "./changelog.js";
import { unavailable } from "./topics.js";

/** What the changelog does for its logs. */
export interface MemoryPartitionLogOwner {
  /** Makes the log the one that may append unless a later epoch is; gives where each topic ends. */
  fence(log: MemoryPartitionLog): ReadonlyMap<string, bigint>;
  append(log: MemoryPartitionLog, records: readonly NewRecord[]): Promise<AppendOutcome>;
  /** The log is closed. */
  forget(log: MemoryPartitionLog): void;
}

/** See the head of the file. */
export class MemoryPartitionLog implements PartitionLog {
  readonly topics: readonly string[];
  readonly partition: number;
  readonly epoch: number;
  /** The append of unknown outcome that has not come yet. */
  late: (() => void) | undefined;
  readonly #owner: MemoryPartitionLogOwner;
  #isClosed = false;

  constructor(owner: MemoryPartitionLogOwner, topics: readonly string[], partition: number, epoch: number) {
    this.#owner = owner;
    this.topics = topics;
    this.partition = partition;
    this.epoch = epoch;
  }

  async fence(signal: AbortSignal): Promise<ReadonlyMap<string, bigint>> {
    signal.throwIfAborted();
    return this.#owner.fence(this);
  }

  async append(records: readonly NewRecord[]): Promise<AppendOutcome> {
    if (this.#isClosed) return { outcome: "refused", error: closed() };
    return this.#owner.append(this, records);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#owner.forget(this);
  }

  landLate(): void {
    this.late?.();
    this.late = undefined;
  }

  /** A fence: what is still under way came before it or never comes. */
  fenced(hasCome: boolean): void {
    if (hasCome) this.landLate();
    this.late = undefined;
  }
}

/** A log is closed, or its changelog with all logs. */
export function closed(): Error {
  return unavailable("changelog", "it is closed; nothing more is taken");
}
