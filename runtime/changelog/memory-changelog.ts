/**
 * A changelog in memory, for tests and for data that may be lost. Asked to, it behaves as badly as Kafka may: offsets with
 * gaps, fences that take an offset, appends with an unknown outcome that are there, are not, or come later, and records
 * of other programs.
 */
import { type Clock, sleep } from "../core/clock.js";
import type { Random } from "../core/random.js";
import type {
  AppendOutcome,
  Changelog,
  GrowthRequest,
  LogSlice,
  NewRecord,
  PartitionLog,
  ReadRequest,
  TopicInfo,
  TopicSpec,
} from "./changelog.js";
import { GrowthWaits } from "./growth-waits.js";
import { MemoryLogStorage } from "./memory-log-storage.js";
import { closed, MemoryPartitionLog, type MemoryPartitionLogOwner } from "./memory-partition-log.js";
import { fencedBy, inDoubt, partitionLogName, topicPartitionName, unavailable } from "./topics.js";

/**
 * What goes wrong with an append: it is refused, or its outcome is unknown while its records were written, were lost, or
 * come when the writer fences or `landLate` is called.
 */
export type AppendFault = "refused" | "unknown-written" | "unknown-lost" | "unknown-late";

/** What an append is about to do, for whoever decides about faults. */
export interface AppendAttempt {
  readonly partition: number;
  readonly epoch: number;
  readonly records: readonly NewRecord[];
}

export interface MemoryChangelogOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Records that outlive `close`, to test restarts. Default: its own. */
  readonly storage?: MemoryLogStorage;
  /** Chance, 0 to 1, that an append takes one to three offsets more than it has records. Default 0. */
  readonly gapChance?: number;
  /** Whether a fence takes an offset of each topic, as Kafka's control marker does. Default false. */
  readonly fenceTakesOffset?: boolean;
  /** Time between an append and its outcome, ms; 0 is the next turn. Default 0. */
  readonly latencyMs?: number;
  /** Whether `writeForeign` is used while partitions are served, as other programs may with Kafka. Default false. */
  readonly isShared?: boolean;
  /** Decides about each append; undefined lets it succeed. */
  readonly fault?: (attempt: AppendAttempt) => AppendFault | undefined;
}

const defaultReadBytes = 1024 * 1024;

/** See the head of the file. */
export class MemoryChangelog implements Changelog, MemoryPartitionLogOwner {
  readonly #options: MemoryChangelogOptions;
  readonly isShared: boolean;
  readonly #storage: MemoryLogStorage;
  readonly #waits = new GrowthWaits();
  /** By topic and partition, the log that may append. */
  readonly #owners = new Map<string, MemoryPartitionLog>();
  readonly #open = new Set<MemoryPartitionLog>();
  #isClosed = false;

  constructor(options: MemoryChangelogOptions) {
    this.#options = options;
    this.isShared = options.isShared ?? false;
    this.#storage = options.storage ?? new MemoryLogStorage();
    this.#storage.waits.add(this.#waits);
  }

  async ensureTopics(specs: readonly TopicSpec[]): Promise<readonly TopicInfo[]> {
    return this.#storage.ensureTopics(specs, this.#options.random);
  }

