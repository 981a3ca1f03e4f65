/**
 * The life of a partition on this node: opens its memstore, becomes master, fences and reads its log, serves, and begins
 * again when another master has taken it, until it is stopped.
 */
import type { PartitionLog } from "../changelog/changelog.js";
import type { Mastership } from "../coordinator/coordinator.js";
import { type AffinityError, isAffinityError, stackOf } from "../core/errors.js";
import type { PartitionStore } from "../memstore/memstore.js";
import type { PartitionStatus } from "../state/access.js";
import { Backoff } from "./backoff.js";
import { catchUp, endsToReach } from "./catch-up.js";
import { Deadlines } from "./deadlines.js";
import { EpochCheck } from "./epoch-check.js";
import { isTopicReplaced, PartitionErrors } from "./errors.js";
import { LifeCycle, type PartitionState } from "./life-cycle.js";
import { Mailbox } from "./mailbox.js";
import { noLog } from "./no-log.js";
import type { PartitionParts } from "./partition-parts.js";
import type { Restored } from "./restore.js";
import { RestoreLag } from "./restore-lag.js";
import { Tenure, type TenureEnd } from "./tenure.js";

/** A changelog, or a registry that knows others' keys, that does not answer now may do so later. */
const passing: ReadonlySet<string> = new Set(["CHANGELOG_UNAVAILABLE", "REGISTRY_UNAVAILABLE", "PARTITION_NOT_MASTER"]);

/** What one mastership is made of. */
interface Promotion {
  readonly store: PartitionStore;
  readonly log: PartitionLog;
  readonly mastership: Mastership;
  readonly writer: bigint;
  readonly restored: Restored;
}

export class PartitionLife {
  readonly errors: PartitionErrors;
  readonly #parts: PartitionParts;
  readonly #cycle: LifeCycle;
  readonly #mailbox: Mailbox;
  readonly #deadlines: Deadlines;
  readonly #lag: RestoreLag;
  readonly #epochs: EpochCheck;
  readonly #stop = new AbortController();
  #done: Promise<void> = Promise.resolve();
  #store: PartitionStore | undefined;
  #tenure: Tenure | undefined;
  /** What is the matter with a topic of others. */
  #away: AffinityError | undefined;
  #epoch = 0;
  #isKilled = false;

  constructor(parts: PartitionParts) {
    this.#parts = parts;
    this.errors = new PartitionErrors(parts.plan.name, parts.partition);
    this.#cycle = new LifeCycle(this.errors.subject);
    this.#mailbox = new Mailbox(parts.limits);
    this.#deadlines = new Deadlines(parts.clock, (now) => this.#tenure?.sweep(now) ?? Number.POSITIVE_INFINITY);
    this.#lag = new RestoreLag(parts.clock);
    this.#epochs = new EpochCheck(this.errors, parts.onRival);
  }

  get state(): PartitionState {
    return this.#cycle.state;
  }

  /** Why it has failed. */
  get failure(): AffinityError | undefined {
    return this.#cycle.failure;
  }

  /** Why it has failed, or what it waits for. */
  get trouble(): AffinityError | undefined {
    return this.failure ?? this.#away;
  }

  /** Open from `opening` on. */
  get store(): PartitionStore | undefined {
    return this.#store;
  }

  /** The present mastership. */
  get tenure(): Tenure | undefined {
    return this.#tenure;
  }

  get status(): PartitionStatus {
    const { plan, partition } = this.#parts;
    const role = this.#tenure === undefined ? "standby" : "master";
    const { pace, records } = this.#lag;
    return {
      keyspace: plan.name,
      partition,
      role,
      state: this.state,
      epoch: this.#epoch,
      lagRecords: role === "master" ? 0n : records,
      ...(pace === undefined ? {} : { restore: pace }),
      ...this.#reason(),
    };
  }

