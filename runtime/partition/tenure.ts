/**
 * One mastership of a partition: takes its calls and runs them one at a time in the order of their arrival, each answered
 * when all that it depends on is durable.
 */
import type { Changelog, PartitionLog } from "../changelog/changelog.js";
import type { Mastership } from "../coordinator/coordinator.js";
import type { Clock } from "../core/clock.js";
import { type AffinityError, isAffinityError, messageOf } from "../core/errors.js";
import type { Logger } from "../core/logger.js";
import type { PartitionStore } from "../memstore/memstore.js";
import type { Batch, Write } from "./batch.js";
import { type Call, type Outcome, RepairCall } from "./call.js";
import { CallEnds } from "./call-ends.js";
import { CallRunner, type CallRunnerOwner } from "./call-runner.js";
import { isTopicReplaced, type PartitionErrors } from "./errors.js";
import { ExternalTail } from "./external-tail.js";
import type { ExternalTopics } from "./external-topics.js";
import type { FlushQueue } from "./flush-queue.js";
import type { HandlerWatch } from "./handler-watch.js";
import type { PartitionLimits } from "./limits.js";
import { LogKeeper, type LogKeeperOwner } from "./log-keeper.js";
import type { Mailbox } from "./mailbox.js";
import { MessageRunner, type MessageRunnerOwner } from "./message-runner.js";
import { Overlay } from "./overlay.js";
import type { KeyspacePlan } from "./plan.js";
import { Repairs } from "./repairs.js";
import type { Restored } from "./restore.js";
import { Retries } from "./retries.js";
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
  readonly topics: ExternalTopics;
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

/**
 * Why a mastership is over: somebody else may be master, a topic of others is another one or gone, or the partition cannot go
 * on.
 */
export type TenureEnd =
  | { readonly is: "away"; readonly error: AffinityError }
  | { readonly is: "deposed"; readonly error: Error }
  | { readonly is: "broken"; readonly error: unknown };

export class Tenure implements WritePathOwner, CallRunnerOwner, MessageRunnerOwner, LogKeeperOwner {
  readonly #parts: TenureParts;
  readonly #retries: Retries;
  readonly #ends: CallEnds;
  readonly #repairs: Repairs;
  readonly #writePath: WritePath;
  readonly #messages: MessageRunner;
  readonly #runner: CallRunner;
  readonly #keeper: LogKeeper;
  readonly #tail: ExternalTail;
  readonly #onLost: () => void;
  #isPumping = false;
  #isEnded = false;
  #undoneBy = new Error("the changelog refused an append");

