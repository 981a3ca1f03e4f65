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
import { SupervisedThread } from "../disk/supervised-thread.js";
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
  const thread = threadOf(path, options.walPages);
  await thread.start();
  return new SqliteMemStore(path, thread, options);
}

function threadOf(path: string, walPages: number | undefined): SupervisedThread<MemCalls> {
  return new SupervisedThread<MemCalls>({
    entry: new URL("./sqlite-mem-thread.js", import.meta.url),
    open: (thread) => thread.call("start", { path, ...(walPages === undefined ? {} : { walPages }) }),
    close: (thread) => thread.call("close", null),
    retired: () => closed(path),
  });
}

function closed(path: string): AffinityError {
  return new AffinityError("SHUTTING_DOWN", `${path}: it is closed`);
}

/** See the head of the file. Made by `openSqliteMemStore`. */
export class SqliteMemStore implements MemStore {
  readonly #path: string;
  /** What a thread that died had not written is still here. */
  readonly #thread: SupervisedThread<MemCalls>;
  readonly #logger: Logger;
  readonly #behind: WriteBehind;
  readonly #host: PartitionHost;
  readonly #partitions = new Map<string, SqlitePartitionStore>();
  #isClosed = false;

  constructor(path: string, thread: SupervisedThread<MemCalls>, options: SqliteMemStoreOptions) {
    this.#path = path;
    this.#thread = thread;
    this.#logger = options.logger ?? silentLogger;
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
    if (this.#isClosed) throw closed(this.#path);
    const name = `${request.keyspace}/${request.partition}`;
    const known = this.#partitions.get(name);
    if (known !== undefined) return known;
    const state = await this.#thread.call("open", { ...request, stores: [...request.stores] });
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
    await this.#thread.end();
  }

  async kill(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#behind.stop();
    // A write under way is made undone by the end of its thread, or is whole already.
    const settled = this.#behind.settled();
    await this.#thread.kill();
    await settled;
    this.#host.views.close();
    this.#host.reader.close();
  }

  async #write(group: PackedGroup): Promise<ReadonlyMap<number, number>> {
    // At once where it can be: the caller packs the next group behind this.
    const answers = await this.#thread.call("flush", { group }, [group.buffer]);
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
    const state = await this.#thread.call("clear", { ...name, stores: [...name.stores] });
    this.#host.views.turn();
    return state;
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
