/** Reads a partition's logs up to given ends, all topics merged into the order in which their batches were written. */
import type { Changelog, LogRecord, LogSlice, ReadRequest } from "../changelog/changelog.js";
import { type Clock, sleep } from "../core/clock.js";
import type { Applier } from "./applier.js";
import type { PartitionLimits } from "./limits.js";
import type { StorePlan } from "./plan.js";
import type { Progress } from "./progress.js";
import { nextTurn, type Turns } from "./turns.js";

export interface LogReaderParts {
  readonly changelog: Changelog;
  readonly partition: number;
  readonly stores: readonly StorePlan[];
  readonly progress: Progress;
  readonly applier: Applier;
  readonly limits: PartitionLimits;
  readonly clock: Clock;
  readonly turns: Turns;
  /** See `PartitionStore.pressure`. */
  readonly pressure: () => Promise<void> | undefined;
}

export interface ReadToOptions {
  /** By place of the topic, where to stop (exclusive). */
  readonly ends: readonly bigint[];
  readonly signal: AbortSignal;
  /** Sees each record after it was applied or ignored. */
  readonly onRecord?: (store: StorePlan, record: LogRecord, isApplied: boolean) => void;
}

/** Where a topic's log ends, asked with as little as a read can bring. @param fromOffset About the end, as far as it is known. */
export async function endOf(changelog: Changelog, request: Omit<ReadRequest, "maxBytes">): Promise<bigint> {
  return (await changelog.read({ ...request, maxBytes: 1 })).endOffset;
}

export class LogReader {
  readonly #parts: LogReaderParts;

  constructor(parts: LogReaderParts) {
    this.#parts = parts;
  }

  /**
   * Applies all records before `ends`, in slices, each with its checkpoint; lets others run in between.
   *
   * Within a topic the order is that of the log. Between topics it is that of (epoch, batch, index), since the reader's
   * rule speaks of the partition as a whole.
   *
   * @throws what the changelog throws, or the signal's reason. What was applied until then stays.
   */
  async readTo(options: ReadToOptions): Promise<void> {
    const { stores, applier, limits, progress, turns, pressure } = this.#parts;
    const cursors = stores
      .map((store) => new TopicCursor(store, options.ends[store.index] ?? 0n, this.#parts, options.signal))
      .filter((cursor) => !cursor.isAtEnd);
    const isMerged = cursors.length > 1;
    for (;;) {
      for (const cursor of cursors) if (cursor.isEmpty && !cursor.isAtEnd) await cursor.fill();
      const live = cursors.filter((cursor) => !cursor.isEmpty);
      if (live.length === 0) break;
      // One topic alone may be drained; of several, only as long as each that is not at its end shows its next record.
      for (;;) {
        const cursor = isMerged ? first(live) : live[0];
        const record = cursor?.shift();
        if (cursor === undefined || record === undefined) break;
        const isApplied = applier.take(cursor.store, record);
        options.onRecord?.(cursor.store, record, isApplied);
        if (cursor.isEmpty || applier.gathered >= limits.restoreSliceRecords) break;
      }
      if (applier.gathered >= limits.restoreSliceRecords || live.every((cursor) => cursor.isEmpty)) {
        applier.commit();
        await (pressure() ?? nextTurn(turns));
        options.signal.throwIfAborted();
      }
    }
    for (const store of stores) {
      const end = options.ends[store.index] ?? 0n;
      if (progress.offset(store.index) < end) progress.moveTo(store.index, end);
    }
    applier.commit();
  }
}

/** The cursor whose next record comes first; a record of others comes as soon as it is met. */
function first(cursors: readonly TopicCursor[]): TopicCursor | undefined {
  let best: TopicCursor | undefined;
  for (const cursor of cursors) {
    if (cursor.isEmpty) continue;
    if (best === undefined || comesBefore(cursor.peek(), best.peek())) best = cursor;
  }
  return best;
}

function comesBefore(one: LogRecord | undefined, other: LogRecord | undefined): boolean {
  const [a, b] = [one?.headers, other?.headers];
  if (b === undefined) return false;
  if (a === undefined) return true;
  if (a.epoch !== b.epoch) return a.epoch < b.epoch;
  if (a.batch !== b.batch) return a.batch < b.batch;
  return a.index < b.index;
}

class TopicCursor {
  readonly store: StorePlan;
  readonly #end: bigint;
  readonly #parts: LogReaderParts;
  readonly #signal: AbortSignal;
  /** The records of the present slice behind `#head`. */
  #records: Iterator<LogRecord> | undefined;
  #head: LogRecord | undefined;
  /** Whether the present slice may go beyond the end; of most, no record's offset need be looked at. */
  #isCut = false;
  #next: bigint;
  /** The slice after the present one, which is read while this one is applied. */
  #ahead: Promise<LogSlice> | undefined;

  constructor(store: StorePlan, end: bigint, parts: LogReaderParts, signal: AbortSignal) {
    this.store = store;
    this.#end = end;
    this.#parts = parts;
    this.#signal = signal;
    this.#next = parts.progress.offset(store.index);
  }

  /** Nothing is left in memory. */
  get isEmpty(): boolean {
    return this.#head === undefined;
  }

  /** Nothing is left to read. */
  get isAtEnd(): boolean {
    return this.#next >= this.#end;
  }

  peek(): LogRecord | undefined {
    return this.#head;
  }

  /** @throws as going over a slice's records does */
  shift(): LogRecord | undefined {
    const record = this.#head;
    this.#advance();
    return record;
  }

  async fill(): Promise<void> {
    while (this.isEmpty && !this.isAtEnd) {
      const slice = await (this.#ahead ?? this.#read());
      this.#ahead = undefined;
      const isStuck = slice.nextOffset <= this.#next;
      if (this.store.isExternal) await this.#lookUpKeys(slice.records);
      this.#records = slice.records[Symbol.iterator]();
      this.#next = slice.nextOffset;
      this.#isCut = slice.nextOffset > this.#end;
      this.#advance();
      if (isStuck && this.isEmpty) await sleep(this.#parts.clock, this.#parts.limits.retryFirstMs, this.#signal);
      else if (!this.isAtEnd) this.#readAhead();
    }
  }

  /** Records at or behind the end are none of this read's. */
  #advance(): void {
    const record = this.#records?.next().value;
    this.#head = record === undefined || (this.#isCut && record.offset >= this.#end) ? undefined : record;
    if (this.#head === undefined) this.#records = undefined;
  }

  /** Keys that others wrote may name schemas that nobody here has met yet; one at a time, for there are few. */
  async #lookUpKeys(records: Iterable<LogRecord>): Promise<void> {
    for (const { key, offset } of records) {
      if (offset >= this.#end) break;
      const waiting = key === null ? undefined : this.store.keys.lookUp(key);
      if (waiting !== undefined) await waiting;
    }
    this.#signal.throwIfAborted();
  }

  #readAhead(): void {
    this.#ahead = this.#read();
    // Its failure is met by whoever awaits it; until then it must not count as unhandled.
    this.#ahead.catch(() => undefined);
  }

  #read(): Promise<LogSlice> {
    const { changelog, partition, limits, progress } = this.#parts;
    const { topic } = this.store;
    return changelog.read({
      topic,
      partition,
      incarnation: progress.incarnation(topic),
      fromOffset: this.#next,
      maxBytes: limits.restoreSliceBytes,
      signal: this.#signal,
    });
  }
}