  async open(request: {
    readonly topics: readonly string[];
    readonly partition: number;
    readonly epoch: number;
    readonly writer: bigint;
  }): Promise<PartitionLog> {
    if (this.#isClosed) throw closed();
    for (const topic of request.topics) this.#storage.log(topic, request.partition);
    const log = new MemoryPartitionLog(this, request.topics, request.partition, request.epoch);
    this.#open.add(log);
    return log;
  }

  async read(request: ReadRequest): Promise<LogSlice> {
    request.signal?.throwIfAborted();
    const { topic, partition, fromOffset, incarnation, maxBytes = defaultReadBytes } = request;
    return this.#storage.log(topic, partition, incarnation).read(fromOffset, maxBytes);
  }

  async grown({ topic, partition, endOffset, incarnation, signal }: GrowthRequest): Promise<void> {
    signal.throwIfAborted();
    if (this.#isClosed) throw closed();
    if (this.#storage.log(topic, partition, incarnation).end === endOffset)
      await this.#waits.begin(topic, partition, signal).grown;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#storage.waits.delete(this.#waits);
    this.#waits.fail(closed());
    for (const log of this.#open) await log.close();
  }

  /** Appends a record as another program would: without headers, key and value as they are. */
  writeForeign(record: {
    readonly topic: string;
    readonly partition: number;
    readonly key: Uint8Array | null;
    readonly value: Uint8Array | null;
  }): bigint {
    const log = this.#storage.log(record.topic, record.partition);
    const timestamp = Math.max(log.timestamp, this.#options.clock.now());
    const offset = log.append({ key: copy(record.key), value: copy(record.value), timestamp });
    this.#storage.grew(record.topic, record.partition);
    return offset;
  }

  /** Lets every late append come that no fence has refused yet. */
  landLate(): void {
    for (const log of this.#open) log.landLate();
  }

  /** Compacts every topic as its specification says: the newest record of each key, and what is younger. */
  compact(): void {
    this.#storage.compact(this.#options.clock.now());
  }

  /** See `MemoryPartitionLogOwner`. */
  fence(log: MemoryPartitionLog): ReadonlyMap<string, bigint> {
    if (this.#isClosed) throw closed();
    if (!this.#own(log)) throw deposed(log);
    log.fenced(this.#options.random.next() < 0.5);
    const ends = new Map<string, bigint>();
    for (const topic of log.topics) {
      const stored = this.#storage.log(topic, log.partition);
      if (this.#options.fenceTakesOffset === true) {
        stored.skip(1n);
        this.#storage.grew(topic, log.partition);
      }
      ends.set(topic, stored.end);
    }
    return ends;
  }

  /** See `MemoryPartitionLogOwner`. */
  async append(log: MemoryPartitionLog, given: readonly NewRecord[]): Promise<AppendOutcome> {
    const records = given.map(copyRecord);
    const fault = this.#options.fault?.({ partition: log.partition, epoch: log.epoch, records });
    await this.#latency();
    if (this.#isClosed) return { outcome: "refused", error: closed() };
    if (!this.#own(log)) return { outcome: "fenced", error: deposed(log) };
    const stray = records.find((record) => !log.topics.includes(record.topic));
    if (stray !== undefined)
      return { outcome: "refused", error: new Error(`assertion failed: topic ${stray.topic} is not of this log`) };
    const error = inDoubt(`partition ${log.partition}`, "an injected fault");
    switch (fault) {
      case "refused":
        return { outcome: "refused", error: unavailable(`partition ${log.partition}`, "an injected fault") };
      case "unknown-lost":
        return { outcome: "unknown", error };
      case "unknown-late":
        log.late = () => void this.#write(log.partition, records);
        return { outcome: "unknown", error };
      case "unknown-written":
        this.#write(log.partition, records);
        return { outcome: "unknown", error };
      case undefined:
        return { outcome: "acknowledged", ...this.#write(log.partition, records) };
    }
  }

  /** See `MemoryPartitionLogOwner`. */
  forget(log: MemoryPartitionLog): void {
    this.#open.delete(log);
  }

  /**
   * Makes a log the one that may append, unless a later epoch has done so: its fence does that, and its first append, as with
   * Kafka; opening does not.
   */
  #own(log: MemoryPartitionLog): boolean {
    for (const topic of log.topics) {
      const owner = this.#owners.get(topicPartitionName(topic, log.partition));
      if (owner !== undefined && owner.epoch > log.epoch) return false;
    }
    for (const topic of log.topics) {
      const previous = this.#owners.get(topicPartitionName(topic, log.partition));
      if (previous !== undefined && previous !== log) previous.fenced(this.#options.random.next() < 0.5);
      this.#owners.set(topicPartitionName(topic, log.partition), log);
    }
    return true;
  }

  async #latency(): Promise<void> {
    const latencyMs = this.#options.latencyMs ?? 0;
    if (latencyMs > 0) await sleep(this.#options.clock, latencyMs);
    else await Promise.resolve();
  }

  #write(
    partition: number,
    records: readonly NewRecord[],
  ): { readonly offsets: readonly bigint[]; readonly timestamp: number } {
    const topics = new Set(records.map(({ topic }) => topic));
    const logs = new Map([...topics].map((topic) => [topic, this.#storage.log(topic, partition)]));
    let timestamp = this.#options.clock.now();
    for (const log of logs.values()) timestamp = Math.max(timestamp, log.timestamp);
    const offsets = records.map(({ topic, key, value, headers }) => {
      const log = logs.get(topic) ?? this.#storage.log(topic, partition);
      return log.append({ key, value, timestamp, headers });
    });
    for (const log of logs.values())
      if (this.#options.random.next() < (this.#options.gapChance ?? 0))
        log.skip(1n + BigInt(Math.floor(this.#options.random.next() * 3)));
    for (const topic of topics) this.#storage.grew(topic, partition);
    return { offsets, timestamp };
  }
}

function copy(bytes: Uint8Array | null): Uint8Array | null {
  // Buffer.slice would share the memory.
  return bytes === null ? null : new Uint8Array(bytes);
}

function copyRecord({ topic, key, value, headers }: NewRecord): NewRecord {
  const { reply, repair } = headers;
  return {
    topic,
    key: new Uint8Array(key),
    value: copy(value),
    headers: {
      ...headers,
      ...(reply === undefined ? {} : { reply: new Uint8Array(reply) }),
      ...(repair === undefined ? {} : { repair: new Uint8Array(repair) }),
    },
  };
}

function deposed(log: MemoryPartitionLog): Error {
  return fencedBy(partitionLogName(log), log.epoch);
}