  #reason(): { readonly reason?: string } {
    // As callers are told, since whoever asks whether the node is ready need not say who he is.
    if (this.failure !== undefined) return { reason: this.errors.notServing("failed", this.failure, false).detail };
    return this.#away === undefined ? {} : { reason: this.errors.waiting(this.#away).detail };
  }

  /** Resolves with the state as soon as it is one of `wanted`. */
  reached(...wanted: readonly PartitionState[]): Promise<PartitionState> {
    return this.#cycle.reached(...wanted);
  }

  /** Begins. Resolves when it serves for the first time. @throws what it failed with, or SHUTTING_DOWN. */
  async open(): Promise<void> {
    this.#done = this.#live();
    const state = await this.#cycle.reached("serving", "failed", "stopping");
    if (state === "serving") return;
    throw this.failure ?? this.errors.notServing(state, undefined, false);
  }

  /** See `Partition.stop`. */
  async stop(): Promise<void> {
    this.#stopping();
    await this.#done;
    if (this.#cycle.allows("stopped")) this.#cycle.to("stopped");
  }

  /** Makes `stop` end everything at once: accepted calls fail, and the memstore is not made persistent. */
  kill(): void {
    this.#isKilled = true;
    this.#tenure?.stop();
    this.#stopping();
  }

  #stopping(): void {
    if (this.#cycle.allows("stopping")) this.#cycle.to("stopping");
    this.#stop.abort(this.errors.notServing("stopping", undefined, false));
  }

  async #live(): Promise<void> {
    const { memstore, plan, partition, limits, clock, logger } = this.#parts;
    const { signal } = this.#stop;
    if (signal.aborted) return;
    const backoff = new Backoff(limits, clock);
    const stores = plan.stores.map(({ name }) => name);
    try {
      this.#store = await memstore.open({ keyspace: plan.name, partition, stores });
      while (!signal.aborted) {
        if (this.state !== "electing") this.#cycle.to("electing");
        const end = await this.#rule(this.#store);
        if (end === undefined || end.is === "broken") break;
        if (end.is === "away") {
          await this.#topicsAreThere(end.error);
          continue;
        }
        logger.warn({ keyspace: plan.name, partition, reason: end.error.message }, "asks for mastership again");
        await backoff.wait(signal);
      }
    } catch (error) {
      if (!signal.aborted) this.#fail(error);
    }
    this.#deadlines.stop();
    if (!this.#isKilled) await this.#store?.flush().catch((error: unknown) => this.#report(error, "a flush failed"));
  }

  /** One mastership, from the wait for it to its end. Returns undefined when the partition was stopped. */
  async #rule(store: PartitionStore): Promise<TenureEnd | undefined> {
    const { coordinator, changelog, plan, partition, random, topics } = this.#parts;
    const { signal } = this.#stop;
    const mastership = await coordinator.becomeMaster({ keyspace: plan.name, partition, signal });
    let log: PartitionLog | undefined;
    try {
      this.#epoch = mastership.epoch;
      this.#cycle.to("fencing");
      const writer = random.bits64();
      const own = plan.ownStores.map(({ topic }) => topic);
      const { epoch } = mastership;
      log = own.length === 0 ? noLog : await changelog.open({ topics: own, partition, epoch, writer });
      const { incarnations } = topics;
      const parts = { ...this.#parts, store, incarnations, errors: this.errors, lag: this.#lag, signal };
      const ends = await endsToReach(parts, await log.fence(signal));
      this.#cycle.to("restoring");
      const restored = await catchUp(parts, ends);
      this.#epochs.checkRival(restored.progress.epoch);
      const refusal = this.#epochs.refusal(restored.progress.epoch, epoch);
      if (refusal !== undefined) return { is: "deposed", error: refusal };
      const end = await this.#serve({ store, log, mastership, writer, restored });
      this.#epochs.checkRival(restored.progress.epoch);
      return end;
    } catch (error) {
      if (signal.aborted) return undefined;
      // Everything else would fail again.
      if (isTopicReplaced(error) && this.#parts.topics.has(error.topic)) return { is: "away", error };
      const mayPass = isAffinityError(error) && passing.has(error.code);
      if (!mayPass) throw error;
      return { is: "deposed", error };
    } finally {
      this.#tenure = undefined;
      await log?.close();
      await mastership.release();
    }
  }

  /** Resolves when the topics of others are there as they have to be, or the partition is stopped. */
  async #topicsAreThere(error: AffinityError): Promise<void> {
    const { topics, logger, plan, partition, limits, clock } = this.#parts;
    if (this.#cycle.allows("waiting")) this.#cycle.to("waiting");
    await topics.there(error, {
      backoff: new Backoff(limits, clock),
      signal: this.#stop.signal,
      onTrouble: (trouble) => {
        this.#away = this.errors.failure(trouble);
        logger.warn(
          { keyspace: plan.name, partition, reason: this.#away.message },
          "a topic that others write is not as it has to be; the partition serves again when it is",
        );
      },
    });
    this.#away = undefined;
  }

  async #serve(promotion: Promotion): Promise<TenureEnd | undefined> {
    const { signal } = this.#stop;
    signal.throwIfAborted();
    let onEnd: (end: TenureEnd | undefined) => void = () => undefined;
    const ended = new Promise<TenureEnd | undefined>((resolve) => {
      onEnd = resolve;
    });
    const tenure = new Tenure({
      ...this.#parts,
      ...promotion,
      errors: this.errors,
      mailbox: this.#mailbox,
      random: () => this.#parts.random.next(),
      dueAt: (deadline) => this.#deadlines.watch(deadline),
      onServing: (isServing) => this.#serving(isServing),
      onEnd: (end) => {
        this.#tenureEnded(end);
        onEnd(end);
      },
    });
    this.#tenure = tenure;
    const onStop = (): void => onEnd(undefined);
    signal.addEventListener("abort", onStop, { once: true });
    tenure.begin();
    const end = await ended;
    signal.removeEventListener("abort", onStop);
    if (end === undefined) await this.#drain(tenure);
    return end;
  }

  #serving(isServing: boolean): void {
    const next = isServing ? "serving" : "recovering";
    if (this.#cycle.allows(next)) this.#cycle.to(next);
  }

  // In the same turn, so that no call reaches a tenure that is over.
  #tenureEnded(end: TenureEnd): void {
    this.#tenure = undefined;
    if (end.is === "broken") this.#fail(end.error);
    else if (end.is === "away" && this.#cycle.allows("waiting")) {
      this.#away = end.error;
      this.#cycle.to("waiting");
    } else if (this.#cycle.allows("electing")) this.#cycle.to("electing");
  }

  /** Lets accepted calls end, for a while; then ends them. */
  async #drain(tenure: Tenure): Promise<void> {
    const { clock, limits } = this.#parts;
    await new Promise<void>((resolve) => {
      const timer = clock.after(limits.drainMs, resolve);
      void tenure.drained().then(() => {
        timer.cancel();
        resolve();
      });
    });
    tenure.stop();
  }

  #fail(error: unknown): void {
    const failure = this.errors.fatal(error);
    this.#report(isAffinityError(error) ? failure : error, "the partition cannot go on");
    if (this.#cycle.allows("failed")) this.#cycle.fail(failure);
  }

  #report(error: unknown, text: string): void {
    const { logger, plan, partition } = this.#parts;
    const stack = stackOf(error);
    logger.error({ keyspace: plan.name, partition, error: stack }, text);
  }
}
