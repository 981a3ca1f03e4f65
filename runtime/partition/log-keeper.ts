/**
 * Keeps a master's knowledge of its own log whole: finds out what became of an append with an unknown outcome, reads what
 * others wrote before an acknowledged append, and what they write while nothing is to be written.
 */
import type { Changelog, LogRecord, PartitionLog } from "../changelog/changelog.js";
import type { Mastership } from "../coordinator/coordinator.js";
import type { Clock } from "../core/clock.js";
import { AffinityError, assert, isAffinityError } from "../core/errors.js";
import type { Logger } from "../core/logger.js";
import { Backoff } from "./backoff.js";
import { FollowPace, grownOrDue } from "./follow.js";
import type { PartitionLimits } from "./limits.js";
import { endOf } from "./log-reader.js";
import type { KeyspacePlan, StorePlan } from "./plan.js";
import type { Restored } from "./restore.js";
import type { WritePath } from "./write-path.js";

export interface LogKeeperParts {
  readonly plan: KeyspacePlan;
  readonly partition: number;
  readonly limits: PartitionLimits;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly changelog: Changelog;
  readonly log: PartitionLog;
  readonly mastership: Mastership;
  readonly writer: bigint;
  readonly restored: Restored;
  readonly random: () => number;
}

/** What the keeper tells its tenure. */
export interface LogKeeperOwner {
  /** The outcome of the append in flight is known: the partition may serve again. */
  recovered(): void;
  /** Something was read: there may be rows to repair. */
  readOn(): void;
  /** Another master has written or fenced the log. */
  deposed(inFlight: "no" | "unknown", error: Error): void;
  /** Our own state is not to be trusted any more. */
  broken(error: unknown): void;
}

/** Complaints about the changelog are logged at most so often, ms. */
const complaintMs = 1_000;

export class LogKeeper {
  readonly #parts: LogKeeperParts;
  readonly #owner: LogKeeperOwner;
  readonly #stop = new AbortController();
  #isRecovering = false;
  #complainedAt = Number.NEGATIVE_INFINITY;

  constructor(parts: LogKeeperParts, owner: LogKeeperOwner) {
    this.#parts = parts;
    this.#owner = owner;
  }

  /** The outcome of the append in flight is being found out: nothing may be answered, nothing sent. */
  get isRecovering(): boolean {
    return this.#isRecovering;
  }

  /** Ends everything that is under way. */
  end(): void {
    this.#stop.abort();
  }

