/**
 * The embedded memstore: one SQLite file for all partitions. Changes are visible at once and written behind: a thread puts
 * rows, answers and checkpoints of all partitions into the file in one transaction. Reads look into a bounded cache, then at
 * what is not written yet, then into the file.
 */
import { join } from "node:path";
import type { Clock } from "../core/clock.js";
import { AffinityError, messageOf } from "../core/errors.js";
import { type Logger, silentLogger } from "../core/logger.js";
import { requireSqlite } from "../disk/sqlite.js";
import { SqliteThread } from "../disk/sqlite-thread.js";
import type { PackedGroup } from "./flush-group.js";
import { FrozenViews } from "./frozen-views.js";
import { MemReader } from "./mem-reader.js";
import type { MemStore, PartitionStore } from "./memstore.js";
import { tooManySnapshots } from "./range-check.js";
import { RowCache } from "./row-cache.js";
import type { MemCalls, PartitionName, PartitionState } from "./sqlite-mem-calls.js";
import { type PartitionHost, SqlitePartitionStore } from "./sqlite-partition.js";
import { WriteBehind } from "./write-behind.js";

export interface SqliteMemStoreOptions {
  /** Folder of the file `memstore.sqlite`; it must exist and be locked by this process. */
  readonly dataDir: string;
  readonly clock: Clock;
  readonly logger?: Logger;
  /** Rows kept in memory by all partitions together, in MB, and an eighth of it of the file's pages. Default 256. */
  readonly cacheMb?: number;
  /**
   * How long changes gather before they are written, ms: a row that changes often is written once for all of it, and a crash
   * leaves as much of the log to be read again. Default 5,000.
   */
  readonly flushMs?: number;
  /** Bytes of changes that are written without waiting for `flushMs`. Default a quarter of `unflushedBytes`. */
  readonly flushBytes?: number;
  /** Bytes of changes that are not written yet, above which `pressure` asks callers to wait. Default 64 MB. */
  readonly unflushedBytes?: number;
  /** Pages of 4 kB in the write-ahead log before it is copied into the file. Default 4,000. */
  readonly walPages?: number;
  /** Snapshots of all partitions that may be open at once. Default 1,024. */
  readonly snapshotLimit?: number;
}

const fileName = "memstore.sqlite";
const mega = 1024 * 1024;

/**
 * Opens or creates the embedded memstore.
 *
 * @throws DATA_DIR_LOCKED, DATA_DIR_UNUSABLE, DATA_FORMAT_NEWER, SQLITE_MISSING
 */
export async function openSqliteMemStore(options: SqliteMemStoreOptions): Promise<SqliteMemStore> {
  requireSqlite();
  const path = join(options.dataDir, fileName);
  return new SqliteMemStore(path, await startThread(path, options.walPages), options);
}

async function startThread(path: string, walPages: number | undefined): Promise<SqliteThread<MemCalls>> {
  const thread = new SqliteThread<MemCalls>({
    entry: new URL("./sqlite-mem-thread.js", import.meta.url),
    data: null,
  });
  try {
    await thread.call("start", { path, ...(walPages === undefined ? {} : { walPages }) });
    return thread;
  } catch (error) {
    await thread.terminate();
    throw error;
  }
}

/** See the head of the file. Made by `openSqliteMemStore`. */
export class SqliteMemStore implements MemStore {
  readonly #path: string;
  #thread: SqliteThread<MemCalls>;
  #restarting: Promise<SqliteThread<MemCalls>> | undefined;
  readonly #logger: Logger;
  readonly #walPages: number | undefined;
  readonly #behind: WriteBehind;
  readonly #host: PartitionHost;
  readonly #partitions = new Map<string, SqlitePartitionStore>();
  #isClosed = false;

