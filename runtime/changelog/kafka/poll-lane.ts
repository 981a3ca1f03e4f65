/**
 * One long poll of a broker, over all partitions that somebody waits for there: the broker answers as soon as one of them has
 * grown. It brings the ends of the partitions and next to nothing of their records, which are read by who waits; so what it
 * takes is bounded, whatever was written.
 *
 * Who reads what was found is away for that moment. So that what comes then is not missed until the next poll, a partition
 * stays in the polls for a while after it was last waited for, from the end that was found.
 */
import { sleep } from "../../core/clock.js";
import type { KafkaCluster, Leader } from "./cluster.js";
import { kafkaCodes } from "./error-codes.js";
import { fetchCommitted, partName } from "./fetch-call.js";
import { LinkError } from "./link.js";

/** What a wait came to: the log has grown; the code that the broker gave; no answer. */
export type PollResult = "grown" | { readonly code: number } | LinkError;

/** A wait for a partition to grow. */
export interface PollEntry {
  readonly leader: Leader;
  readonly partition: number;
  readonly endOffset: bigint;
  /** Called once, unless the entry is withdrawn. */
  readonly settle: (result: PollResult) => void;
  /** The broker has answered that it has not grown. */
  readonly onHeld: () => void;
}

/** A partition in the polls. */
interface Watch {
  leader: Leader;
  readonly partition: number;
  /** From where it is polled. Whoever waits for less is told that it has grown. */
  end: bigint;
  readonly entries: Set<PollEntry>;
  /** How often it has grown since it was last waited for. */
  unheard: number;
  /** When it was last waited for. */
  waitedAt: number;
  /** What somebody last waited for who was told at once. */
  toldFrom: bigint | undefined;
}

/** How long a broker may wait before it answers that nothing has grown, ms: so late may a partition join the next poll. */
const pollMs = 500;
/** Bytes that are asked for: a broker gives a whole batch of the first partition that has grown all the same. */
const pollBytes = 1;
/** How long a partition stays in the polls after it was last waited for, ms. */
const lingerMs = 1_000;
/** How often it may grow meanwhile before it is left out: whoever comes back is told at once that it has. */
const unheardGrowths = 2;
/** Before the next poll when one came back early with nothing new, ms. */
const emptyPauseMs = 100;

export class PollLane {
  readonly #cluster: KafkaCluster;
  readonly #brokerId: number;
  readonly #closed: AbortSignal;
  /** Bounded by the partitions that are served or followed here. */
  readonly #watches = new Map<string, Watch>();
  #isUnderWay = false;

  constructor(cluster: KafkaCluster, brokerId: number, closed: AbortSignal) {
    this.#cluster = cluster;
    this.#brokerId = brokerId;
    this.#closed = closed;
  }

  submit(entry: PollEntry): void {
    const watch = this.#watchOf(entry);
    watch.unheard = 0;
    watch.waitedAt = this.#now();
    // Told once and back with the same, they have found nothing: what was known of the end is wrong.
    const isKnownGrown = entry.endOffset < watch.end && watch.toldFrom !== entry.endOffset;
    watch.toldFrom = isKnownGrown ? entry.endOffset : undefined;
    if (isKnownGrown) {
      entry.settle("grown");
      return;
    }
    for (const other of watch.entries) if (other.endOffset < entry.endOffset) settle(watch, other, "grown");
    watch.end = entry.endOffset;
    watch.entries.add(entry);
    if (this.#isUnderWay) return;
    this.#isUnderWay = true;
    // What comes in the same turn goes together.
    queueMicrotask(() => void this.#run());
  }

  /** It waits no longer. */
  withdraw(entry: PollEntry): void {
    this.#watches.get(nameOf(entry))?.entries.delete(entry);
  }

  #watchOf(entry: PollEntry): Watch {
    const { leader, partition, endOffset } = entry;
    const name = nameOf(entry);
    let watch = this.#watches.get(name);
    if (watch === undefined) {
      watch = { leader, partition, end: endOffset, entries: new Set(), unheard: 0, waitedAt: 0, toldFrom: undefined };
      this.#watches.set(name, watch);
    } else if (watch.leader !== leader) {
      watch.leader = leader;
      watch.end = endOffset;
    }
    return watch;
  }

  async #run(): Promise<void> {
    for (;;) {
      const watches = this.#due();
      if (watches.length === 0 || this.#closed.aborted) break;
      const startedAt = this.#now();
      const isNews = await this.#poll(watches);
      // As for a partition that another program's open transaction holds back: brokers may answer at once.
      if (!isNews && this.#now() - startedAt < pollMs / 2)
        await sleep(this.#cluster.options.clock, emptyPauseMs, this.#closed).catch(() => undefined);
    }
    this.#isUnderWay = false;
  }

  /** What is to be polled; forgets what nobody waits for any more. */
  #due(): readonly Watch[] {
    const now = this.#now();
    const due: Watch[] = [];
    for (const [name, watch] of this.#watches) {
      const isLingering = now - watch.waitedAt < lingerMs;
      if (watch.entries.size > 0 || (isLingering && watch.unheard < unheardGrowths)) due.push(watch);
      else if (!isLingering) this.#watches.delete(name);
    }
    return due;
  }

  /** Whether anything was learned. */
  async #poll(watches: readonly Watch[]): Promise<boolean> {
    const { requestTimeoutMs } = this.#cluster.options;
    const sent = watches.map((watch) => ({
      watch,
      leader: watch.leader,
      part: { ...watch.leader, partition: watch.partition, fromOffset: watch.end, maxBytes: pollBytes },
    }));
    const fetched = await fetchCommitted(this.#cluster, {
      brokerId: this.#brokerId,
      lane: "poll",
      waitMs: Math.min(pollMs, requestTimeoutMs / 2),
      maxBytes: pollBytes,
      parts: sent.map(({ part }) => part),
    });
    let isNews = false;
    for (const { watch, leader, part } of sent) {
      if (watch.leader !== leader) continue;
      const answer = fetched(part);
      if (answer instanceof LinkError || answer.code !== kafkaCodes.NONE) {
        isNews = true;
        this.#watches.delete(partName(part));
        for (const entry of watch.entries) settle(watch, entry, answer);
      } else if (this.#isGrown(watch, answer.lastStableOffset)) isNews = true;
    }
    return isNews;
  }

  #isGrown(watch: Watch, end: bigint): boolean {
    if (end <= watch.end) {
      for (const { onHeld } of watch.entries) onHeld();
      return false;
    }
    watch.end = end;
    if (watch.entries.size === 0) watch.unheard += 1;
    for (const entry of watch.entries) settle(watch, entry, "grown");
    return true;
  }

  #now(): number {
    return this.#cluster.options.clock.monotonic();
  }
}

function settle(watch: Watch, entry: PollEntry, result: PollResult): void {
  watch.entries.delete(entry);
  entry.settle(result);
}

function nameOf({ leader, partition }: PollEntry): string {
  return partName({ ...leader, partition });
}
