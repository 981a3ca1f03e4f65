/**
 * One mastership of a partition: runs its calls one at a time in the order of their arrival, keeps each answer until all
 * that it depends on is durable, and finds out what became of appends with an unknown outcome.
 */
import type { Changelog, LogRecord, PartitionLog } from "../changelog/changelog.js";
import type { Mastership } from "../coordinator/coordinator.js";
import type { Clock, Timer } from "../core/clock.js";
import { type AffinityError, assert, isAffinityError, messageOf } from "../core/errors.js";
import type { Logger } from "../core/logger.js";
import type { PartitionStore } from "../memstore/memstore.js";
import { Backoff } from "./backoff.js";
import { type Batch, Write } from "./batch.js";
import { type Call, HeldRead, MessageCall, type Outcome, RepairCall, WriteCall } from "./call.js";
import { unmetCondition } from "./conditions.js";
import type { PartitionErrors } from "./errors.js";
import type { FlushQueue } from "./flush-queue.js";
import { HandlerRun, type HandlerRunParts } from "./handler-run.js";
import type { HandlerWatch } from "./handler-watch.js";
import type { PartitionLimits } from "./limits.js";
import type { Mailbox } from "./mailbox.js";
import { Overlay } from "./overlay.js";
import type { KeyspacePlan, StorePlan } from "./plan.js";
import type { Restored } from "./restore.js";
import { Retries } from "./retries.js";
import { View } from "./view.js";
import { WritePath, type WritePathOwner } from "./write-path.js";

export interface TenureParts {
  readonly plan: KeyspacePlan;
  readonly partition: number;
  readonly limits: PartitionLimits;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly errors: PartitionErrors;
  readonly flushes: FlushQueue;
  readonly changelog: Changelog;
  readonly store: PartitionStore;
  readonly mailbox: Mailbox;
  readonly log: PartitionLog;
  readonly mastership: Mastership;
  readonly writer: bigint;
  readonly restored: Restored;
  readonly random: () => number;
  readonly watch: HandlerWatch;
  /** Sees to it that `sweep` runs at this time of the monotonic clock. */
  readonly dueAt: (deadline: number) => void;
  /** Whether the partition answers, now that it does or does not know its own log. */
  readonly onServing: (isServing: boolean) => void;
  /** Called once, when the mastership is over other than by `stop`. */
  readonly onEnd: (end: TenureEnd) => void;
}

/** Why a mastership is over: somebody else may be master, or the partition cannot go on. */
export type TenureEnd =
  | { readonly is: "deposed"; readonly error: Error }
  | { readonly is: "broken"; readonly error: unknown };

export class Tenure implements WritePathOwner {
  readonly #parts: TenureParts;
  readonly #runParts: HandlerRunParts;
  readonly #overlay: Overlay;
  readonly #retries: Retries;
  readonly #writePath: WritePath;
  readonly #stop = new AbortController();
  readonly #onLost: () => void;
  #running: HandlerRun | undefined;
  #isPumping = false;
  #isRecovering = false;
  #isRepairDue = false;
  #isEnded = false;
  #onIdle: (() => void) | undefined;
  #idleTimer: Timer | undefined;
  #undoneBy: Error | undefined;
  #complainedAt = Number.NEGATIVE_INFINITY;

