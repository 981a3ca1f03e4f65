/**
 * The way of writes under one epoch: calls join batches; one append is in flight; its acknowledgement is applied, in order,
 * before anybody is answered (semantics P2).
 */
import type { AppendOutcome, NewRecord, PartitionLog, RecordHeaders } from "../changelog/changelog.js";
import type { Mastership } from "../coordinator/coordinator.js";
import type { Clock } from "../core/clock.js";
import { assert } from "../core/errors.js";
import type { IdempotencyEntry, PartitionStore, RowChange, StoredRow } from "../memstore/memstore.js";
import type { Idempotency, Position } from "../state/access.js";
import { encodeHeaderAnswer, encodeRemembered } from "../state/idempotency.js";
import { lastOffsets } from "./applier.js";
import { Batch, type Write } from "./batch.js";
import type { Call, Outcome } from "./call.js";
import type { FlushQueue } from "./flush-queue.js";
import type { PartitionLimits } from "./limits.js";
import type { Overlay } from "./overlay.js";
import type { StorePlan } from "./plan.js";
import type { Progress } from "./progress.js";
import { encodeRepair } from "./repair-header.js";
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
  readonly #epoch: number;
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
    this.#epoch = parts.mastership.epoch;
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
    if (this.#isFlushDue || this.#queue.length === 0 || this.#inFlight !== undefined || this.#holds > 0) return;
    this.#isFlushDue = true;
    this.#parts.flushes.add(this);
  }

  #send(batch: Batch): void {
    this.#parts.log
      .append(this.#records(batch))
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

  #records(batch: Batch): NewRecord[] {
    const { writer } = this.#parts;
    const { writes, number, time } = batch;
    const count = writes.length;
    const records: NewRecord[] = [];
    for (const call of batch.calls) {
      const end = call.firstWrite + call.writeCount;
      for (let index = call.firstWrite; index < end; index++) {
        const write = writes[index];
        if (write === undefined) continue;
        const headers =
          write.repaired !== undefined
            ? repairHeaders(write.repaired, { epoch: this.#epoch, batch: number, index, count, writer, time })
            : index === end - 1 && call.idempotency !== undefined
              ? this.#answerHeaders(call, call.idempotency, batch, index)
              : { epoch: this.#epoch, batch: number, index, count, writer, time };
        records.push({ topic: write.store.topic, key: write.serialized, value: write.value, headers });
      }
    }
    return records;
  }

  #answerHeaders(call: Call, { key, request }: Idempotency, batch: Batch, index: number): RecordHeaders {
    const { existed, reply, writeCount } = call;
    const answer = {
      fingerprint: request,
      existed,
      reply,
      time: this.#parts.retries.firstAttemptTime(call, batch.time),
      records: writeCount,
    };
    return {
      epoch: this.#epoch,
      batch: batch.number,
      index,
      count: batch.writes.length,
      writer: this.#parts.writer,
      time: batch.time,
      idempotencyKey: key,
      reply: encodeHeaderAnswer(answer),
    };
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
    const { progress, store, writer } = this.#parts;
    const { writes, number, time } = batch;
    const rows: RowChange[] = [];
    for (let at = 0; at < writes.length; at++) {
      const write = writes[at];
      const offset = offsets[at];
      if (write === undefined || offset === undefined) continue;
      const { store: plan, ordered } = write;
      rows.push({ store: plan.name, key: ordered, row: this.#row(write, offset, number, time) });
      progress.moveTo(plan.index, offset + 1n);
      progress.unshadow(plan.name, ordered);
    }
    progress.advance(this.#epoch, number, writer, writes.length - 1);
    progress.caughtUpTime = time;
    store.apply({ rows, answers: this.#answers(batch, offsets), checkpoint: progress.checkpoint() });
    this.#finish(batch, offsets);
  }

  #row(write: Write, offset: bigint, batch: number, time: number): StoredRow | undefined {
    if (write.value === null) return undefined;
    if (write.repaired !== undefined && write.repaired !== "absent") return write.repaired;
    return { value: write.value, offset, epoch: this.#epoch, batch, time };
  }

  #answers(batch: Batch, offsets: readonly bigint[]): IdempotencyEntry[] {
    const answers: IdempotencyEntry[] = [];
    for (const call of batch.calls) {
      if (call.idempotency === undefined || call.writeCount === 0) continue;
      answers.push({
        key: call.idempotency.key,
        time: this.#parts.retries.firstAttemptTime(call, batch.time),
        answer: encodeRemembered({
          fingerprint: call.idempotency.request,
          existed: call.existed,
          reply: call.reply,
          position: this.#position(call, batch, offsets),
        }),
      });
    }
    return answers;
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
        position: wrote ? this.#position(call, batch, offsets) : this.position(),
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

  #position(call: Call, batch: Batch, offsets: readonly bigint[]): Position {
    const { firstWrite, writeCount } = call;
    const topicOf = (at: number): string => batch.writes[at]?.store.topic ?? "";
    const offsetOf = (at: number): bigint => offsets[at] ?? 0n;
    return {
      partition: this.#parts.partition,
      epoch: this.#epoch,
      batch: batch.number,
      offsets:
        writeCount === 1
          ? [{ topic: topicOf(firstWrite), offset: offsetOf(firstWrite) + 1n }]
          : lastOffsets(
              Array.from({ length: writeCount }, (_, index) => ({
                topic: topicOf(firstWrite + index),
                offset: offsetOf(firstWrite + index),
              })),
            ),
    };
  }

  #undo(error: Error): void {
    const { inFlight, queued } = this.#abandon();
    this.#parts.owner.undone([...inFlight, ...queued], error);
  }
}

function repairHeaders(repaired: StoredRow | "absent", headers: RecordHeaders): RecordHeaders {
  return repaired === "absent"
    ? { ...headers, repair: encodeRepair({ epoch: 0, batch: 0, offset: 0n }) }
    : { ...headers, repair: encodeRepair(repaired), time: repaired.time };
}
