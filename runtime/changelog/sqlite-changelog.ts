/**
 * The embedded changelog: one SQLite file for all topics, one thread that writes it. Appends of all partitions that come
 * while a commit runs are the next transaction, and are acknowledged when it is synced to the disk.
 */
import { join } from "node:path";
import type { Clock } from "../core/clock.js";
import { type Logger, silentLogger } from "../core/logger.js";
import type { Random } from "../core/random.js";
import { requireSqlite } from "../disk/sqlite.js";
import { SupervisedThread } from "../disk/supervised-thread.js";
import { AppendQueue } from "./append-queue.js";
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
import { CompactionTimer } from "./compaction-timer.js";
import { GrowthWaits } from "./growth-waits.js";
import { unpackRecords } from "./packed-blocks.js";
import type { LogCaller, LogCalls } from "./sqlite-calls.js";
import { SqlitePartitionLog, type SqlitePartitionLogOwner } from "./sqlite-partition-log.js";
import { fencedBy, newIncarnation, unavailable } from "./topics.js";

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

/** See the head of the file. Made by `openSqliteChangelog`. */
export class SqliteChangelog implements Changelog, SqlitePartitionLogOwner {
  readonly #random: Random;
  readonly #path: string;
  readonly #compactMs: number | null;
  readonly isShared = false;
  readonly #logs = new Map<number, SqlitePartitionLog>();
  readonly #waits = new GrowthWaits();
  readonly #thread: SupervisedThread<LogCalls>;
  readonly #queue: AppendQueue<SqlitePartitionLog>;
  readonly #compaction: CompactionTimer;
  #nextLog = 1;
  #isClosed = false;

  constructor(options: SqliteChangelogOptions) {
    const { clock, random, logger = silentLogger } = options;
    this.#random = random;
    this.#path = join(options.dataDir, fileName);
    this.#compactMs = options.compactMs === undefined ? defaultCompactMs : options.compactMs;
    this.#thread = new SupervisedThread<LogCalls>({
      entry: new URL("./sqlite-thread.js", import.meta.url),
      open: (thread) => this.#openFile(thread),
      close: (thread) => thread.call("close", null),
      retired: () => unavailable(this.#path, "it is closed"),
      onBuffer: (group) => this.#queue.returned(group),
      onDeath: (error) => this.#queue.died(error),
    });
    this.#queue = new AppendQueue({
      subject: this.#path,
      limitBytes: options.queueBytes ?? defaultQueueBytes,
      clock,
      post: (group) => this.#thread.post(group),
      onGrowth: (log) => this.#grew(log),
    });
    this.#compaction = new CompactionTimer({ thread: this.#thread, clock, logger });
  }

  /** Starts the thread and opens the file. */
  async start(): Promise<void> {
    await this.#thread.start();
    if (this.#compactMs !== null) this.#compaction.begin(this.#compactMs);
  }

  /** Every topic of the file. */
  async topics(): Promise<readonly TopicInfo[]> {
    return this.#thread.call("topics", null);
  }

  /** Compacts everything that is old enough, also where it would not be worth it yet. */
  compact(): Promise<void> {
    return this.#compaction.compactAll();
  }

  async ensureTopics(topics: readonly TopicSpec[]): Promise<readonly TopicInfo[]> {
    const incarnations = topics.map(() => newIncarnation(this.#random));
    return this.#thread.call("ensureTopics", { topics, incarnations });
  }

  async open(request: {
    readonly topics: readonly string[];
    readonly partition: number;
    readonly epoch: number;
    readonly writer: bigint;
  }): Promise<PartitionLog> {
    const log = new SqlitePartitionLog(this, { ...request, id: this.#nextLog++ });
    log.took(await this.#claim(log, this.#thread));
    this.#logs.set(log.id, log);
    return log;
  }

  async read(request: ReadRequest): Promise<LogSlice> {
    request.signal?.throwIfAborted();
    const fromOffset = Number(request.fromOffset);
    const maxBytes = Math.min(request.maxBytes ?? defaultReadBytes, readLimitBytes);
    const { topic, partition } = request;
    const slice = await this.#thread.call("read", { topic, partition, fromOffset, maxBytes });
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
    this.#compaction.stop();
    this.#thread.retire();
    if (!this.#queue.isIdle) await this.#queue.idle();
    await this.#thread.end();
  }

  /** See `SqlitePartitionLogOwner`. */
  async fence(log: SqlitePartitionLog): Promise<ReadonlyMap<string, bigint>> {
    const { isOwner, parts } = await this.#claim(log, this.#thread);
    if (!isOwner) throw fencedBy(log.subject, log.epoch);
    return new Map(parts.map((part) => [part.topic, BigInt(part.endOffset)]));
  }

  /** See `SqlitePartitionLogOwner`. */
  append(
    log: SqlitePartitionLog,
    parts: Iterable<readonly [part: number, records: readonly NewRecord[]]>,
    records: readonly NewRecord[],
  ): Promise<AppendOutcome> {
    if (!this.#isClosed) return this.#queue.append(log, parts, records);
    const error = unavailable(this.#path, "it is closed; nothing more is taken");
    return Promise.resolve({ outcome: "refused", error });
  }

  /** See `SqlitePartitionLogOwner`. */
  forget(log: SqlitePartitionLog): void {
    this.#logs.delete(log.id);
  }

  #grew(log: SqlitePartitionLog): void {
    if (!this.#waits.isEmpty) for (const topic of log.topics) this.#waits.grew(topic, log.partition);
  }

  /** A new thread knows no writer: each log becomes the writer of its parts again, the latest epoch last. */
  async #openFile(thread: LogCaller): Promise<void> {
    await thread.call("start", { path: this.#path });
    const byEpoch = [...this.#logs.values()].sort((one, other) => one.epoch - other.epoch);
    for (const log of byEpoch) await this.#claim(log, thread);
  }

  async #claim(log: SqlitePartitionLog, thread: LogCaller): Promise<LogCalls["fence"]["reply"]> {
    const { topics, partition, epoch } = log;
    const claim = await thread.call("fence", { log: log.id, topics, partition, epoch });
    for (const part of claim.parts) this.#queue.metTimestamp(part.timestamp);
    return claim;
  }
}
