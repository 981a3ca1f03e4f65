/**
 * One partition of a keyspace over all its stores, on the node that is its master or wants to be.
 *
 * Its life, and plain reads, are here; how calls run under one mastership is in `tenure.ts`, how a write becomes durable in
 * `write-path.ts`, what a handler may do in `handler-run.ts`.
 */
import type { Changelog, PartitionLog } from "../changelog/changelog.js";
import type { Coordinator, Mastership } from "../coordinator/coordinator.js";
import type { Clock } from "../core/clock.js";
import { AffinityError, isAffinityError, messageOf } from "../core/errors.js";
import type { Logger } from "../core/logger.js";
import type { Random } from "../core/random.js";
import type {
  KeyedRow,
  MemSnapshot,
  MemStore,
  OrderedKey,
  PartitionStore,
  RangeRequest,
  StoredRow,
} from "../memstore/memstore.js";
import type {
  CallOptions,
  KeyAddress,
  MessageAnswer,
  PartitionStatus,
  WriteAnswer,
  WriteOptions,
} from "../state/access.js";
import { Backoff } from "./backoff.js";
import { type Call, HeldRead, MessageCall, WriteCall } from "./call.js";
import { Deadlines } from "./deadlines.js";
import { PartitionErrors } from "./errors.js";
import type { FlushQueue } from "./flush-queue.js";
import type { HandlerWatch } from "./handler-watch.js";
import { LifeCycle, type PartitionState } from "./life-cycle.js";
import type { PartitionLimits } from "./limits.js";
import { Mailbox } from "./mailbox.js";
import type { KeyspacePlan, MessagePlan } from "./plan.js";
import type { Progress } from "./progress.js";
import { type Restored, restore } from "./restore.js";
import { Tenure, type TenureEnd } from "./tenure.js";
import type { Turns } from "./turns.js";

export interface PartitionParts {
  readonly plan: KeyspacePlan;
  readonly partition: number;
  readonly changelog: Changelog;
  readonly memstore: MemStore;
  readonly coordinator: Coordinator;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly limits: PartitionLimits;
  readonly turns: Turns;
  readonly flushes: FlushQueue;
  readonly watch: HandlerWatch;
  /** By topic, the incarnation that it has now. */
  readonly incarnations: { readonly [topic: string]: string };
  /** How long the log keeps tombstones, ms. */
  readonly tombstoneMs: number;
}

/** How often a partition asks for mastership again whose epoch is not above the log's. */
const epochAttempts = 3;

export class Partition {
  readonly #parts: PartitionParts;
  readonly #errors: PartitionErrors;
  readonly #life: LifeCycle;
  readonly #mailbox: Mailbox;
  readonly #deadlines: Deadlines;
  readonly #stop = new AbortController();
  readonly #storeName: string | undefined;
  #done: Promise<void> = Promise.resolve();
  #store: PartitionStore | undefined;
  #tenure: Tenure | undefined;
  #progress: Progress | undefined;
  #ends: readonly bigint[] = [];
  #epoch = 0;
  #epochsBelow = 0;
  #isKilled = false;

  constructor(parts: PartitionParts) {
    this.#parts = parts;
    this.#errors = new PartitionErrors(parts.plan.name, parts.partition);
    this.#life = new LifeCycle(this.#errors.subject);
    this.#mailbox = new Mailbox(parts.limits);
    this.#deadlines = new Deadlines(parts.clock, (now) => this.#tenure?.sweep(now) ?? Number.POSITIVE_INFINITY);
    this.#storeName = parts.plan.exposed?.name;
  }

  get state(): PartitionState {
    return this.#life.state;
  }

  /** Why it has failed. */
  get failure(): AffinityError | undefined {
    return this.#life.failure;
  }

  /** Resolves with the state as soon as it is one of `wanted`. */
  reached(...wanted: readonly PartitionState[]): Promise<PartitionState> {
    return this.#life.reached(...wanted);
  }

  /** Begins its life. Resolves when it serves for the first time. @throws what it failed with, or SHUTTING_DOWN. */
  async open(): Promise<void> {
    this.#done = this.#live();
    const state = await this.#life.reached("serving", "failed", "stopping");
    if (state === "serving") return;
    throw this.failure ?? this.#errors.notServing(state, undefined, false);
  }

  // -- reads ---------------------------------------------------------------------------------------------------------