  constructor(parts: TenureParts) {
    this.#parts = parts;
    const { plan, restored, mastership, mailbox } = parts;
    const overlay = new Overlay(plan.stores.length);
    const retries = new Retries(parts);
    this.#retries = retries;
    this.#ends = new CallEnds(mailbox, retries);
    this.#repairs = new Repairs({ ...parts, overlay });
    this.#writePath = new WritePath({
      ...parts,
      stores: plan.stores,
      progress: restored.progress,
      overlay,
      retries,
      owner: this,
    });
    this.#messages = new MessageRunner(parts, this);
    this.#runner = new CallRunner(
      { ...parts, overlay, retries, repairs: this.#repairs, messages: this.#messages },
      this,
    );
    this.#keeper = new LogKeeper(parts, this);
    const complain = (error: Error): void =>
      this.#keeper.complain(error, "a topic that others write cannot be followed; it is asked again");
    this.#tail = new ExternalTail(parts, { complain, broken: (error) => this.broken(error) });
    this.#onLost = () => this.deposed("unknown", new Error("mastership was lost"));
    mastership.lost.addEventListener("abort", this.#onLost, { once: true });
  }

  /** Repairs what has to be, before any other call, and lets calls run. */
  begin(): void {
    this.#parts.onServing(true);
    this.#repairSoon();
    void this.#keeper.follow(this.#writePath);
    this.#tail.begin();
    this.idle();
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
    const { mailbox, errors } = this.#parts;
    const isDue = ({ deadline }: Call): boolean => deadline <= now;
    for (const call of mailbox.remove(isDue)) this.failed(call, errors.askTimeout(call, "not run"));
    let next = Number.POSITIVE_INFINITY;
    const visit = (call: Call): void => {
      if (!call.isAnswered && isDue(call)) call.refuseCaller(errors.askTimeout(call, "run"));
      else if (!call.isAnswered) next = Math.min(next, call.deadline);
      call.followers?.forEach(visit);
    };
    for (const call of this.#writePath.pending()) visit(call);
    this.#messages.expire(now);
    const run = this.#messages.running;
    if (run !== undefined) {
      visit(run.call);
      next = Math.min(next, run.deadline);
    }
    return Math.min(next, mailbox.earliest());
  }

  /** Resolves when every accepted call is settled. Nothing may be submitted meanwhile. */
  drained(): Promise<void> {
    return this.#ends.drained();
  }

  /** Ends the mastership for good; what is left gets SHUTTING_DOWN. */
  stop(): void {
    this.#end("unknown", (call, effect) => this.#parts.errors.drained(call, effect));
  }

  // -- running calls -------------------------------------------------------------------------------------------------

  #canRun(): boolean {
    return this.#messages.running === undefined && !this.#isPumping && !this.#keeper.isRecovering && !this.#isEnded;
  }

  /** Runs what waits, until a handler is under way. */
  idle(): void {
    if (!this.#canRun()) return;
    const { mailbox, clock, errors } = this.#parts;
    this.#isPumping = true;
    const now = clock.monotonic();
    while (this.#messages.running === undefined && !this.#keeper.isRecovering && !this.#isEnded) {
      const call = mailbox.shift();
      if (call === undefined) break;
      if (call.deadline <= now) this.failed(call, errors.askTimeout(call, "not run"));
      else this.#run(call);
    }
    this.#isPumping = false;
  }

  #run(call: Call): void {
    if (call.signal?.aborted === true) {
      this.failed(call, this.#parts.errors.askTimeout(call, "not run"));
      return;
    }
    call.phase = "running";
    try {
      this.#runner.run(call);
    } catch (error) {
      // What the memstore throws, as on a broken disk; the call has not joined a batch.
      const { errors } = this.#parts;
      this.#keeper.complain(error instanceof Error ? error : new Error(messageOf(error)), "a call failed");
      this.failed(
        call,
        isAffinityError(error) ? error : errors.make("INTERNAL", messageOf(error), { applied: "no", cause: error }),
      );
    }
  }

  #repairSoon(): void {
    if (!this.#isEnded && this.#repairs.request()) this.idle();
  }

  // -- what becomes of calls -----------------------------------------------------------------------------------------

  /** A call has run; its writes join the next append. */
  wrote(call: Call, writes: readonly Write[], bytes: number): void {
    this.#retries.begin(call);
    this.#writePath.join(call, writes, bytes);
  }

  /** A call has run and wrote nothing: it is answered as soon as what it read is durable. */
  concluded(call: Call, newest: Batch | undefined): void {
    if (newest !== undefined) this.#writePath.hold(call, newest);
    else if (this.mayAnswer()) {
      const { existed, reply } = call;
      this.settle(call, { position: this.#writePath.position(), wrote: false, existed, reply });
    } else if (call.phase !== "settled") this.failed(call, this.#parts.errors.notMaster(call, "no"));
  }

  failed(call: Call, error: AffinityError): void {
    this.#ends.fail(call, error);
  }

  ranInVain(call: Call): void {
    this.failed(call, this.#parts.errors.unavailable(call, this.#undoneBy));
  }

  /** What became of a call is known; what it wrote is durable and applied. */
  settle(call: Call, outcome: Outcome): void {
    this.#ends.settle(call, outcome);
    // A repair is bounded like every call; what it left is the next one's.
    if (call instanceof RepairCall && call.writeCount > 0) this.#repairSoon();
  }

  // -- what becomes of appends, and of the mastership ----------------------------------------------------------------

  undone(calls: readonly Call[], error: Error): void {
    this.#undoneBy = error;
    this.#keeper.complain(error, "the changelog refused an append; it is undone, with all that ran on top of it");
    const { errors } = this.#parts;
    const isOver = isTopicReplaced(error);
    for (const call of calls)
      this.failed(call, isOver ? errors.broken(call, "no", error) : errors.unavailable(call, error));
    if (isOver) this.broken(error);
  }

  outcomeUnknown(error: Error): void {
    if (isTopicReplaced(error)) {
      this.broken(error);
      return;
    }
    void this.#keeper.recover(this.#writePath, error);
    this.#parts.onServing(false);
  }

  recovered(): void {
    this.#parts.onServing(true);
    this.#repairSoon();
    this.idle();
  }

  readGap(ends: readonly bigint[], then: () => void): void {
    void this.#keeper.readGap(ends, then);
  }

  readOn(): void {
    this.#repairSoon();
  }

  deposed(inFlight: "no" | "unknown", error: Error): void {
    if (this.#isEnded) return;
    const { errors, logger, plan, partition, mastership } = this.#parts;
    logger.warn(
      { keyspace: plan.name, partition, epoch: mastership.epoch, reason: error.message },
      "the partition steps down: another node may be its master",
    );
    const effect = this.#keeper.isRecovering ? "unknown" : inFlight;
    this.#end(effect, (call, applied) => errors.notMaster(call, applied));
    this.#parts.onEnd({ is: "deposed", error });
  }

  broken(error: unknown): void {
    if (this.#isEnded) return;
    const { topics, errors } = this.#parts;
    if (isTopicReplaced(error) && topics.has(error.topic)) {
      this.#end("unknown", (call, applied) => errors.topicAway(call, applied, error));
      this.#parts.onEnd({ is: "away", error });
      return;
    }
    this.#end("unknown", (call, applied) => this.#parts.errors.broken(call, applied, error));
    this.#parts.onEnd({ is: "broken", error });
  }

  #end(inFlight: "no" | "unknown", errorFor: (call: Call, effect: "no" | "unknown") => AffinityError): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    const { mailbox, mastership } = this.#parts;
    this.#keeper.end();
    this.#tail.end();
    mastership.lost.removeEventListener("abort", this.#onLost);
    const left = this.#writePath.end();
    for (const call of left.inFlight) this.failed(call, errorFor(call, call.writeCount > 0 ? inFlight : "no"));
    for (const call of left.queued) this.failed(call, errorFor(call, "no"));
    const running = this.#messages.abandon();
    if (running !== undefined) this.failed(running, errorFor(running, "no"));
    for (const call of mailbox.remove(() => true)) this.failed(call, errorFor(call, "no"));
  }
}
