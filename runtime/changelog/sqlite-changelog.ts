/**
 * The embedded changelog: one SQLite file for all topics, one thread that writes it. Appends of all partitions that come
 * while a commit runs are the next transaction, and are acknowledged when it is synced to the disk.
 */
import { join } from "node:path";
import type { Clock, Timer } from "../core/clock.js";
import { messageOf } from "../core/errors.js";
import { type Logger, silentLogger } from "../core/logger.js";
import type { Random } from "../core/random.js";
import { requireSqlite } from "../disk/sqlite.js";
import { SqliteThread } from "../disk/sqlite-thread.js";
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
import { GroupReader, GroupWriter } from "./group.js";
import { GrowthWaits } from "./growth-waits.js";
import { unpackRecords } from "./packed-blocks.js";
import type { LogCalls, PartState } from "./sqlite-calls.js";
import { fencedBy, inDoubt, unavailable } from "./topics.js";

export interface SqliteChangelogOptions {
  /** Folder of the file `changelog.sqlite`; it must exist. */
  readonly dataDir: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger?: Logger;
  /** How often is looked whether something is to compact, ms. Default 5,000; null: never, for those who only read. */
  readonly compactMs?: number | null;
  /** Bytes of appends that may wait for the writer; above it they are refused. Default 256 MB. */
  readonly queueBytes?: number;
}

const fileName = "changelog.sqlite";
const defaultQueueBytes = 256 * 1024 * 1024;
const defaultReadBytes = 1024 * 1024;
/** Most bytes that one read fetches, whatever is asked for. */
const readLimitBytes = 16 * 1024 * 1024;
const defaultCompactMs = 5_000;
/** Compaction runs this many slices (a few ms), then leaves the thread to others for a while. */
const compactSlices = 4;
const compactPauseMs = 5;
/** A group's buffer up to this size is used again. */
const spareLimitBytes = 1024 * 1024;

/**
 * Opens or creates the embedded changelog.
 *
 * @throws DATA_DIR_LOCKED, DATA_DIR_UNUSABLE, DATA_FORMAT_NEWER, SQLITE_MISSING
 */
export async function openSqliteChangelog(options: SqliteChangelogOptions): Promise<SqliteChangelog> {
  requireSqlite();
  const changelog = new SqliteChangelog(options);
  await changelog.start();
  return changelog;
}

interface PendingAppend {
  readonly log: SqlitePartitionLog;
  /** Where it stands in the group. */
  readonly at: number;
  readonly records: readonly NewRecord[];
  readonly timestamp: number;
  readonly resolve: (outcome: AppendOutcome) => void;
}

/** See the head of the file. Made by `openSqliteChangelog`. */
export class SqliteChangelog implements Changelog {
  readonly #options: SqliteChangelogOptions;
  readonly #path: string;
  readonly #queueBytes: number;
  readonly #compactMs: number | null;
  readonly #logger: Logger;
  readonly isShared = false;
  readonly #logs = new Map<number, SqlitePartitionLog>();
  readonly #waits = new GrowthWaits();
  #thread: SqliteThread<LogCalls> | undefined;
  #starting: Promise<SqliteThread<LogCalls>> | undefined;
  #nextLog = 1;
  /** Log time never goes back, whatever the clock does. */
  #timestamp = 0;
  #group = new GroupWriter();
  #queued: PendingAppend[] = [];
  /** The group that the thread has; undefined while it has none. */
  #inFlight: readonly PendingAppend[] | undefined;
  #spare: ArrayBuffer | undefined;
  #isFlushScheduled = false;
  #isClosed = false;
  #onIdle: (() => void) | undefined;
  #compaction: Timer | undefined;

  constructor(options: SqliteChangelogOptions) {
    this.#options = options;
    this.#path = join(options.dataDir, fileName);
    this.#queueBytes = options.queueBytes ?? defaultQueueBytes;
    this.#compactMs = options.compactMs === undefined ? defaultCompactMs : options.compactMs;
    this.#logger = options.logger ?? silentLogger;
  }