  /** A committed row of the store that is named like the keyspace. */
  get(key: OrderedKey, options: CallOptions): StoredRow | undefined | Promise<StoredRow | undefined> {
    if (this.mayRead() && this.#store !== undefined && this.#storeName !== undefined)
      return this.#store.get(this.#storeName, key);
    return this.#getLater(key, options);
  }

  /** Whether committed rows may be read in this turn. */
  mayRead(): boolean {
    return this.#life.state === "serving" && this.#tenure?.mayAnswer() === true;
  }

  /** Resolves when rows may be read, which has to be asked again then. @throws what a call would be told now. */
  async readable(options: CallOptions): Promise<void> {
    if (this.mayRead()) return;
    const call = new HeldRead(options, this.#now());
    this.#submit(call);
    await call.promise;
  }

  /** Committed rows, in the turn in which `mayRead` was asked. */
  range(request: Omit<RangeRequest, "store">): readonly KeyedRow[] {
    if (this.#store === undefined || this.#storeName === undefined) return [];
    return this.#store.range({ ...request, store: this.#storeName });
  }

  /** A frozen view of the committed rows, in the turn in which `mayRead` was asked; must be closed. */
  snapshot(): MemSnapshot {
    if (this.#store === undefined) throw this.#refusal(false);
    return this.#store.snapshot();
  }

  // -- writes and messages -------------------------------------------------------------------------------------------

  put(address: KeyAddress, value: Uint8Array, options: WriteOptions): Promise<WriteAnswer> {
    const call = new WriteCall(address, value, options, this.#now());
    this.#submit(call);
    return call.promise;
  }

  delete(address: KeyAddress, options: WriteOptions): Promise<WriteAnswer> {
    const call = new WriteCall(address, null, options, this.#now());
    this.#submit(call);
    return call.promise;
  }

  call(
    address: KeyAddress,
    message: MessagePlan,
    request: Uint8Array | undefined,
    options: WriteOptions,
  ): Promise<MessageAnswer> {
    const call = new MessageCall(address, message, request, options, this.#now());
    this.#submit(call);
    return call.promise;
  }

  status(): PartitionStatus {
    const { plan, partition } = this.#parts;
    const isMaster = this.#tenure !== undefined;
    let lagRecords = 0n;
    if (!isMaster && this.#progress !== undefined)
      for (const [topic, end] of this.#ends.entries()) {
        const behind = end - this.#progress.offset(topic);
        if (behind > 0n) lagRecords += behind;
      }
    return {
      keyspace: plan.name,
      partition,
      role: isMaster ? "master" : "standby",
      state: this.state,
      epoch: this.#epoch,
      lagRecords,
    };
  }

  /**
   * Refuses new calls, finishes those that were accepted, as far as `drainMs` allows, makes the memstore persistent and
   * gives mastership up. Idempotent.
   */
  async stop(): Promise<void> {
    if (this.#life.allows("stopping")) this.#life.to("stopping");
    this.#stop.abort(this.#errors.notServing("stopping", undefined, false));
    await this.#done;
    if (this.#life.allows("stopped")) this.#life.to("stopped");
  }

  /** Makes `stop` end everything at once: accepted calls fail, and the memstore is not made persistent. */
  kill(): void {
    this.#isKilled = true;
    if (this.#life.allows("stopping")) this.#life.to("stopping");
    this.#tenure?.stop();
    this.#stop.abort(this.#errors.notServing("stopping", undefined, false));
  }

  // ------------------------------------------------------------------------------------------------------------------

  #now(): number {
    return this.#parts.clock.monotonic();
  }

  #submit(call: Call): void {
    const { state } = this.#life;
    if (this.#tenure !== undefined && (state === "serving" || state === "recovering")) this.#tenure.submit(call);
    else call.fail(this.#refusal(call.isWrite));
  }

  #refusal(isWrite: boolean): AffinityError {
    return this.#errors.notServing(this.state, this.failure, isWrite);
  }

  async #getLater(key: OrderedKey, options: CallOptions): Promise<StoredRow | undefined> {
    if (this.#storeName === undefined)
      throw this.#errors.make("ROUTE_NOT_FOUND", `${this.#parts.plan.name} has no store of its own name`);
    while (!this.mayRead()) await this.readable(options);
    return this.#store?.get(this.#storeName, key);
  }

  async #live(): Promise<void> {
    const { memstore, plan, partition, limits, clock, logger } = this.#parts;
    const { signal } = this.#stop;
    const backoff = new Backoff(limits, clock);
    if (signal.aborted) return;
    try {
      this.#store = await memstore.open({
        keyspace: plan.name,
        partition,
        stores: plan.stores.map(({ name }) => name),
      });
      while (!signal.aborted) {
        if (this.state !== "electing") this.#life.to("electing");
        const end = await this.#serveOnce(this.#store);
        if (end === undefined || end.is === "broken") break;
        logger.warn({ keyspace: plan.name, partition, reason: end.error.message }, "asks for mastership again");
        await backoff.wait(signal);
      }
    } catch (error) {
      if (!signal.aborted) this.#fail(error);
    }
    this.#deadlines.stop();
    if (this.#isKilled) return;
    await this.#store
      ?.flush()
      .catch((error: unknown) => this.#report(error, "the memstore could not be made persistent"));
  }

  /** One mastership, from the wait for it to its end. Returns undefined when the partition was stopped. */
  async #serveOnce(store: PartitionStore): Promise<TenureEnd | undefined> {
    const { coordinator, changelog, plan, partition, random } = this.#parts;
    const { signal } = this.#stop;
    const mastership = await coordinator.becomeMaster({ keyspace: plan.name, partition, signal });
    let log: PartitionLog | undefined;
    try {
      this.#epoch = mastership.epoch;
      this.#life.to("fencing");
      const writer = random.bits64();
      const topics = plan.stores.map(({ topic }) => topic);
      log = await changelog.open({ topics, partition, epoch: mastership.epoch, writer });
      const fenced = await log.fence(signal);
      this.#ends = topics.map((topic) => fenced.get(topic) ?? 0n);
      this.#life.to("restoring");
      const restored = await this.#restore(store);
      if (restored.progress.epoch >= mastership.epoch) return this.#epochBelow(restored.progress.epoch, mastership);
      this.#epochsBelow = 0;
      return await this.#serve({ store, log, mastership, writer, restored });
    } catch (error) {
      if (signal.aborted) return undefined;
      // A changelog that does not answer now may do so later; everything else would fail again.
      if (isAffinityError(error) && ["CHANGELOG_UNAVAILABLE", "PARTITION_NOT_MASTER"].includes(error.code))
        return { is: "deposed", error };
      throw error;
    } finally {
      this.#tenure = undefined;
      await log?.close();
      await mastership.release();
    }
  }

  #restore(store: PartitionStore): Promise<Restored> {
    const { plan, limits, clock, incarnations } = this.#parts;
    return restore(
      {
        ...this.#parts,
        store,
        errors: this.#errors,
        setting: { topics: plan.stores.map(({ topic }) => topic), incarnations, layout: plan.layout },
        answersFrom: () => clock.now() - limits.idempotencyWindowMs,
        onProgress: (progress) => {
          this.#progress = progress;
        },
      },
      this.#ends,
      this.#stop.signal,
    );
  }

  /** Every reader would ignore what this master writes: its coordinator has forgotten epochs that the log remembers. */
  #epochBelow(highest: number, mastership: Mastership): TenureEnd {
    const error = this.#errors.make(
      "CONFIG_INVALID",
      `its log holds epoch ${highest}, but the coordinator gave ${mastership.epoch}: the coordinator's state was lost or belongs to other data; put it back, or set it above ${highest}`,
    );
    this.#epochsBelow += 1;
    if (this.#epochsBelow >= epochAttempts) throw error;
    return { is: "deposed", error };
  }

  async #serve(parts: {
    readonly store: PartitionStore;
    readonly log: PartitionLog;
    readonly mastership: Mastership;
    readonly writer: bigint;
    readonly restored: Restored;
  }): Promise<TenureEnd | undefined> {
    const { signal } = this.#stop;
    signal.throwIfAborted();
    let onEnd: (end: TenureEnd | undefined) => void = () => undefined;
    const ended = new Promise<TenureEnd | undefined>((resolve) => {
      onEnd = resolve;
    });
    const tenure = new Tenure({
      ...this.#parts,
      ...parts,
      errors: this.#errors,
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
    if (this.#life.allows(next)) this.#life.to(next);
  }

  // In the same turn, so that no call reaches a tenure that is over.
  #tenureEnded(end: TenureEnd): void {
    this.#tenure = undefined;
    if (end.is === "broken") this.#fail(end.error);
    else if (this.#life.allows("electing")) this.#life.to("electing");
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
    const failure = isAffinityError(error)
      ? error
      : new AffinityError("INTERNAL", `${this.#errors.subject}: ${messageOf(error)}`, { cause: error });
    this.#report(error, "the partition cannot go on");
    if (this.#life.allows("failed")) this.#life.fail(failure);
  }

  #report(error: unknown, text: string): void {
    const { logger, plan, partition } = this.#parts;
    const stack = error instanceof Error ? (error.stack ?? error.message) : messageOf(error);
    logger.error({ keyspace: plan.name, partition, error: stack }, text);
  }
}