  constructor(path: string, thread: SqliteThread<MemCalls>, options: SqliteMemStoreOptions) {
    this.#path = path;
    this.#thread = thread;
    this.#logger = options.logger ?? silentLogger;
    this.#walPages = options.walPages;
    const { unflushedBytes = 64 * mega } = options;
    this.#behind = new WriteBehind({
      clock: options.clock,
      flushMs: options.flushMs ?? 5_000,
      flushBytes: options.flushBytes ?? unflushedBytes / 4,
      unflushedBytes,
      write: (group) => this.#write(group),
      failed: (error) => this.#failed(error),
    });
    this.#host = this.#hostOf(path, options);
  }

  async open(request: PartitionName): Promise<PartitionStore> {
    if (this.#isClosed) throw new AffinityError("SHUTTING_DOWN", `${this.#path}: it is closed`);
    const name = `${request.keyspace}/${request.partition}`;
    const known = this.#partitions.get(name);
    if (known !== undefined) return known;
    const state = await (await this.#running()).call("open", { ...request, stores: [...request.stores] });
    const partition = this.#partitions.get(name) ?? new SqlitePartitionStore(this.#host, request, state);
    this.#partitions.set(name, partition);
    return partition;
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#behind.stop();
    try {
      await this.#behind.flush();
    } catch (error) {
      this.#logger.warn(
        { error: messageOf(error) },
        "memstore: the last changes are not written; the changelog has them",
      );
    }
    this.#host.views.close();
    this.#host.reader.close();
    const thread = await this.#last();
    try {
      if (!thread.isDead) await thread.call("close", null);
    } finally {
      await thread.terminate();
    }
  }

  async kill(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#behind.stop();
    // A write under way is made undone by the end of its thread, or is whole already.
    const settled = this.#behind.settled();
    await (await this.#last()).terminate();
    await settled;
    this.#host.views.close();
    this.#host.reader.close();
  }

  async #write(group: PackedGroup): Promise<ReadonlyMap<number, number>> {
    // At once where it can be: the caller packs the next group behind this.
    const thread = this.#thread.isDead ? await this.#running() : this.#thread;
    const answers = await thread.call("flush", { group }, [group.buffer]);
    // From here on the file has what the layers had: views from before are no base for new snapshots.
    this.#host.views.turn();
    return answers;
  }

  #failed(error: unknown): AffinityError {
    const failure = new AffinityError(
      "DATA_DIR_UNUSABLE",
      `${this.#path}: ${messageOf(error)}; changes stay in memory, and are in the changelog; free space or mend the disk`,
      { cause: error },
    );
    this.#logger.warn({ error: failure.message }, "memstore: changes could not be written; trying again");
    return failure;
  }

  async #clear(name: PartitionName): Promise<PartitionState> {
    const thread = await this.#running();
    const state = await thread.call("clear", { ...name, stores: [...name.stores] });
    this.#host.views.turn();
    return state;
  }

  /** The thread that is there, or will be when its start has ended. */
  async #last(): Promise<SqliteThread<MemCalls>> {
    return (await this.#restarting?.catch(() => undefined)) ?? this.#thread;
  }

  /** The thread; started again if it has died: what it had not written is still here. */
  async #running(): Promise<SqliteThread<MemCalls>> {
    if (this.#thread.isDead) {
      this.#restarting ??= startThread(this.#path, this.#walPages).finally(() => {
        this.#restarting = undefined;
      });
      this.#thread = await this.#restarting;
    }
    return this.#thread;
  }

  #hostOf(path: string, options: SqliteMemStoreOptions): PartitionHost {
    const cacheBytes = (options.cacheMb ?? 256) * mega;
    const limit = options.snapshotLimit ?? 1024;
    let snapshots = 0;
    return {
      reader: new MemReader(path, Math.max(cacheBytes / 8, mega)),
      views: new FrozenViews(path),
      cache: new RowCache(cacheBytes),
      grew: (partition, bytes) => this.#behind.grew(partition, bytes),
      pressure: () => this.#behind.pressure(),
      flush: () => this.#behind.flush(),
      clear: (name) => this.#clear(name),
      snapshotOpened: () => {
        if (snapshots >= limit) throw tooManySnapshots(limit);
        snapshots += 1;
      },
      snapshotClosed: () => {
        snapshots -= 1;
      },
    };
  }
}