  /** Starts the thread and opens the file. */
  async start(): Promise<void> {
    await this.#running();
    if (this.#compactMs !== null) this.#compactAfter(this.#compactMs, this.#compactMs);
  }

  /** Every topic of the file. */
  async topics(): Promise<readonly TopicInfo[]> {
    return (await this.#running()).call("topics", null);
  }

  /** Compacts everything that is old enough, also where it would not be worth it yet. */
  async compact(): Promise<void> {
    let hasMore = true;
    while (hasMore) hasMore = await this.#compactSome(true);
  }

  async ensureTopics(topics: readonly TopicSpec[]): Promise<readonly TopicInfo[]> {
    const incarnations = topics.map(() => this.#options.random.bits64().toString(16).padStart(16, "0"));
    return (await this.#running()).call("ensureTopics", { topics, incarnations });
  }

  async open(request: {
    readonly topics: readonly string[];
    readonly partition: number;
    readonly epoch: number;
    readonly writer: bigint;
  }): Promise<PartitionLog> {
    const log = new SqlitePartitionLog(this, { ...request, id: this.#nextLog++ });
    log.took(await this.#claim(log, await this.#running()));
    this.#logs.set(log.id, log);
    return log;
  }

  async read(request: ReadRequest): Promise<LogSlice> {
    request.signal?.throwIfAborted();
    const fromOffset = Number(request.fromOffset);
    const maxBytes = Math.min(request.maxBytes ?? defaultReadBytes, readLimitBytes);
    const { topic, partition } = request;
    const slice = await (await this.#running()).call("read", { topic, partition, fromOffset, maxBytes });
    request.signal?.throwIfAborted();
    return {
      records: unpackRecords(slice.blocks, fromOffset),
      nextOffset: BigInt(slice.nextOffset),
      endOffset: BigInt(slice.endOffset),
    };
  }

  async grown({ topic, partition, endOffset, signal }: GrowthRequest): Promise<void> {
    for (;;) {
      // Before the look, so that no append falls between the two.
      const wait = this.#waits.begin(topic, partition, signal);
      try {
        const slice = await this.read({ topic, partition, fromOffset: endOffset, maxBytes: 1, signal });
        if (slice.endOffset !== endOffset) return;
        await wait.grown;
      } catch (error) {
        // A look that was under way has lost its thread to the close.
        throw this.#isClosed && !signal.aborted ? unavailable(this.#path, "it is closed", error) : error;
      } finally {
        wait.end();
      }
    }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#waits.fail(unavailable(this.#path, "it is closed"));
    this.#compaction?.cancel();
    if (this.#inFlight !== undefined || this.#queued.length > 0)
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
    const thread = this.#thread;
    this.#thread = undefined;
    try {
      await thread?.call("close", null);
    } finally {
      await thread?.terminate();
    }
  }

  /** For a log: makes it the writer of its parts unless a later epoch is. */
  async fence(log: SqlitePartitionLog): Promise<ReadonlyMap<string, bigint>> {
    const { isOwner, parts } = await this.#claim(log, await this.#running());
    if (!isOwner) throw fencedBy(log.subject, log.epoch);
    return new Map(parts.map((part) => [part.topic, BigInt(part.endOffset)]));
  }

  /** For a log: queues an append. */
  append(
    log: SqlitePartitionLog,
    parts: Iterable<readonly [number, readonly NewRecord[]]>,
    records: readonly NewRecord[],
  ): Promise<AppendOutcome> {
    if (this.#isClosed) return refused(unavailable(this.#path, "it is closed; nothing more is taken"));
    if (this.#group.length > this.#queueBytes)
      return refused(unavailable(this.#path, `more than ${this.#queueBytes} bytes wait to be written; try again`));
    this.#timestamp = Math.max(this.#timestamp, this.#options.clock.now());
    const timestamp = this.#timestamp;
    const at = this.#group.add(log.id, parts, timestamp);
    return new Promise((resolve) => {
      this.#queued.push({ log, at, records, timestamp, resolve });
      if (this.#inFlight === undefined && !this.#isFlushScheduled) {
        // What is appended in the same run of JavaScript goes along.
        this.#isFlushScheduled = true;
        queueMicrotask(() => {
          this.#isFlushScheduled = false;
          this.#flush();
        });
      }
    });
  }

  /** For a log that was closed. */
  forget(log: SqlitePartitionLog): void {
    this.#logs.delete(log.id);
  }

  #compactAfter(delayMs: number, everyMs: number): void {
    if (this.#isClosed) return;
    this.#compaction = this.#options.clock.after(
      delayMs,
      async () => {
        let hasMore = false;
        try {
          hasMore = await this.#compactSome(false);
        } catch (error) {
          if (!this.#isClosed)
            this.#logger.warn({ error: messageOf(error) }, "changelog: compaction failed; trying again later");
        }
        this.#compactAfter(hasMore ? compactPauseMs : everyMs, everyMs);
      },
      { unref: true },
    );
  }

  async #compactSome(isForced: boolean): Promise<boolean> {
    const thread = await this.#running();
    const now = this.#options.clock.now();
    return (await thread.call("compact", { now, isForced, slices: compactSlices })).hasMore;
  }

  #flush(): void {
    if (this.#inFlight !== undefined || this.#queued.length === 0) return;
    const pending = this.#queued;
    const group = this.#group.finish();
    this.#queued = [];
    this.#group = new GroupWriter(this.#spare);
    this.#spare = undefined;
    this.#inFlight = pending;
    const thread = this.#thread;
    if (thread !== undefined) thread.post(group);
    else
      this.#running().then(
        (started) => started.post(group),
        (error: unknown) => this.#fail(pending, "refused", error),
      );
  }

  #onGroup(buffer: ArrayBuffer): void {
    const pending = this.#inFlight ?? [];
    this.#inFlight = undefined;
    // The thread gets its next work before anybody is told about the last.
    this.#flush();
    const group = new GroupReader(buffer);
    for (const append of pending) {
      append.resolve(this.#outcome(group, append));
      this.#grew(append);
    }
    if (buffer.byteLength <= spareLimitBytes) this.#spare = buffer;
    this.#idle();
  }

  #outcome(group: GroupReader, append: PendingAppend): AppendOutcome {
    const outcome = group.outcomeAt(append.at);
    switch (outcome) {
      case "acknowledged":
        return { outcome, offsets: append.log.offsets(group, append.at, append.records), timestamp: append.timestamp };
      case "fenced":
        return { outcome, error: fencedBy(append.log.subject, append.log.epoch) };
      case "refused":
        return { outcome, error: unavailable(append.log.subject, group.text) };
      case "unknown":
        return { outcome, error: inDoubt(append.log.subject, group.text) };
    }
  }

  /** Also where that is not certain: who waits looks. */
  #grew({ log }: PendingAppend): void {
    if (!this.#waits.isEmpty) for (const topic of log.topics) this.#waits.grew(topic, log.partition);
  }

  #fail(pending: readonly PendingAppend[], outcome: "refused" | "unknown", error: unknown): void {
    this.#inFlight = undefined;
    const errorOf = outcome === "unknown" ? inDoubt : unavailable;
    for (const append of pending)
      append.resolve({ outcome, error: errorOf(append.log.subject, messageOf(error), error) });
    for (const append of pending) this.#grew(append);
    this.#flush();
    this.#idle();
  }

  #idle(): void {
    if (this.#inFlight === undefined && this.#queued.length === 0) this.#onIdle?.();
  }

  /** The thread; started again if it has died. */
  async #running(): Promise<SqliteThread<LogCalls>> {
    if (this.#thread !== undefined) return this.#thread;
    if (this.#isClosed) throw unavailable(this.#path, "it is closed");
    this.#starting ??= this.#start().finally(() => {
      this.#starting = undefined;
    });
    return this.#starting;
  }

  async #start(): Promise<SqliteThread<LogCalls>> {
    const thread: SqliteThread<LogCalls> = new SqliteThread<LogCalls>({
      entry: new URL("./sqlite-thread.js", import.meta.url),
      data: null,
      onBuffer: (buffer) => this.#onGroup(buffer),
      onDeath: (error) => this.#onDeath(thread, error),
    });
    try {
      await thread.call("start", { path: this.#path });
      const byEpoch = [...this.#logs.values()].sort((one, other) => one.epoch - other.epoch);
      for (const log of byEpoch) await this.#claim(log, thread);
    } catch (error) {
      await thread.terminate();
      throw error;
    }
    this.#thread = thread;
    return thread;
  }

  #onDeath(thread: SqliteThread<LogCalls>, error: Error): void {
    if (this.#thread !== thread) return;
    this.#thread = undefined;
    if (this.#inFlight !== undefined) this.#fail(this.#inFlight, "unknown", error);
  }

  async #claim(log: SqlitePartitionLog, thread: SqliteThread<LogCalls>): Promise<LogCalls["fence"]["reply"]> {
    const { topics, partition, epoch } = log;
    const claim = await thread.call("fence", { log: log.id, topics, partition, epoch });
    for (const part of claim.parts) this.#timestamp = Math.max(this.#timestamp, part.timestamp);
    return claim;
  }
}

class SqlitePartitionLog implements PartitionLog {
  readonly id: number;
  readonly topics: readonly string[];
  readonly partition: number;
  readonly epoch: number;
  readonly subject: string;
  readonly #changelog: SqliteChangelog;
  readonly #parts = new Map<string, number>();
  #isClosed = false;

  constructor(
    changelog: SqliteChangelog,
    request: {
      readonly id: number;
      readonly topics: readonly string[];
      readonly partition: number;
      readonly epoch: number;
    },
  ) {
    this.#changelog = changelog;
    this.id = request.id;
    this.topics = request.topics;
    this.partition = request.partition;
    this.epoch = request.epoch;
    this.subject = `${request.topics.join(", ")}/${request.partition}`;
  }

  /** Notes the parts that the thread has for the topics. */
  took(claim: { readonly parts: readonly PartState[] }): void {
    for (const { topic, part } of claim.parts) this.#parts.set(topic, part);
  }

  async fence(signal: AbortSignal): Promise<ReadonlyMap<string, bigint>> {
    signal.throwIfAborted();
    return this.#changelog.fence(this);
  }

  append(records: readonly NewRecord[]): Promise<AppendOutcome> {
    if (this.#isClosed) return refused(unavailable(this.subject, "this log is closed; nothing more is taken"));
    const byPart = new Map<number, NewRecord[]>();
    for (const record of records) {
      const part = this.#parts.get(record.topic);
      if (part === undefined)
        return refused(new Error(`assertion failed: topic ${record.topic} is not of ${this.subject}`));
      const known = byPart.get(part);
      if (known === undefined) byPart.set(part, [record]);
      else known.push(record);
    }
    return this.#changelog.append(this, byPart, records);
  }

  /** The offsets of records, in their order, from the first of each part. */
  offsets(group: GroupReader, append: number, records: readonly NewRecord[]): readonly bigint[] {
    const next = new Map<number, number>();
    for (const block of group.blocksOf(append)) {
      const part = group.partAt(block);
      if (!next.has(part)) next.set(part, group.baseAt(block));
    }
    return records.map((record) => {
      const part = this.#parts.get(record.topic) ?? 0;
      const offset = next.get(part) ?? 0;
      next.set(part, offset + 1);
      return BigInt(offset);
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#changelog.forget(this);
  }
}

function refused(error: Error): Promise<AppendOutcome> {
  return Promise.resolve({ outcome: "refused", error });
}
