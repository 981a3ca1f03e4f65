/** Durable appends of the embedded changelog, against what one would do with better-sqlite3 alone. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import type { NewRecord, PartitionLog } from "../../runtime/changelog/changelog.js";
import { openSqliteChangelog } from "../../runtime/changelog/sqlite-changelog.js";
import { systemClock } from "../../runtime/core/clock.js";
import { systemRandom } from "../../runtime/core/random.js";

/** Records with keys of about 20 bytes and values of 120. */
const value = Buffer.alloc(120, 7);
const topic = "bench";
const partitions = 8;
const appenders = 64;

/** Records a second of 64 appenders, each of which waits for its record before it sends the next. */
export async function changelogAppends(durationMs: number): Promise<number> {
  const dataDir = mkdtempSync(join(tmpdir(), "affinity-bench-"));
  const changelog = await openSqliteChangelog({ dataDir, clock: systemClock, random: systemRandom });
  try {
    await changelog.ensureTopics([{ name: topic, partitions, historyMs: 3_600_000, tombstoneMs: 86_400_000 }]);
    const batchers: Batcher[] = [];
    for (let partition = 0; partition < partitions; partition += 1)
      batchers.push(new Batcher(await changelog.open({ topics: [topic], partition, epoch: 1, writer: 1n })));
    const end = performance.now() + durationMs;
    let count = 0;
    const start = performance.now();
    await Promise.all(
      Array.from({ length: appenders }, async (_, appender) => {
        const batcher = batchers[appender % partitions];
        for (let index = 0; performance.now() < end; index += 1, count += 1)
          await batcher?.append(Buffer.from(`key-${appender}-${index}`));
      }),
    );
    return (count * 1000) / (performance.now() - start);
  } finally {
    await changelog.close();
    rmSync(dataDir, { recursive: true });
  }
}

/** A partition's pipe: one append in flight, what comes meanwhile is the next batch. */
class Batcher {
  readonly #log: PartitionLog;
  #waiting: { readonly key: Buffer; readonly resolve: () => void; readonly reject: (error: Error) => void }[] = [];
  #isRunning = false;
  #batch = 0;

  constructor(log: PartitionLog) {
    this.#log = log;
  }

  append(key: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ key, resolve, reject });
      if (!this.#isRunning) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    // What comes in the same turn goes along.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      this.#batch += 1;
      const time = Date.now();
      const records = batch.map(
        ({ key }, index): NewRecord => ({
          topic,
          key,
          value,
          headers: { epoch: 1, batch: this.#batch, index, count: batch.length, writer: 1n, time },
        }),
      );
      const outcome = await this.#log.append(records);
      for (const { resolve, reject } of batch) {
        if (outcome.outcome === "acknowledged") resolve();
        else reject(outcome.error);
      }
    }
    this.#isRunning = false;
  }
}

/** Records a second of better-sqlite3 alone, in one thread, with `synchronous=FULL`. */
export function bareInserts(durationMs: number, perTransaction: number): number {
  const folder = mkdtempSync(join(tmpdir(), "affinity-bench-"));
  const db = new Database(join(folder, "bare.sqlite"));
  try {
    db.pragma("journal_mode = WAL");
    db.pragma("synchronous = FULL");
    db.exec(
      "create table log (id integer primary key, partition integer, key blob, value blob, epoch integer, batch integer, time integer)",
    );
    const insert = db.prepare("insert into log (partition, key, value, epoch, batch, time) values (?, ?, ?, 1, ?, ?)");
    const transaction = db.transaction((from: number) => {
      for (let index = from; index < from + perTransaction; index += 1)
        insert.run(index % partitions, Buffer.from(`key-${index % appenders}-${index}`), value, index, Date.now());
    });
    const start = performance.now();
    let count = 0;
    for (; performance.now() - start < durationMs; count += perTransaction) transaction(count);
    return (count * 1000) / (performance.now() - start);
  } finally {
    db.close();
    rmSync(folder, { recursive: true });
  }
}
