/** Reads and changes of the embedded memstore, against a Map and against a prepared statement of better-sqlite3. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { systemClock } from "../../runtime/core/clock.js";
import type { Checkpoint, PartitionStore } from "../../runtime/memstore/memstore.js";
import { openSqliteMemStore, type SqliteMemStore } from "../../runtime/memstore/sqlite-memstore.js";

const valueBytes = 100;

/** Nanoseconds a call, by case. */
export interface MemStoreTimes {
  readonly hit: number;
  readonly miss: number;
  readonly absentAnswer: number;
  readonly apply: number;
  readonly map: number;
  readonly bareGet: number;
}

/** Measures with `keys` rows of 100 bytes, all of which are in the file. */
export async function memstoreTimes(keys: number, calls: number): Promise<MemStoreTimes> {
  const dataDir = mkdtempSync(join(tmpdir(), "affinity-bench-"));
  try {
    let store = await openSqliteMemStore({ dataDir, clock: systemClock });
    const partition = await store.open({ keyspace: "k", partition: 0, stores: ["s"] });
    const apply = await timed(keys, (index) => put(partition, index), partition);
    await partition.flush();
    await store.close();
    store = await openSqliteMemStore({ dataDir, clock: systemClock, cacheMb: 1_024 });
    try {
      const times = await readTimes(store, keys, calls);
      return { ...times, apply, ...bareTimes(join(dataDir, "memstore.sqlite"), keys, calls) };
    } finally {
      await store.close();
    }
  } finally {
    rmSync(dataDir, { recursive: true });
  }
}

async function readTimes(
  store: SqliteMemStore,
  keys: number,
  calls: number,
): Promise<Pick<MemStoreTimes, "hit" | "miss" | "absentAnswer">> {
  const partition = await store.open({ keyspace: "k", partition: 0, stores: ["s"] });
  const get = (index: number): void => void partition.get("s", keyOf(scattered(index, keys)));
  const miss = await timed(calls, get);
  const hit = await timed(calls, get);
  const absentAnswer = await timed(calls, (index) => void partition.answer(`0190f5fe-7c00-7a00-8${index}`));
  return { hit, miss, absentAnswer };
}

function bareTimes(path: string, keys: number, calls: number): Pick<MemStoreTimes, "map" | "bareGet"> {
  const map = new Map<string, Buffer>();
  for (let index = 0; index < Math.min(keys, calls); index += 1)
    map.set(keyOf(scattered(index, keys)), Buffer.alloc(valueBytes, index));
  const fromMap = timedNow(calls, (index) => void map.get(keyOf(scattered(index, keys))));
  const db = new Database(path, { readonly: true });
  const statement = db.prepare("select row from rows where store = 1 and key = ?").pluck();
  const bareGet = timedNow(calls, (index) => void statement.get(Buffer.from(keyOf(scattered(index, keys)), "latin1")));
  db.close();
  return { map: fromMap, bareGet };
}

function put(partition: PartitionStore, index: number): void {
  const value = Buffer.alloc(valueBytes, index);
  const row = { value, offset: BigInt(index), epoch: 1, batch: index, time: 1_700_000_000_000 };
  partition.apply({ rows: [{ store: "s", key: keyOf(index), row }], answers: [], checkpoint: checkpoint(index) });
}

function keyOf(index: number): string {
  return `customer-${index}`;
}

// A prime step visits all keys in an order that no cache of pages likes.
function scattered(index: number, keys: number): number {
  return (index * 7_919_993) % keys;
}

async function timed(calls: number, call: (index: number) => void, partition?: PartitionStore): Promise<number> {
  const start = performance.now();
  for (let index = 0; index < calls; index += 1) {
    call(index);
    if (index % 1_000 === 0) await (partition?.pressure() ?? new Promise((resolve) => setImmediate(resolve)));
  }
  return ((performance.now() - start) * 1e6) / calls;
}

function timedNow(calls: number, call: (index: number) => void): number {
  const start = performance.now();
  for (let index = 0; index < calls; index += 1) call(index);
  return ((performance.now() - start) * 1e6) / calls;
}

function checkpoint(index: number): Checkpoint {
  return {
    offsets: { topic: BigInt(index) },
    epoch: 1,
    batch: index,
    writer: 1n,
    index: 0,
    shadowed: [],
    caughtUpTime: 0,
    incarnations: { topic: "x" },
    layout: "x",
  };
}
