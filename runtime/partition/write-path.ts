/**
 * The way of writes under one epoch: calls join batches; one append is in flight; its acknowledgement is applied, in order,
 * before anybody is answered (semantics P2).
 */
import type { AppendOutcome, PartitionLog } from "../changelog/changelog.js";
import type { Mastership } from "../coordinator/coordinator.js";
import type { Clock } from "../core/clock.js";
import { assert } from "../core/errors.js";
import type { PartitionStore, RowChange } from "../memstore/memstore.js";
import type { Position } from "../state/access.js";
import { Batch, type Write } from "./batch.js";
import { answersOf, type BatchAuthor, positionOf, recordsOf, rowOf } from "./batch-form.js";
import type { Call, Outcome } from "./call.js";
import type { FlushQueue } from "./flush-queue.js";
import type { PartitionLimits } from "./limits.js";
import type { Overlay } from "./overlay.js";
import type { StorePlan } from "./plan.js";
import type { Progress } from "./progress.js";
import type { Retries } from "./retries.js";

/** What the write path tells the partition. */
export interface WritePathOwner {
  /** What became of a call is known; a write is durable and applied. */
  settle(call: Call, outcome: Outcome): void;
  /** The batches and all that ran on top of them are undone; none of it is or comes into the log. */
  undone(calls: readonly Call[], error: Error): void;
  /** An append may or may not be in the log: fence, read on, and call `resolveUnknown`. */
  outcomeUnknown(error: Error): void;
  /** Others wrote before our acknowledged append: read up to `ends` by place of the topic, then call the callback. */
  readGap(ends: readonly bigint[], then: () => void): void;
  /** The lease is over, or another master has fenced the log. `inFlight` says what is known of the append in flight. */
  deposed(inFlight: "no" | "unknown", error: Error): void;
  /** Our own state is not to be trusted any more. */
  broken(error: unknown): void;
}

export interface WritePathParts {
  readonly partition: number;
  readonly stores: readonly StorePlan[];
  readonly limits: PartitionLimits;
  readonly clock: Clock;
  readonly flushes: FlushQueue;
  readonly store: PartitionStore;
  readonly progress: Progress;
  readonly overlay: Overlay;
  readonly retries: Retries;
  readonly log: PartitionLog;
  readonly mastership: Mastership;
  readonly writer: bigint;
  readonly owner: WritePathOwner;
}

/** Calls whose batches ended without being durable. */
export interface LeftCalls {
  readonly inFlight: readonly Call[];
  readonly queued: readonly Call[];
}

export class WritePath {
  readonly #parts: WritePathParts;
  readonly #author: BatchAuthor;
  /** Batches that are not sent, oldest first; the last may be joined. */
  #queue: Batch[] = [];
  #inFlight: Batch | undefined;
  #formed = 0;
  #lastNumber = 0;
  /** Something else than an append has to end first: a recovery, a look at the log, the memstore's write-behind. */
  #holds = 0;
  #isFlushDue = false;
  #hasEnded = false;

