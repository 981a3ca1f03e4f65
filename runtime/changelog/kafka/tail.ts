/**
 * Waits until partitions have grown behind their ends, without a consumer group: of committed records only, at their leaders,
 * one long poll a broker.
 */
import type { GrowthRequest } from "../changelog.js";
import { unavailable } from "../topics.js";
import type { KafkaCluster, Leader } from "./cluster.js";
import type { Deadline } from "./deadline.js";
import { codeText, kafkaCodes } from "./error-codes.js";
import { type KafkaReader, subjectOf } from "./kafka-reader.js";
import { LinkError } from "./link.js";
import { PollLane, type PollResult } from "./poll-lane.js";

/** One who waits. */
interface Wait {
  readonly topic: string;
  readonly end: (reason: unknown) => void;
  /** Lets it go as if the topic had grown. */
  readonly look: () => void;
}

export class KafkaTail {
  readonly #cluster: KafkaCluster;
  readonly #reader: KafkaReader;
  readonly #lanes = new Map<number, PollLane>();
  readonly #closed = new AbortController();
  /** Bounded by those who wait. */
  readonly #waits = new Set<Wait>();

  constructor(cluster: KafkaCluster, reader: KafkaReader) {
    this.#cluster = cluster;
    this.#reader = reader;
  }

  /** See `Changelog.grown`. @throws CHANGELOG_UNAVAILABLE, CONFIG_INVALID, TOPIC_REPLACED, the signal's reason */
  async grown(request: GrowthRequest): Promise<void> {
    const { topic, partition, signal } = request;
    const subject = subjectOf(request);
    let deadline: Deadline | undefined;
    const onHeld = (): void => {
      deadline = undefined;
    };
    for (;;) {
      signal.throwIfAborted();
      this.#closed.signal.throwIfAborted();
      const leader = await this.#reader.leader(request, deadline ?? this.#cluster.deadline(), signal);
      const result = await this.#polled(request, leader, onHeld);
      if (result === "grown") return;
      let trouble: string;
      if (result instanceof LinkError) trouble = result.message;
      // The log begins behind it, or has lost its end: whoever reads finds which.
      else if (result.code === kafkaCodes.OFFSET_OUT_OF_RANGE) return;
      else {
        this.#reader.refuse(subject, result.code);
        trouble = codeText(result.code);
      }
      this.#cluster.notLeader(topic, partition, leader);
      deadline ??= this.#cluster.deadline();
      if (!(await deadline.wait(signal)))
        throw unavailable(subject, `it cannot be followed (${trouble}); it is asked again`);
    }
  }

  /** Ends all waits. */
  close(): void {
    this.#closed.abort(unavailable("changelog", "it is closed; nothing more is taken"));
    for (const { end } of [...this.#waits]) end(this.#closed.signal.reason);
  }

  /** Whoever waits for this topic shall look. */
  wake(topic: string): void {
    for (const wait of [...this.#waits]) if (wait.topic === topic) wait.look();
  }

  #polled(
    { topic, partition, endOffset, signal }: GrowthRequest,
    leader: Leader,
    onHeld: () => void,
  ): Promise<PollResult> {
    return new Promise((resolve, reject) => {
      const lane = this.#lane(leader.brokerId);
      const end = (reason: unknown): void => {
        lane.withdraw(entry);
        forget();
        reject(reason);
      };
      const onAbort = (): void => end(signal.reason);
      const forget = (): void => {
        this.#waits.delete(wait);
        signal.removeEventListener("abort", onAbort);
      };
      const settle = (result: PollResult): void => {
        forget();
        resolve(result);
      };
      const entry = { leader, partition, endOffset, settle, onHeld };
      const look = (): void => {
        lane.withdraw(entry);
        settle("grown");
      };
      const wait = { topic, end, look };
      if (signal.aborted || this.#closed.signal.aborted) {
        end(signal.aborted ? signal.reason : this.#closed.signal.reason);
        return;
      }
      this.#waits.add(wait);
      signal.addEventListener("abort", onAbort, { once: true });
      lane.submit(entry);
    });
  }

  #lane(brokerId: number): PollLane {
    let lane = this.#lanes.get(brokerId);
    if (lane === undefined) {
      lane = new PollLane(this.#cluster, brokerId, this.#closed.signal);
      this.#lanes.set(brokerId, lane);
    }
    return lane;
  }
}
