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
  LogRecord,
  LogSlice,
  NewRecord,
  PartitionLog,
  ReadRequest,
  TopicInfo,
  TopicSpec,
} from "./changelog.js";
import { GrowthWaits } from "./growth-waits.js";
import {
  fencedBy,
  inDoubt,
  topicConflict,
  topicMissing,
  topicPartitionName,
  topicUnknown,
  unavailable,
} from "./topics.js";

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

interface StoredLog {
  records: LogRecord[];
  end: bigint;
  /** Tombstones below `end` may go after `time`: what they deleted went `tombstoneMs` before. */
  drop?: { readonly end: bigint; readonly time: number } | undefined;
  timestamp: number;
}

interface StoredTopic {
  spec: TopicSpec;
  readonly info: TopicInfo;
  readonly logs: readonly StoredLog[];
}

/** What a MemoryChangelog remembers; hand it to the next one to play a restart. */
export class MemoryLogStorage {
  readonly topics = new Map<string, StoredTopic>();
  /** The changelogs that are open on it. */
  readonly waits = new Set<GrowthWaits>();
}

const defaultReadBytes = 1024 * 1024;

/** See the head of the file. */
export class MemoryChangelog implements Changelog {
  readonly #options: MemoryChangelogOptions;
  readonly isShared: boolean;
  readonly #topics: Map<string, StoredTopic>;
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
    this.#topics = this.#storage.topics;
  }

  async ensureTopics(specs: readonly TopicSpec[]): Promise<readonly TopicInfo[]> {
    for (const spec of specs) {
      const known = this.#topics.get(spec.name);
      if (known !== undefined && known.info.partitions !== spec.partitions)
        throw topicConflict(spec, known.info.partitions);
      if (known === undefined && spec.isExternal === true) throw topicMissing(spec.name);
    }
    return specs.map((spec) => {
      const known = this.#topics.get(spec.name);
      if (known !== undefined) {
        if (spec.isExternal !== true) known.spec = spec;
        return known.info;
      }
      const incarnation = this.#options.random.bits64().toString(16).padStart(16, "0");
      const info: TopicInfo = { name: spec.name, partitions: spec.partitions, incarnation };
      const logs = Array.from({ length: spec.partitions }, () => ({ records: [], end: 0n, timestamp: 0 }));
      this.#topics.set(spec.name, { spec, info, logs });
      return info;
    });
  }

  async open(request: {
    readonly topics: readonly string[];
    readonly partition: number;
    readonly epoch: number;
    readonly writer: bigint;
  }): Promise<PartitionLog> {
    if (this.#isClosed) throw closed();
    for (const topic of request.topics) this.#log(topic, request.partition);
    const log = new MemoryPartitionLog(this, request.topics, request.partition, request.epoch);
    this.#open.add(log);
    return log;
  }

  async read(request: ReadRequest): Promise<LogSlice> {
    request.signal?.throwIfAborted();
    const log = this.#log(request.topic, request.partition);
    const maxBytes = request.maxBytes ?? defaultReadBytes;
    const records: LogRecord[] = [];
    let bytes = 0;
    let index = firstAtOrAfter(log.records, request.fromOffset);
    for (; index < log.records.length; index += 1) {
      const record = log.records[index];
      if (record === undefined || (records.length > 0 && bytes >= maxBytes)) break;
      records.push(record);
      bytes += (record.key?.length ?? 0) + (record.value?.length ?? 0);
    }
    // A reader past the end stays where it is, so that it sees that it is.
    const isPastEnd = request.fromOffset > log.end;
    const behind = isPastEnd ? request.fromOffset : log.end;
    return { records, nextOffset: log.records[index]?.offset ?? behind, endOffset: log.end };
  }

  async grown({ topic, partition, endOffset, signal }: GrowthRequest): Promise<void> {
    signal.throwIfAborted();
    if (this.#isClosed) throw closed();
    if (this.#log(topic, partition).end === endOffset) await this.#waits.begin(topic, partition, signal).grown;
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
    const log = this.#log(record.topic, record.partition);
    const offset = log.end;
    log.timestamp = Math.max(log.timestamp, this.#options.clock.now());
    log.records.push({ offset, key: copy(record.key), value: copy(record.value), timestamp: log.timestamp });
    log.end = offset + 1n;
    this.#grew(record.topic, record.partition);
    return offset;
  }

  /** Lets every late append come that no fence has refused yet. */
  landLate(): void {
    for (const log of this.#open) log.landLate();
  }

  /** Compacts every topic as its specification says: the newest record of each key, and what is younger. */
  compact(): void {
    const now = this.#options.clock.now();
    for (const { spec, logs } of this.#topics.values()) for (const log of logs) compact(log, spec, now);
  }

  /**
   * Makes a log the one that may append, unless a later epoch has done so: its fence does that, and its first append, as with
   * Kafka; opening does not. Not for users of the port.
   */
  own(log: MemoryPartitionLog): boolean {
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

  /** Fences for a log. Not for users of the port. */
  fence(log: MemoryPartitionLog): ReadonlyMap<string, bigint> {
    if (this.#isClosed) throw closed();
    if (!this.own(log)) throw deposed(log);
    log.fenced(this.#options.random.next() < 0.5);
    const ends = new Map<string, bigint>();
    for (const topic of log.topics) {
      const stored = this.#log(topic, log.partition);
      if (this.#options.fenceTakesOffset === true) {
        stored.end += 1n;
        this.#grew(topic, log.partition);
      }
      ends.set(topic, stored.end);
    }
    return ends;
  }

  /** Appends for a log. Not for users of the port. */
  async append(log: MemoryPartitionLog, given: readonly NewRecord[]): Promise<AppendOutcome> {
    const records = given.map(copyRecord);
    const fault = this.#options.fault?.({ partition: log.partition, epoch: log.epoch, records });
    await this.#latency();
    if (this.#isClosed) return { outcome: "refused", error: closed() };
    if (!this.own(log)) return { outcome: "fenced", error: deposed(log) };
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

  /** Forgets a closed log. Not for users of the port. */
  forget(log: MemoryPartitionLog): void {
    this.#open.delete(log);
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
    const logs = new Map([...new Set(records.map(({ topic }) => topic))].map((t) => [t, this.#log(t, partition)]));
    let timestamp = this.#options.clock.now();
    for (const log of logs.values()) timestamp = Math.max(timestamp, log.timestamp);
    const offsets = records.map((record) => {
      const log = logs.get(record.topic) ?? this.#log(record.topic, partition);
      const offset = log.end;
      const { key, value, headers } = record;
      log.records.push({ offset, key, value, timestamp, headers });
      log.end = offset + 1n;
      return offset;
    });
    for (const log of logs.values()) {
      log.timestamp = timestamp;
      if (this.#options.random.next() < (this.#options.gapChance ?? 0))
        log.end += 1n + BigInt(Math.floor(this.#options.random.next() * 3));
    }
    for (const topic of logs.keys()) this.#grew(topic, partition);
    return { offsets, timestamp };
  }

  #grew(topic: string, partition: number): void {
    for (const waits of this.#storage.waits) waits.grew(topic, partition);
  }

  #log(topic: string, partition: number): StoredLog {
    const log = this.#topics.get(topic)?.logs[partition];
    if (log === undefined) throw topicUnknown(topic, partition);
    return log;
  }
}

class MemoryPartitionLog implements PartitionLog {
  readonly topics: readonly string[];
  readonly partition: number;
  readonly epoch: number;
  /** The append of unknown outcome that has not come yet. */
  late: (() => void) | undefined;
  readonly #changelog: MemoryChangelog;
  #isClosed = false;

  constructor(changelog: MemoryChangelog, topics: readonly string[], partition: number, epoch: number) {
    this.#changelog = changelog;
    this.topics = topics;
    this.partition = partition;
    this.epoch = epoch;
  }

  async fence(signal: AbortSignal): Promise<ReadonlyMap<string, bigint>> {
    signal.throwIfAborted();
    return this.#changelog.fence(this);
  }

  async append(records: readonly NewRecord[]): Promise<AppendOutcome> {
    if (this.#isClosed) return { outcome: "refused", error: closed() };
    return this.#changelog.append(this, records);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#changelog.forget(this);
  }

  landLate(): void {
    this.late?.();
    this.late = undefined;
  }

  /** A fence: what is still under way came before it or never comes. */
  fenced(hasCome: boolean): void {
    if (hasCome) this.landLate();
    this.late = undefined;
  }
}

function firstAtOrAfter(records: readonly LogRecord[], offset: bigint): number {
  let low = 0;
  let high = records.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((records[middle]?.offset ?? 0n) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The newest of each key stays of what is older than the history; of tombstones see `drop`. */
function compact(log: StoredLog, spec: TopicSpec, now: number): void {
  const isAged = (record: LogRecord): boolean => record.timestamp < now - spec.historyMs;
  const newest = new Map<string, bigint>();
  for (const record of log.records)
    if (record.key !== null && isAged(record)) newest.set(Buffer.from(record.key).toString("latin1"), record.offset);
  const { drop } = log;
  const dropEnd = drop !== undefined && drop.time < now ? drop.end : 0n;
  log.records = log.records.filter((record) => {
    if (record.key === null || !isAged(record)) return true;
    if (newest.get(Buffer.from(record.key).toString("latin1")) !== record.offset) return false;
    return record.value !== null || record.offset >= dropEnd;
  });
  if (drop !== undefined && drop.time >= now) return;
  const young = log.records.find((record) => !isAged(record));
  const hasTombstone = log.records.some((record) => isAged(record) && record.value === null);
  log.drop = hasTombstone ? { end: young?.offset ?? log.end, time: now + spec.tombstoneMs } : undefined;
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

function closed(): Error {
  return unavailable("changelog", "it is closed; nothing more is taken");
}

function deposed(log: MemoryPartitionLog): Error {
  return fencedBy(`${log.topics.join(", ")}/${log.partition}`, log.epoch);
}