  /** Fences, reads the log up to the fence, and tells the write path whether its append in flight is there. */
  async recover(writePath: WritePath, unknown: Error): Promise<void> {
    this.#isRecovering = true;
    this.complain(unknown, "an append has an unknown outcome; the partition answers nothing until it knows its log");
    const { log, plan, restored, mastership, writer } = this.#parts;
    const found = new Map<number, bigint>();
    const number = writePath.inFlight?.number;
    const onRecord = (_store: StorePlan, { headers, offset }: LogRecord, isApplied: boolean): void => {
      if (!isApplied || headers?.epoch !== mastership.epoch || headers.batch !== number) return;
      if (headers.writer === writer) found.set(headers.index, offset);
    };
    await this.#persist(async (signal) => {
      const fenced = await log.fence(signal);
      const ends = plan.stores.map(({ topic, index }) => fenced.get(topic) ?? restored.progress.offset(index));
      await restored.reader.readTo({ ends, signal, onRecord });
      if (signal.aborted || this.#isOvertaken("unknown")) return;
      this.#resolve(writePath, found, unknown);
    });
  }

  /** Reads up to `ends`, by place of the topic, before an acknowledged append behind them is applied by `then`. */
  async readGap(ends: readonly bigint[], then: () => void): Promise<void> {
    await this.#persist(async (signal) => {
      await this.#parts.restored.reader.readTo({ ends, signal });
      // Behind the record of a later master ours is late, and every reader ignores it.
      if (signal.aborted || this.#isOvertaken("no")) return;
      then();
      this.#owner.readOn();
    });
  }

  /**
   * Reads what others write as soon as the changelog tells of it, and looks now and then. Whenever the log was read on for a write
   * of our own meanwhile, that was a look: what others wrote before it has been applied.
   */
  async follow(writePath: WritePath): Promise<void> {
    const { signal } = this.#stop;
    const pace = new FollowPace(this.#parts);
    let hasFound = false;
    let known = this.#offsets();
    do {
      // A partition that writes all the time does not wait: each of its appends would end the wait.
      if (this.#isAt(known)) await this.#persist((stop) => this.#grownOrDue(known, stop));
      if (signal.aborted) return;
      hasFound = this.#isAt(known) && (await this.#look(writePath));
      known = this.#offsets();
    } while (await pace.pause(hasFound, signal));
  }

  /** Warns, at most once a second. */
  complain(error: Error, text: string): void {
    const { clock, logger, plan, partition, mastership } = this.#parts;
    const now = clock.monotonic();
    if (now - this.#complainedAt < complaintMs) return;
    this.#complainedAt = now;
    logger.warn({ keyspace: plan.name, partition, epoch: mastership.epoch, reason: error.message }, text);
  }

  #resolve(writePath: WritePath, found: ReadonlyMap<number, bigint>, unknown: Error): void {
    const { logger, plan, partition, mastership } = this.#parts;
    const count = writePath.inFlight?.writes.length ?? 0;
    const offsets = Array.from({ length: count }, (_, index) => found.get(index));
    const isThere = offsets.every((offset) => offset !== undefined);
    assert(isThere || found.size === 0, "an append is in the log whole or not at all");
    this.#isRecovering = false;
    logger.info(
      { keyspace: plan.name, partition, epoch: mastership.epoch, batch: writePath.inFlight?.number },
      `the append of unknown outcome is ${isThere ? "in the log" : "not in the log and never will be"}`,
    );
    writePath.resolveUnknown(isThere ? offsets : undefined, unknown);
    if (!this.#stop.signal.aborted) this.#owner.recovered();
  }

  /** Resolves when somebody else may have written behind `known`. */
  #grownOrDue(known: readonly bigint[], signal: AbortSignal): Promise<void> {
    const { changelog, plan, partition, restored } = this.#parts;
    // Nobody else writes to a log that is not shared: a look now and then is enough.
    const stores = changelog.isShared ? plan.ownStores : [];
    const ends = stores.map(({ topic, index }) => ({
      topic,
      partition,
      endOffset: known[index] ?? 0n,
      incarnation: restored.progress.incarnation(topic),
    }));
    return grownOrDue(this.#parts, ends, signal);
  }

  /** Up to where each log is applied. */
  #offsets(): readonly bigint[] {
    const { plan, restored } = this.#parts;
    return plan.stores.map(({ index }) => restored.progress.offset(index));
  }

  /** Whether our own logs have not been read on since; those of others have a reader of their own. */
  #isAt(known: readonly bigint[]): boolean {
    const { plan, restored } = this.#parts;
    return plan.ownStores.every(({ index }) => restored.progress.offset(index) === known[index]);
  }

  /** Whether it has met records. */
  async #look(writePath: WritePath): Promise<boolean> {
    const { mastership } = this.#parts;
    let hasFound = false;
    if (writePath.isIdle && !this.#isRecovering) {
      writePath.pause();
      await this.#persist(async (signal) => {
        hasFound = await this.#readToEnd(signal);
      });
      writePath.resume();
    }
    if (this.#stop.signal.aborted) return false;
    // A master whom nobody asks anything would not find out otherwise, nor ask for mastership again.
    if (mastership.isValid()) this.#owner.readOn();
    else this.#owner.deposed("unknown", new Error("the lease is over"));
    return hasFound;
  }

  /** Reads our own logs to their end. @returns Whether there were records. */
  async #readToEnd(signal: AbortSignal): Promise<boolean> {
    const { changelog, plan, partition, restored } = this.#parts;
    const { progress, reader } = restored;
    // Topics of others stay where they are: what is the matter with them must not hold up our own.
    const ends = [...this.#offsets()];
    await Promise.all(
      plan.ownStores.map(async ({ topic, index }) => {
        const fromOffset = progress.offset(index);
        const incarnation = progress.incarnation(topic);
        ends[index] = await endOf(changelog, { topic, partition, fromOffset, incarnation, signal });
      }),
    );
    const lost = plan.ownStores.find(({ index }) => (ends[index] ?? 0n) < progress.offset(index));
    if (lost !== undefined)
      throw new AffinityError(
        "CHECKPOINT_AHEAD",
        `topic ${lost.topic}, partition ${partition}: it was applied up to ${progress.offset(lost.index)}, and ends at ${ends[lost.index]} now: the log has lost its newest records; put the right changelog back, or remove the memstore's file to go on with what the log holds`,
      );
    if (ends.every((end, index) => end <= progress.offset(index))) return false;
    let hasRecords = false;
    const onRecord = (): void => {
      hasRecords = true;
    };
    await reader.readTo({ ends, signal, onRecord });
    if (!signal.aborted) this.#isOvertaken("no");
    return hasRecords;
  }

  /** Whether the log holds a later epoch; ends the mastership then. */
  #isOvertaken(inFlight: "no" | "unknown"): boolean {
    const { restored, mastership } = this.#parts;
    const { epoch } = restored.progress;
    if (epoch <= mastership.epoch) return false;
    this.#owner.deposed(inFlight, new Error(`the log holds epoch ${epoch}, above ${mastership.epoch}`));
    return true;
  }

  /** Runs something that needs the changelog until it has succeeded, is not needed any more, or shows that all is over. */
  async #persist(run: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const { limits, clock } = this.#parts;
    const backoff = new Backoff(limits, clock);
    const { signal } = this.#stop;
    do {
      try {
        await run(signal);
        return;
      } catch (error) {
        if (signal.aborted) return;
        const code = isAffinityError(error) ? error.code : undefined;
        if (isAffinityError(error) && code === "CHANGELOG_UNAVAILABLE")
          this.complain(error, "the changelog does not answer; it is asked again");
        else if (isAffinityError(error) && code === "PARTITION_NOT_MASTER") {
          this.#owner.deposed("unknown", error);
          return;
        } else {
          this.#owner.broken(error);
          return;
        }
      }
    } while (await backoff.wait(signal));
  }
}
