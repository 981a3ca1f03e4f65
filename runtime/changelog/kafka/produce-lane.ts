/**
 * Appends on their way to one broker. What arrives while a request is under way goes with the next: one request carries the
 * batches of many partitions, each under its own producer id.
 */
import { topicPartitionName } from "../topics.js";
import { type ProduceBatch, type ProduceResult, produce } from "./api/produce.js";
import type { KafkaCluster } from "./cluster.js";
import { LinkError } from "./link.js";

/** A batch to append, and who waits for it. */
export interface ProduceEntry extends ProduceBatch {
  /** Set for a batch that is part of a transaction; it goes in a request of its own. */
  readonly transactionalId: string | null;
  /** Called once. */
  readonly settle: (result: ProduceResult | LinkError) => void;
}

/** Bytes of batches after which no further one joins a request; brokers take 100 MiB. */
const requestBytes = 16 * 1024 * 1024;
/** Of the time for a request, what the broker may wait for replicas: it shall say so before we give it up. */
const replicaShare = 0.8;

export class ProduceLane {
  readonly #cluster: KafkaCluster;
  readonly #brokerId: number;
  /** Bounded by who submits: one batch a partition and topic, and bytes over all (`KafkaChangelogOptions.queueBytes`). */
  #queue: ProduceEntry[] = [];
  #isUnderWay = false;
  #isDue = false;

  constructor(cluster: KafkaCluster, brokerId: number) {
    this.#cluster = cluster;
    this.#brokerId = brokerId;
  }

  submit(entry: ProduceEntry): void {
    this.#queue.push(entry);
    if (this.#isUnderWay || this.#isDue) return;
    this.#isDue = true;
    // Partitions append in one turn what gathered in it: behind the turn all of that is here.
    queueMicrotask(() => {
      this.#isDue = false;
      void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#isUnderWay = true;
    while (this.#queue.length > 0) {
      const entries = this.#next();
      const failure = await this.#send(entries);
      if (failure === undefined) continue;
      // Those behind were not sent. The broker may have lost the lead: where they go is looked up anew.
      const left = this.#queue;
      this.#queue = [];
      for (const entry of left) entry.settle(new LinkError(failure.message, { wasSent: false, cause: failure }));
    }
    this.#isUnderWay = false;
  }

  #next(): readonly ProduceEntry[] {
    const [first] = this.#queue;
    let bytes = 0;
    let count = 0;
    for (const { transactionalId, batch } of this.#queue) {
      if (count > 0 && (bytes + batch.length > requestBytes || transactionalId !== null)) break;
      bytes += batch.length;
      count += 1;
      if (first?.transactionalId !== null) break;
    }
    return this.#queue.splice(0, count);
  }

  async #send(entries: readonly ProduceEntry[]): Promise<LinkError | undefined> {
    const timeoutMs = this.#cluster.options.requestTimeoutMs;
    const request = produce({
      transactionalId: entries[0]?.transactionalId ?? null,
      timeoutMs: Math.floor(timeoutMs * replicaShare),
      batches: entries,
    });
    let results: readonly ProduceResult[];
    try {
      results = await this.#cluster.call(this.#brokerId, "produce", request, timeoutMs);
    } catch (error) {
      const failure =
        error instanceof LinkError ? error : new LinkError(String(error), { wasSent: false, cause: error });
      for (const entry of entries) entry.settle(failure);
      return failure;
    }
    const byPart = new Map(results.map((result) => [topicPartitionName(result.topic, result.partition), result]));
    for (const entry of entries)
      entry.settle(
        byPart.get(topicPartitionName(entry.topic, entry.partition)) ??
          new LinkError(`broker ${this.#brokerId}: it did not say what became of a batch`, { wasSent: true }),
      );
    return undefined;
  }
}
