/**
 * Appends of all partitions on their way to the writer thread of the embedded changelog. The thread has one group at a time;
 * what is appended meanwhile gathers in the next one, which goes as soon as the thread gives the first back with what became
 * of each append in it.
 */
import type { Clock } from "../core/clock.js";
import { messageOf } from "../core/errors.js";
import type { AppendOutcome, NewRecord } from "./changelog.js";
import { GroupReader, GroupWriter } from "./group.js";
import { fencedBy, inDoubt, unavailable } from "./topics.js";

/** A log as its appends need it. */
export interface AppendingLog {
  /** What the thread knows it by. */
  readonly id: number;
  readonly epoch: number;
  /** Names it in errors. */
  readonly subject: string;
  /** Offsets of the records of an append that the thread has written, in their order. */
  offsets(group: GroupReader, append: number, records: readonly NewRecord[]): readonly bigint[];
}

export interface AppendQueueOptions<L> {
  /** Names the changelog in errors. */
  readonly subject: string;
  /** Bytes that may wait for the thread; above it appends are refused. */
  readonly limitBytes: number;
  readonly clock: Clock;
  /** Gives a group to the thread; a promise when that must be started, rejected when it cannot be: the group has not gone. */
  readonly post: (group: ArrayBuffer) => Promise<void> | undefined;
  /** A log has grown, or may have. */
  readonly onGrowth: (log: L) => void;
}

interface PendingAppend<L> {
  readonly log: L;
  /** Where it stands in the group. */
  readonly at: number;
  readonly records: readonly NewRecord[];
  readonly timestamp: number;
  readonly resolve: (outcome: AppendOutcome) => void;
}

/** A group's buffer up to this size is used again. */
const spareLimitBytes = 1024 * 1024;

/** See the head of the file. */
export class AppendQueue<L extends AppendingLog> {
  readonly #options: AppendQueueOptions<L>;
  /** Log time never goes back, whatever the clock does. */
  #timestamp = 0;
  #group = new GroupWriter();
  #queued: PendingAppend<L>[] = [];
  /** The group that the thread has; undefined while it has none. */
  #inFlight: readonly PendingAppend<L>[] | undefined;
  #spare: ArrayBuffer | undefined;
  #isFlushScheduled = false;
  #onIdle: (() => void) | undefined;

  constructor(options: AppendQueueOptions<L>) {
    this.#options = options;
  }

  /** Whether nothing is under way and nothing waits. */
  get isIdle(): boolean {
    return this.#inFlight === undefined && this.#queued.length === 0;
  }

  /** Resolves when the last append that is under way, or waits now, has its outcome. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#onIdle = resolve;
    });
  }

  /** The log has records of this time: later ones are not older. */
  metTimestamp(timestamp: number): void {
    this.#timestamp = Math.max(this.#timestamp, timestamp);
  }

  /** @param parts The records by part, each in their order. */
  append(
    log: L,
    parts: Iterable<readonly [part: number, records: readonly NewRecord[]]>,
    records: readonly NewRecord[],
  ): Promise<AppendOutcome> {
    const { subject, limitBytes, clock } = this.#options;
    if (this.#group.length > limitBytes) {
      const error = unavailable(subject, `more than ${limitBytes} bytes wait to be written; try again`);
      return Promise.resolve({ outcome: "refused", error });
    }
    this.metTimestamp(clock.now());
    const timestamp = this.#timestamp;
    const at = this.#group.add(log.id, parts, timestamp);
    return new Promise((resolve) => {
      this.#queued.push({ log, at, records, timestamp, resolve });
      if (this.#inFlight === undefined && !this.#isFlushScheduled) {
        // What is appended in the same run of JavaScript goes along.
        this.#isFlushScheduled = true;
        queueMicrotask(() => {
          this.#isFlushScheduled = false;
          this.#flush();
        });
      }
    });
  }

  /** The thread has given the group back. */
  returned(buffer: ArrayBuffer): void {
    const pending = this.#inFlight ?? [];
    this.#inFlight = undefined;
    // The thread gets its next work before anybody is told about the last.
    this.#flush();
    const group = new GroupReader(buffer);
    for (const append of pending) {
      append.resolve(outcomeOf(group, append));
      // Also where that is not certain: who waits looks.
      this.#options.onGrowth(append.log);
    }
    if (buffer.byteLength <= spareLimitBytes) this.#spare = buffer;
    this.#tellIdle();
  }

  /** The thread has died: what it did with its group is not known. */
  died(error: Error): void {
    if (this.#inFlight !== undefined) this.#fail(this.#inFlight, "unknown", error);
  }

  #flush(): void {
    if (this.#inFlight !== undefined || this.#queued.length === 0) return;
    const pending = this.#queued;
    const group = this.#group.finish();
    this.#queued = [];
    this.#group = new GroupWriter(this.#spare);
    this.#spare = undefined;
    this.#inFlight = pending;
    this.#options.post(group)?.catch((error: unknown) => this.#fail(pending, "refused", error));
  }

  #fail(pending: readonly PendingAppend<L>[], outcome: "refused" | "unknown", error: unknown): void {
    this.#inFlight = undefined;
    const errorOf = outcome === "unknown" ? inDoubt : unavailable;
    for (const append of pending)
      append.resolve({ outcome, error: errorOf(append.log.subject, messageOf(error), error) });
    for (const append of pending) this.#options.onGrowth(append.log);
    this.#flush();
    this.#tellIdle();
  }

  #tellIdle(): void {
    if (this.isIdle) this.#onIdle?.();
  }
}

function outcomeOf(group: GroupReader, { log, at, records, timestamp }: PendingAppend<AppendingLog>): AppendOutcome {
  const outcome = group.outcomeAt(at);
  switch (outcome) {
    case "acknowledged":
      return { outcome, offsets: log.offsets(group, at, records), timestamp };
    case "fenced":
      return { outcome, error: fencedBy(log.subject, log.epoch) };
    case "refused":
      return { outcome, error: unavailable(log.subject, group.text) };
    case "unknown":
      return { outcome, error: inDoubt(log.subject, group.text) };
  }
}
