/**
 * The embedded memstore: one SQLite file for all partitions. Changes are visible at once and written behind: a thread puts
 * rows, answers and checkpoints of all partitions into the file in one transaction. Reads look into a bounded cache, then at
 * what is not written yet, then into the file.
 */
import { join } from "node:path";
import type { Clock, Timer } from "../core/clock.js";
import { AffinityError, messageOf } from "../core/errors.js";
import { type Logger, silentLogger } from "../core/logger.js";
import { ByteWriter } from "../disk/byte-writer.js";
import { requireSqlite } from "../disk/sqlite.js";
import { SqliteThread } from "../disk/sqlite-thread.js";
import { FrozenViews } from "./frozen-views.js";
import { MemReader } from "./mem-reader.js";
import type { MemStore, PartitionStore } from "./memstore.js";
import { tooManySnapshots } from "./range-check.js";
import { RowCache } from "./row-cache.js";
import type { MemCalls, PartitionName, PartitionState } from "./sqlite-mem-calls.js";
import { type PartitionHost, SqlitePartitionStore } from "./sqlite-partition.js";

export interface SqliteMemStoreOptions {
  /** Folder of the file `memstore.sqlite`; it must exist and be locked by this process. */
  readonly dataDir: string;
  readonly clock: Clock;
  readonly logger?: Logger;
  /** Rows kept in memory by all partitions together, in MB, and an eighth of it of the file's pages. Default 256. */
  readonly cacheMb?: number;
  /** How long changes gather before they are written, ms. Default 1,000. */
  readonly flushMs?: number;
  /** Bytes of changes that are written without waiting for `flushMs`. Default 8 MB. */
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
/** Wait after a write that failed, ms. */
const retryMs = 1_000;

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
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #flushMs: number;
  readonly #flushBytes: number;
  readonly #unflushedBytes: number;
  readonly #walPages: number | undefined;
  readonly #host: PartitionHost;
  readonly #partitions = new Map<string, SqlitePartitionStore>();
  readonly #dirty = new Set<SqlitePartitionStore>();
  /** Bytes of changes that are not in the file. */
  #bytes = 0;
  #timer: Timer | undefined;
  /** The write under way. */
  #writing: Promise<boolean> | undefined;
  #relief: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined;
  /** The last attempt to write failed; the next one waits for its timer. */
  #isFailing = false;
  #isClosed = false;

  constructor(path: string, thread: SqliteThread<MemCalls>, options: SqliteMemStoreOptions) {
    this.#path = path;
    this.#thread = thread;
    this.#clock = options.clock;
    this.#logger = options.logger ?? silentLogger;
    this.#flushMs = options.flushMs ?? 1_000;
    this.#flushBytes = options.flushBytes ?? 8 * mega;
    this.#unflushedBytes = options.unflushedBytes ?? 64 * mega;
    this.#walPages = options.walPages;
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
    this.#timer?.cancel();
    try {
      await this.#flush();
    } catch (error) {
      this.#logger.warn(
        { error: messageOf(error) },
        "memstore: the last changes are not written; the changelog has them",
      );
    }
    this.#host.views.close();
    this.#host.reader.close();
    try {
      await this.#thread.call("close", null);
    } finally {
      await this.#thread.terminate();
    }
  }

  async kill(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#timer?.cancel();
    // A write under way is made undone by the end of its thread, or is whole already.
    const writing = this.#writing?.catch(() => undefined);
    await this.#thread.terminate();
    await writing;
    this.#host.views.close();
    this.#host.reader.close();
  }

  /** Writes what was applied before the call. Rejects when an attempt to write fails. */
  async #flush(): Promise<void> {
    // A write under way may have begun before the newest changes.
    if (this.#writing !== undefined) await this.#writing.catch(() => undefined);
    let isAll = false;
    while (!isAll) isAll = await (this.#writing ?? this.#write());
  }

  /** @returns As `#writeDirty`. */
  #write(): Promise<boolean> {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#dirty.size === 0) return Promise.resolve(true);
    this.#writing = this.#writeDirty();
    return this.#writing;
  }

  /** @returns Whether all that was applied before is written; not so when a write that had failed was made good. */
  async #writeDirty(): Promise<boolean> {
    const partitions = [...this.#dirty];
    this.#dirty.clear();
    let bytes = 0;
    let isAll = true;
    try {
      // Memory that is not written to costs nothing, and growing would copy.
      const room = partitions.reduce((sum, { packedBytes }) => sum + packedBytes, 0);
      const out = new ByteWriter(new ArrayBuffer(room));
      for (const partition of partitions) {
        isAll &&= !partition.isSealed;
        bytes += partition.pack(out);
      }
      const thread = await this.#running();
      const group = { buffer: out.buffer, length: out.length };
      const answers = await thread.call("flush", { group }, [group.buffer]);
      // From here on the file has what the layers had: views from before are no base for new snapshots.
      this.#host.views.turn();
      for (const partition of partitions) {
        partition.persisted(answers.get(partition.id) ?? 0);
        if (partition.isDirty) this.#dirty.add(partition);
      }
    } catch (error) {
      this.#writing = undefined;
      for (const partition of partitions) this.#dirty.add(partition);
      this.#isFailing = true;
      this.#schedule(retryMs);
      const failure = new AffinityError(
        "DATA_DIR_UNUSABLE",
        `${this.#path}: ${messageOf(error)}; changes stay in memory, and are in the changelog; free space or mend the disk`,
        { cause: error },
      );
      this.#logger.warn({ error: failure.message }, "memstore: changes could not be written; trying again");
      throw failure;
    }
    // In the same turn as what follows from it: a change that comes later sets a timer of its own.
    this.#writing = undefined;
    this.#isFailing = false;
    this.#bytes -= bytes;
    if (this.#bytes <= this.#unflushedBytes) {
      this.#relief?.resolve();
      this.#relief = undefined;
    }
    if (this.#dirty.size > 0) this.#schedule(this.#bytes >= this.#flushBytes ? 0 : this.#flushMs);
    return isAll;
  }

  #grew(partition: SqlitePartitionStore, bytes: number): void {
    this.#bytes += bytes;
    this.#dirty.add(partition);
    if (this.#writing !== undefined || this.#isFailing) return;
    if (this.#bytes >= this.#flushBytes) this.#writeSoon();
    else this.#schedule(this.#flushMs);
  }

  #schedule(delayMs: number): void {
    if (this.#isClosed) return;
    this.#timer ??= this.#clock.after(
      delayMs,
      () => {
        this.#timer = undefined;
        this.#writeSoon();
      },
      { unref: true },
    );
  }

  #writeSoon(): void {
    // A failure is logged, and tried again.
    if (this.#writing === undefined) this.#write().catch(() => undefined);
  }

  #pressure(): Promise<void> | undefined {
    if (this.#bytes <= this.#unflushedBytes) return undefined;
    if (this.#relief === undefined) {
      let resolve = (): void => undefined;
      const promise = new Promise<void>((settle) => {
        resolve = settle;
      });
      this.#relief = { promise, resolve };
    }
    if (!this.#isFailing) this.#writeSoon();
    return this.#relief.promise;
  }

  async #clear(name: PartitionName): Promise<PartitionState> {
    const thread = await this.#running();
    const state = await thread.call("clear", { ...name, stores: [...name.stores] });
    this.#host.views.turn();
    return state;
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
      grew: (partition, bytes) => this.#grew(partition, bytes),
      pressure: () => this.#pressure(),
      flush: () => this.#flush(),
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