  constructor(parts: TenureParts) {
    this.#parts = parts;
    const { plan, partition, limits, errors, logger, clock, store, restored, mastership } = parts;
    this.#runParts = { plan, partition, limits, errors, logger, random: parts.random };
    this.#overlay = new Overlay(plan.stores.length);
    this.#retries = new Retries({ store, limits, clock, errors });
    this.#writePath = new WritePath({
      ...parts,
      stores: plan.stores,
      progress: restored.progress,
      overlay: this.#overlay,
      retries: this.#retries,
      owner: this,
    });
    this.#onLost = () => this.deposed("unknown", new Error("mastership was lost"));
    mastership.lost.addEventListener("abort", this.#onLost, { once: true });
  }

  /** Repairs what has to be, before any other call, and lets calls run. */
  begin(): void {
    this.#parts.onServing(true);
    this.#repairSoon();
    this.#lookLater();
    this.#pump();
  }

  /** Whether an answer that carries something read may be given in this turn; ends the mastership when not. */
  mayAnswer(): boolean {
    if (this.#parts.mastership.isValid()) return !this.#isEnded;
    this.deposed("unknown", new Error("the lease is over"));
    return false;
  }

  /** Takes a call; it is settled or failed later, or at once. */
  submit(call: Call): void {
    const { mailbox, errors, limits } = this.#parts;
    if (!mailbox.admit(call)) {
      call.fail(errors.mailboxFull(call, limits.mailboxLimit));
      return;
    }
    this.#parts.dueAt(call.deadline);
    if (this.#canRun() && mailbox.waiting === 0) this.#run(call);
    else mailbox.push(call);
  }

  /** Ends what is due at `now`; returns the next deadline. */
  sweep(now: number): number {
    const { mailbox, errors, limits } = this.#parts;
    let next = Number.POSITIVE_INFINITY;
    let isAnyDue = false;
    mailbox.each((call) => {
      if (call.deadline <= now) isAnyDue = true;
      else if (call.deadline < next) next = call.deadline;
    });
    if (isAnyDue)
      for (const call of mailbox.remove(({ deadline }) => deadline <= now))
        this.#fail(call, errors.askTimeout(call, "not run"));
    const visit = (call: Call): void => {
      if (!call.isAnswered) {
        if (call.deadline <= now) call.refuseCaller(errors.askTimeout(call, "run"));
        else if (call.deadline < next) next = call.deadline;
      }
      call.followers?.forEach(visit);
    };
    for (const call of this.#writePath.pending()) visit(call);
    const run = this.#running;
    if (run !== undefined) {
      if (run.deadline <= now) {
        this.#leave(run, `took longer than ${limits.handlerTimeoutMs} ms`);
        this.#fail(run.call, errors.handlerTimeout(run.call.message.name, limits.handlerTimeoutMs));
        this.#pump();
        if (this.#running !== undefined) next = Math.min(next, this.#running.deadline, this.#running.call.deadline);
      } else {
        visit(run.call);
        next = Math.min(next, run.deadline);
      }
    }
    return next;
  }

  /** Resolves when every accepted call is settled. Nothing may be submitted meanwhile. */
  drained(): Promise<void> {
    if (this.#parts.mailbox.open === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onIdle = resolve;
    });
  }

  /** Ends the mastership for good; what is left gets SHUTTING_DOWN. */
  stop(): void {
    const { errors } = this.#parts;
    this.#end("unknown", (call, effect) => errors.drained(call, effect));
  }

  // -- what the write path tells -------------------------------------------------------------------------------------

  settle(call: Call, outcome: Outcome): void {
    this.#retries.end(call);
    if (call.refusal === undefined) call.settle(outcome);
    else call.fail(call.refusal);
    this.#release(call);
    // A repair is bounded like every call; what it left is the next one's.
    if (call instanceof RepairCall && call.writeCount > 0) this.#repairSoon();
  }

  undone(calls: readonly Call[], error: Error): void {
    this.#undoneBy = error;
    this.#complain(error, "the changelog refused an append; what it held and what ran on top of it is undone");
    for (const call of calls) this.#fail(call, this.#parts.errors.unavailable(call, error));
  }

  outcomeUnknown(error: Error): void {
    this.#isRecovering = true;
    this.#parts.onServing(false);
    this.#complain(error, "an append has an unknown outcome; the partition answers nothing until it knows its log");
    void this.#recover(error);
  }

  readGap(ends: readonly bigint[], then: () => void): void {
    const { restored, mastership } = this.#parts;
    void this.#persist(async (signal) => {
      await restored.reader.readTo({ ends, signal });
      // Behind the record of a later master ours is late, and every reader ignores it.
      if (restored.progress.epoch > mastership.epoch) this.#overtaken("no");
      else then();
      this.#repairSoon();
    });
  }

  deposed(inFlight: "no" | "unknown", error: Error): void {
    if (this.#isEnded) return;
    const { errors, logger, plan, partition, mastership } = this.#parts;
    logger.warn(
      { keyspace: plan.name, partition, epoch: mastership.epoch, reason: error.message },
      "the partition steps down: another node may be its master",
    );
    this.#end(this.#isRecovering ? "unknown" : inFlight, (call, effect) => errors.notMaster(call, effect));
    this.#parts.onEnd({ is: "deposed", error });
  }

  broken(error: unknown): void {
    if (this.#isEnded) return;
    const { errors } = this.#parts;
    this.#end("unknown", (call, effect) =>
      errors.make("INTERNAL", "the partition failed; see the log", {
        cause: error,
        ...(call.isWrite ? { applied: effect } : {}),
      }),
    );
    this.#parts.onEnd({ is: "broken", error });
  }

  // -- running calls -------------------------------------------------------------------------------------------------

  #canRun(): boolean {
    return this.#running === undefined && !this.#isPumping && !this.#isRecovering && !this.#isEnded;
  }

  #pump(): void {
    if (!this.#canRun()) return;
    const { mailbox, clock, errors } = this.#parts;
    this.#isPumping = true;
    const now = clock.monotonic();
    while (this.#running === undefined && !this.#isRecovering && !this.#isEnded) {
      const call = mailbox.shift();
      if (call === undefined) break;
      if (call.deadline <= now) this.#fail(call, errors.askTimeout(call, "not run"));
      else this.#run(call);
    }
    this.#isPumping = false;
  }

  #run(call: Call): void {
    if (call.signal?.aborted === true) {
      this.#fail(call, this.#parts.errors.askTimeout(call, "not run"));
      return;
    }
    call.phase = "running";
    try {
      this.#dispatch(call);
    } catch (error) {
      // What the memstore throws, as on a broken disk; the call has not joined a batch.
      this.#complain(error instanceof Error ? error : new Error(messageOf(error)), "a call failed");
      this.#fail(call, refusalOf(error, this.#parts.errors));
    }
  }

  #dispatch(call: Call): void {
    if (call.idempotency !== undefined && call.isWrite && !this.#isFirstAttempt(call)) return;
    if (call instanceof WriteCall) this.#runWrite(call);
    else if (call instanceof MessageCall) this.#runMessage(call);
    else if (call instanceof RepairCall) this.#runRepair(call);
    else if (call instanceof HeldRead) this.#conclude(call, undefined);
  }

  #isFirstAttempt(call: Call): boolean {
    if (call.idempotency === undefined) return true;
    const verdict = this.#retries.verdict(call.idempotency);
    switch (verdict.is) {
      case "first":
        return true;
      case "refused":
        this.#fail(call, verdict.error);
        return false;
      case "pending":
        call.phase = "held";
        verdict.attempt.followers ??= [];
        verdict.attempt.followers.push(call);
        return false;
      case "answered": {
        // It tells what was durable long ago, and so needs no lease.
        const { position, existed, reply } = verdict.answer;
        this.settle(call, { position, wrote: true, existed, reply });
        return false;
      }
    }
  }

  #runWrite(call: WriteCall): void {
    const { plan, limits, errors, store } = this.#parts;
    const exposed = plan.exposed;
    if (exposed === undefined) {
      this.#fail(call, errors.make("ROUTE_NOT_FOUND", `${plan.name} has no store of its own name`, { applied: "no" }));
      return;
    }
    const { address, value, conditions } = call;
    const view = new View(store, this.#overlay);
    const seen = view.get(exposed, address.ordered);
    call.existed = seen !== undefined;
    const unmet = unmetCondition(conditions, seen);
    if (unmet !== undefined) this.#refuse(call, view, errors.conditionFailed(unmet));
    else if (call.bytes > limits.maxCallBytes)
      this.#fail(call, errors.callTooLarge(`the write has ${call.bytes} bytes`, `${limits.maxCallBytes} bytes`));
    else if (value === null && seen === undefined) this.#conclude(call, view.newest);
    else {
      this.#retries.begin(call);
      this.#writePath.join(call, [new Write(exposed, address, value)], call.bytes);
    }
  }

  #runMessage(call: MessageCall): void {
    const { plan, limits, clock, store, errors, watch } = this.#parts;
    const view = new View(store, this.#overlay);
    const { ifMatch, ifNoneMatch } = call.conditions;
    if ((ifMatch !== undefined || ifNoneMatch !== undefined) && plan.exposed !== undefined) {
      const unmet = unmetCondition(call.conditions, view.get(plan.exposed, call.address.ordered));
      if (unmet !== undefined) {
        this.#refuse(call, view, errors.conditionFailed(unmet));
        return;
      }
    }
    const deadline = clock.monotonic() + limits.handlerTimeoutMs;
    let run: HandlerRun;
    try {
      run = new HandlerRun(this.#runParts, call, view, clock.now(), deadline);
    } catch (error) {
      this.#fail(call, refusalOf(error, errors));
      return;
    }
    this.#running = run;
    watch.started(call.message.index, call.address.serialized);
    let result: unknown;
    try {
      result = run.start();
    } catch (error) {
      this.#finishThrown(run, error);
      return;
    }
    if (isThenable(result)) {
      this.#parts.dueAt(deadline);
      Promise.resolve(result).then(
        (value) => this.#finish(run, value),
        (error: unknown) => this.#finishThrown(run, error),
      );
    } else this.#finish(run, result);
  }

  #finish(run: HandlerRun, value: unknown): void {
    if (this.#running !== run) return;
    const { limits, errors } = this.#parts;
    const { call, view } = run;
    this.#leave(run, "had returned");
    try {
      call.reply = run.encodeReply(value);
    } catch (error) {
      this.#failHandler(call, refusalOf(error, errors));
      this.#pump();
      return;
    }
    const writes = run.writes();
    const replyBytes = call.reply?.length ?? 0;
    if (view.isUndone) this.#fail(call, errors.unavailable(call, this.#undoneBy ?? new Error("undone")));
    else if (writes.length > 0 && call.idempotency !== undefined && replyBytes > limits.maxReplyBytes)
      this.#fail(
        call,
        errors.callTooLarge(
          `the reply of ${call.message.name} has ${replyBytes} bytes, and with an idempotency key it is remembered`,
          `${limits.maxReplyBytes} bytes`,
        ),
      );
    else if (writes.length > 0) {
      this.#retries.begin(call);
      this.#writePath.join(call, writes, run.bytes);
    } else this.#conclude(call, view.newest);
    this.#pump();
  }

  #finishThrown(run: HandlerRun, thrown: unknown): void {
    if (this.#running !== run) return;
    this.#leave(run, "had returned");
    const error = run.failure(thrown);
    if (error.code === "HANDLER_FAILED") this.#failHandler(run.call, error);
    else if (run.view.isUndone)
      this.#fail(run.call, this.#parts.errors.unavailable(run.call, this.#undoneBy ?? new Error("undone")));
    else this.#refuse(run.call, run.view, error);
    this.#pump();
  }

  #failHandler(call: MessageCall, error: AffinityError): void {
    const { logger, plan, partition } = this.#parts;
    const { cause } = error;
    logger.error(
      {
        keyspace: plan.name,
        partition,
        message: call.message.name,
        error: cause instanceof Error ? (cause.stack ?? cause.message) : messageOf(cause),
      },
      error.message,
    );
    this.#fail(call, error);
  }

  #leave(run: HandlerRun, reason: string): void {
    this.#running = undefined;
    this.#parts.watch.ended();
    run.revoke(reason);
  }

  #refuse(call: Call, view: View, error: AffinityError): void {
    call.refusal = error;
    this.#conclude(call, view.newest);
  }

  /** Answers a call that wrote nothing, as soon as what it read is durable. */
  #conclude(call: Call, newest: Batch | undefined): void {
    if (newest !== undefined) this.#writePath.hold(call, newest);
    else if (this.mayAnswer())
      this.settle(call, {
        position: this.#writePath.position(),
        wrote: false,
        existed: call.existed,
        reply: call.reply,
      });
    else if (call.phase !== "settled") this.#fail(call, this.#parts.errors.notMaster(call, "no"));
  }

  #fail(call: Call, error: AffinityError): void {
    this.#retries.end(call);
    call.fail(error);
    this.#release(call);
  }

  #release(call: Call): void {
    const { mailbox } = this.#parts;
    mailbox.release(call);
    if (mailbox.open === 0 && this.#onIdle !== undefined) {
      this.#onIdle();
      this.#onIdle = undefined;
    }
  }

  // -- repairs -------------------------------------------------------------------------------------------------------

  /** Puts a repair into the queue when there is something to repair. */
  #repairSoon(): void {
    if (this.#isRepairDue || this.#isEnded || this.#parts.restored.progress.shadowed.size === 0) return;
    this.#isRepairDue = true;
    const call = new RepairCall();
    this.#parts.mailbox.admitAlways(call);
    if (this.#canRun() && this.#parts.mailbox.waiting === 0) this.#run(call);
    else this.#parts.mailbox.pushFirst(call);
  }

  #runRepair(call: RepairCall): void {
    const { plan, restored, store, limits } = this.#parts;
    this.#isRepairDue = false;
    const writes: Write[] = [];
    let bytes = 0;
    for (const name of restored.progress.shadowed) {
      const at = name.indexOf("\0");
      const [storeName, ordered] = [name.slice(0, at), name.slice(at + 1)];
      const target = plan.stores.find((candidate) => candidate.name === storeName);
      // A newer write that is pending will stand behind the ignored record by itself.
      if (target === undefined || this.#overlay.get(target.index, ordered) !== undefined) continue;
      const write = repairOf(target, ordered, store, this.#parts.partition);
      if (writes.length >= limits.maxCallRecords || bytes + write.bytes > limits.maxCallBytes) {
        if (writes.length > 0) break;
      }
      writes.push(write);
      bytes += write.bytes;
    }
    if (writes.length > 0) this.#writePath.join(call, writes, bytes);
    else this.#conclude(call, undefined);
  }

  // -- finding out ---------------------------------------------------------------------------------------------------

  async #recover(unknown: Error): Promise<void> {
    const { log, plan, restored, mastership, partition, logger, writer } = this.#parts;
    const found = new Map<number, bigint>();
    const number = this.#writePath.inFlight?.number;
    const onRecord = (_store: StorePlan, { headers, offset }: LogRecord, isApplied: boolean): void => {
      if (!isApplied || headers?.epoch !== mastership.epoch || headers.batch !== number) return;
      if (headers.writer === writer) found.set(headers.index, offset);
    };
    await this.#persist(async (signal) => {
      const fenced = await log.fence(signal);
      const ends = plan.stores.map(({ topic, index }) => fenced.get(topic) ?? restored.progress.offset(index));
      await restored.reader.readTo({ ends, signal, onRecord });
      if (this.#isEnded) return;
      if (restored.progress.epoch > mastership.epoch) {
        this.#overtaken("unknown");
        return;
      }
      const count = this.#writePath.inFlight?.writes.length ?? 0;
      const offsets = Array.from({ length: count }, (_, index) => found.get(index));
      const isThere = offsets.every((offset) => offset !== undefined);
      assert(isThere || found.size === 0, "an append is in the log whole or not at all");
      this.#isRecovering = false;
      logger.info(
        { keyspace: plan.name, partition, epoch: mastership.epoch, batch: number },
        `the append of unknown outcome is ${isThere ? "in the log" : "not in the log and never will be"}`,
      );
      this.#writePath.resolveUnknown(isThere ? offsets : undefined, unknown);
      if (this.#isEnded) return;
      this.#parts.onServing(true);
      this.#repairSoon();
      this.#pump();
    });
  }

  #overtaken(inFlight: "no" | "unknown"): void {
    const { restored, mastership } = this.#parts;
    this.deposed(inFlight, new Error(`the log holds epoch ${restored.progress.epoch}, above ${mastership.epoch}`));
  }

  /** Runs something that needs the changelog until it has succeeded, the changelog's silence apart. */
  async #persist(run: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const { limits, clock } = this.#parts;
    const backoff = new Backoff(limits, clock);
    const { signal } = this.#stop;
    for (;;) {
      try {
        await run(signal);
        return;
      } catch (error) {
        if (this.#isEnded) return;
        if (isAffinityError(error) && error.code === "PARTITION_NOT_MASTER") {
          this.deposed("unknown", error);
          return;
        }
        if (!isAffinityError(error) || error.code !== "CHANGELOG_UNAVAILABLE") {
          this.broken(error);
          return;
        }
        this.#complain(error, "the changelog does not answer; it is asked again");
      }
      if (!(await backoff.wait(signal))) return;
    }
  }

  /** Once in a while a master without writes looks whether somebody else wrote to its log. */
  #lookLater(): void {
    const { clock, limits, random } = this.#parts;
    // Partitions that were opened together shall not look together.
    const waitMs = limits.idleLookMs * (0.5 + random() / 2);
    this.#idleTimer = clock.after(waitMs, () => void this.#look(), { unref: true });
  }

  async #look(): Promise<void> {
    if (this.#writePath.isIdle && !this.#isRecovering) {
      this.#writePath.pause();
      await this.#persist((signal) => this.#readToEnd(signal));
      this.#writePath.resume();
    }
    this.#repairSoon();
    if (!this.#isEnded) this.#lookLater();
  }

  async #readToEnd(signal: AbortSignal): Promise<void> {
    const { changelog, plan, partition, restored, mastership } = this.#parts;
    const { progress, reader } = restored;
    const ends = await Promise.all(
      plan.stores.map(async ({ topic, index }) => {
        const fromOffset = progress.offset(index);
        return (await changelog.read({ topic, partition, fromOffset, maxBytes: 1, signal })).endOffset;
      }),
    );
    if (ends.every((end, index) => end <= progress.offset(index))) return;
    await reader.readTo({ ends, signal });
    if (progress.epoch > mastership.epoch) this.#overtaken("no");
    else this.#repairSoon();
  }

  // -- the end -------------------------------------------------------------------------------------------------------

  #end(inFlight: "no" | "unknown", errorFor: (call: Call, effect: "no" | "unknown") => AffinityError): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#stop.abort();
    this.#idleTimer?.cancel();
    this.#parts.mastership.lost.removeEventListener("abort", this.#onLost);
    const left = this.#writePath.end();
    for (const call of left.inFlight) this.#fail(call, errorFor(call, call.writeCount > 0 ? inFlight : "no"));
    for (const call of left.queued) this.#fail(call, errorFor(call, "no"));
    const run = this.#running;
    if (run !== undefined) {
      this.#leave(run, "lost its partition");
      this.#fail(run.call, errorFor(run.call, "no"));
    }
    for (const call of this.#parts.mailbox.remove(() => true)) this.#fail(call, errorFor(call, "no"));
  }

  /** Warns, at most once a second. */
  #complain(error: Error, text: string): void {
    const { clock, logger, plan, partition, mastership } = this.#parts;
    const now = clock.monotonic();
    if (now - this.#complainedAt < 1_000) return;
    this.#complainedAt = now;
    logger.warn({ keyspace: plan.name, partition, epoch: mastership.epoch, reason: error.message }, text);
  }
}

function repairOf(target: StorePlan, ordered: string, store: PartitionStore, partition: number): Write {
  const row = store.get(target.name, ordered);
  const { serialized } = target.keys.addressOf(ordered, partition);
  return new Write(target, { serialized, ordered }, row?.value ?? null, row ?? "absent");
}

function refusalOf(error: unknown, errors: PartitionErrors): AffinityError {
  if (isAffinityError(error)) return error;
  return errors.make("INTERNAL", messageOf(error), { applied: "no", cause: error });
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