  constructor(parts: WritePathParts) {
    this.#parts = parts;
    const { partition, mastership, writer, retries } = parts;
    this.#author = {
      partition,
      epoch: mastership.epoch,
      writer,
      firstAttemptTime: (call, writeTime) => retries.firstAttemptTime(call, writeTime),
    };
  }

  /** The append whose outcome is awaited. */
  get inFlight(): Batch | undefined {
    return this.#inFlight;
  }

  /** Nothing is in flight and nothing waits to be. */
  get isIdle(): boolean {
    return this.#inFlight === undefined && this.#queue.length === 0;
  }

  /** The newest batch that is not durable. */
  get newest(): Batch | undefined {
    return this.#queue.at(-1) ?? this.#inFlight;
  }

  /** Makes the writes of a call that has run part of the next append; it is settled when that is durable. */
  join(call: Call, writes: readonly Write[], bytes: number): void {
    const { overlay } = this.#parts;
    const batch = this.#batchFor(writes.length, bytes);
    call.firstWrite = batch.writes.length;
    call.writeCount = writes.length;
    call.phase = "held";
    for (const write of writes) {
      write.batch = batch;
      batch.writes.push(write);
      overlay.put(write);
    }
    batch.bytes += bytes;
    batch.calls.push(call);
    this.#flushSoon();
  }

  /** Settles a call that wrote nothing when `batch`, the newest that it read from, is durable. */
  hold(call: Call, batch: Batch): void {
    assert(batch.isPending, "a call is held for a batch that is pending");
    call.phase = "held";
    batch.calls.push(call);
  }

  /** Sends nothing more until `resume` was called as often. */
  pause(): void {
    this.#holds += 1;
  }

  resume(): void {
    this.#holds -= 1;
    this.#flushSoon();
  }

  /** Ends for good: later outcomes of appends are not looked at. Returns what was neither durable nor undone. */
  end(): LeftCalls {
    this.#hasEnded = true;
    return this.#abandon();
  }

  #abandon(): LeftCalls {
    const inFlight = this.#inFlight;
    const queued = this.#queue;
    this.#inFlight = undefined;
    this.#queue = [];
    for (const batch of inFlight === undefined ? queued : [inFlight, ...queued]) batch.state = "undone";
    this.#parts.overlay.clear();
    return { inFlight: inFlight?.calls ?? [], queued: queued.flatMap(({ calls }) => calls) };
  }

  /** All pending calls, oldest first. */
  *pending(): Iterable<Call> {
    if (this.#inFlight !== undefined) yield* this.#inFlight.calls;
    for (const batch of this.#queue) yield* batch.calls;
  }

  /** Sends the next batch unless one is in flight. */
  flush(): void {
    this.#isFlushDue = false;
    if (this.#inFlight !== undefined || this.#holds > 0 || this.#hasEnded) return;
    const batch = this.#queue.shift();
    if (batch === undefined) return;
    this.#lastNumber += 1;
    batch.number = this.#lastNumber;
    batch.time = this.#parts.clock.now();
    batch.state = "sent";
    this.#inFlight = batch;
    try {
      this.#send(batch);
    } catch (error) {
      this.#parts.owner.broken(error);
    }
  }

  /**
   * Ends the doubt about the append in flight, after the log was read to a fence behind it and applied.
   *
   * @param offsets Where its records were met, by index; undefined when they are not there and never will be.
   */
  resolveUnknown(offsets: readonly bigint[] | undefined, error: Error): void {
    const batch = this.#inFlight;
    assert(batch !== undefined, "the outcome of an append in flight was unknown");
    if (offsets === undefined) this.#undo(error);
    else this.#finish(batch, offsets);
  }

  #batchFor(records: number, bytes: number): Batch {
    const { maxBatchBytes, maxBatchRecords } = this.#parts.limits;
    const last = this.#queue.at(-1);
    if (last !== undefined && last.bytes + bytes <= maxBatchBytes && last.writes.length + records <= maxBatchRecords)
      return last;
    this.#formed += 1;
    const batch = new Batch(this.#formed);
    this.#queue.push(batch);
    return batch;
  }

  #flushSoon(): void {
    const { flushes } = this.#parts;
    if (this.#isFlushDue) flushes.grew();
    if (this.#isFlushDue || this.#queue.length === 0 || this.#inFlight !== undefined || this.#holds > 0) return;
    this.#isFlushDue = true;
    flushes.add(this);
  }

  #send(batch: Batch): void {
    this.#parts.log
      .append(recordsOf(batch, this.#author))
      .then((result) => {
        if (!this.#hasEnded) this.#settled(batch, result);
      })
      .catch((error: unknown) => this.#parts.owner.broken(error));
  }

  #settled(batch: Batch, result: AppendOutcome): void {
    switch (result.outcome) {
      case "acknowledged":
        this.#acknowledged(batch, result.offsets);
        break;
      case "refused":
        this.#undo(result.error);
        break;
      case "unknown":
        this.#parts.owner.outcomeUnknown(result.error);
        break;
      case "fenced":
        this.#parts.owner.deposed("no", result.error);
        break;
    }
  }

  #acknowledged(batch: Batch, offsets: readonly bigint[]): void {
    assert(offsets.length === batch.writes.length, "an acknowledgement has an offset for each record");
    const ends = this.#gapBefore(batch, offsets);
    if (ends === undefined) this.#apply(batch, offsets);
    else
      this.#parts.owner.readGap(ends, () => {
        if (!this.#hasEnded) this.#apply(batch, offsets);
      });
  }

  /** Ends of what others wrote before our records, by place of the topic; undefined when nobody did. */
  #gapBefore(batch: Batch, offsets: readonly bigint[]): readonly bigint[] | undefined {
    const { progress, stores } = this.#parts;
    let ends: bigint[] | undefined;
    let seen = 0;
    const isSeen: boolean[] = [];
    for (let at = 0; at < offsets.length && seen < stores.length; at++) {
      const topic = batch.writes[at]?.store.index ?? 0;
      if (isSeen[topic] === true) continue;
      isSeen[topic] = true;
      seen += 1;
      const offset = offsets[at] ?? 0n;
      if (offset === progress.offset(topic)) continue;
      assert(offset > progress.offset(topic), "an acknowledged record stands behind those that were applied");
      ends ??= stores.map(({ index }) => progress.offset(index));
      ends[topic] = offset;
    }
    return ends;
  }

  #apply(batch: Batch, offsets: readonly bigint[]): void {
    const { progress, store } = this.#parts;
    const { epoch, writer } = this.#author;
    const { writes, number, time } = batch;
    const rows: RowChange[] = [];
    for (let at = 0; at < writes.length; at++) {
      const write = writes[at];
      const offset = offsets[at];
      if (write === undefined || offset === undefined) continue;
      rows.push(rowOf(write, batch, offset, epoch));
      progress.pass(write.store.index, offset);
      progress.unshadow(write.store.name, write.ordered);
    }
    progress.advance(epoch, number, writer, writes.length - 1);
    progress.caughtUpTime = time;
    store.apply({ rows, answers: answersOf(batch, offsets, this.#author), checkpoint: progress.checkpoint() });
    this.#finish(batch, offsets);
  }

  /** A batch is durable and applied: answers all who waited for it. */
  #finish(batch: Batch, offsets: readonly bigint[]): void {
    const { overlay, mastership, owner, store } = this.#parts;
    overlay.drop(batch);
    batch.state = "durable";
    // Checked in the turn of the answers, since they carry what was read: whether a row was there before, replies.
    if (!mastership.isValid()) {
      owner.deposed("unknown", new Error("the lease is over"));
      return;
    }
    this.#inFlight = undefined;
    for (const call of batch.calls) {
      const wrote = call.writeCount > 0;
      owner.settle(call, {
        position: wrote ? positionOf(call, batch, offsets, this.#author) : this.position(),
        wrote,
        existed: call.existed,
        reply: call.reply,
      });
    }
    const pressure = store.pressure();
    if (pressure !== undefined) {
      this.pause();
      pressure.then(
        () => this.resume(),
        (error: unknown) => owner.broken(error),
      );
    }
    this.#flushSoon();
  }

  /** Up to where the log is applied. */
  position(): Position {
    const { partition, progress, stores } = this.#parts;
    return {
      partition,
      epoch: progress.epoch,
      batch: progress.batch,
      offsets: stores.map(({ index, topic }) => ({ topic, offset: progress.offset(index) })),
    };
  }

  #undo(error: Error): void {
    const { inFlight, queued } = this.#abandon();
    this.#parts.owner.undone([...inFlight, ...queued], error);
  }
}
