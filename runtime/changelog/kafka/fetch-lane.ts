/** Reads on their way to one broker; those that arrive while a request is under way go together with the next. */
import type { FetchedPart, FetchPart } from "./api/fetch.js";
import type { KafkaCluster } from "./cluster.js";
import { fetchCommitted, partName } from "./fetch-call.js";
import type { LinkError } from "./link.js";

/** A read, and who waits for it. */
export interface FetchEntry extends FetchPart {
  /** Called once. */
  readonly settle: (result: FetchedPart | LinkError) => void;
}

/** Partitions of one request. */
const requestParts = 256;
/** Bytes that an answer may have, as far as whole batches allow: it is in memory at once. */
const answerBytes = 32 * 1024 * 1024;

export class FetchLane {
  readonly #cluster: KafkaCluster;
  readonly #brokerId: number;
  /** Bounded by its readers: each partition of each keyspace reads one slice ahead. */
  #queue: FetchEntry[] = [];
  #isUnderWay = false;

  constructor(cluster: KafkaCluster, brokerId: number) {
    this.#cluster = cluster;
    this.#brokerId = brokerId;
  }

  /** @param isFirst Whether it goes before those that wait: the first of a request gets a batch whatever its size. */
  submit(entry: FetchEntry, isFirst: boolean): void {
    if (isFirst) this.#queue.unshift(entry);
    else this.#queue.push(entry);
    if (!this.#isUnderWay) {
      this.#isUnderWay = true;
      queueMicrotask(() => void this.#run());
    }
  }

  async #run(): Promise<void> {
    while (this.#queue.length > 0) await this.#send(this.#next());
    this.#isUnderWay = false;
  }

  /** One read a partition, since an answer does not say which of two it belongs to. */
  #next(): readonly FetchEntry[] {
    const taken = new Map<string, FetchEntry>();
    const left: FetchEntry[] = [];
    let bytes = 0;
    for (const entry of this.#queue) {
      const name = partName(entry);
      const isFull = taken.size >= requestParts || (taken.size > 0 && bytes + entry.maxBytes > answerBytes);
      if (isFull || taken.has(name)) left.push(entry);
      else {
        taken.set(name, entry);
        bytes += entry.maxBytes;
      }
    }
    this.#queue = left;
    return [...taken.values()];
  }

  async #send(entries: readonly FetchEntry[]): Promise<void> {
    const call = { brokerId: this.#brokerId, lane: "fetch", waitMs: 0, maxBytes: answerBytes, parts: entries } as const;
    const fetched = await fetchCommitted(this.#cluster, call);
    for (const entry of entries) entry.settle(fetched(entry));
  }
}
