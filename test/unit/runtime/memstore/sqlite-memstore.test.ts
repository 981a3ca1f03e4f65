import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../../../runtime/core/clock.js";
import { readCheckpoint } from "../../../../runtime/memstore/checkpoint-text.js";
import type { PartitionStore } from "../../../../runtime/memstore/memstore.js";
import {
  openSqliteMemStore,
  type SqliteMemStore,
  type SqliteMemStoreOptions,
} from "../../../../runtime/memstore/sqlite-memstore.js";
import { MovableClock } from "../../../../runtime/testing/movable-clock.js";
import { FlushControl } from "../../../contract/flush-control.js";
import { withWorker } from "../../../contract/last-worker.js";
import { checkpointAt, rowOf } from "../../../contract/memstore-model.js";
import { type TempFolder, tempFolder } from "../../../contract/temp-folder.js";

describe("the embedded memstore", () => {
  let folder: TempFolder;
  let file: string;
  beforeEach(async () => {
    folder = await tempFolder();
    file = join(folder.path, "memstore.sqlite");
  });
  afterEach(() => folder.remove());

  const open = (options: Partial<SqliteMemStoreOptions> = {}): Promise<SqliteMemStore> =>
    openSqliteMemStore({ dataDir: folder.path, clock: systemClock, ...options });
  const openPartition = (store: SqliteMemStore): Promise<PartitionStore> =>
    store.open({ keyspace: "k", partition: 0, stores: ["s"] });
  function put(partition: PartitionStore, batch: number, value?: string): void {
    const rows = [{ store: "s", key: `key-${batch}`, row: rowOf(batch, value) }];
    partition.apply({ rows, answers: [], checkpoint: checkpointAt(batch) });
  }

  it("of a newer format is DATA_FORMAT_NEWER and stays as it is", async () => {
    await (await open()).close();
    const db = new Database(file);
    db.pragma("user_version = 2");
    db.close();
    const before = readFileSync(file);
    await expect(open()).rejects.toMatchObject({ code: "DATA_FORMAT_NEWER" });
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it("that is another database is DATA_DIR_UNUSABLE and stays as it is", async () => {
    const db = new Database(file);
    db.exec("create table mine (x)");
    db.close();
    const before = readFileSync(file);
    await expect(open()).rejects.toThrow(/DATA_DIR_UNUSABLE.*no memstore/);
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it("that is no database is DATA_DIR_UNUSABLE and says that it may be removed", async () => {
    writeFileSync(file, "no database, but long enough to be one".repeat(100));
    await expect(open()).rejects.toThrow(/DATA_DIR_UNUSABLE.*memstore\.sqlite.*remove it/);
  });

  it("P12: asks callers to wait while too much is not written, and lets them go on when it is", async () => {
    const store = await open({ unflushedBytes: 100_000 });
    const partition = await openPartition(store);
    expect(partition.pressure()).toBeUndefined();
    let batch = 0;
    while (partition.pressure() === undefined) put(partition, ++batch, "x".repeat(5_000));
    expect(batch).toBeLessThan(30);
    await partition.pressure();
    expect(partition.pressure()).toBeUndefined();
    await store.close();
  });

  it("that cannot be written keeps changes in memory, says so, and writes them when it can", async () => {
    const clock = new MovableClock();
    const warnings: string[] = [];
    const logger = {
      debug() {},
      info() {},
      error() {},
      warn: (_facts: object, text: string) => void warnings.push(text),
    };
    const store = await open({ clock, logger });
    const partition = await openPartition(store);
    put(partition, 1);
    await partition.flush();
    const blocker = new Database(file);
    blocker.exec("begin immediate");
    put(partition, 2);
    await expect(partition.flush()).rejects.toMatchObject({ code: "DATA_DIR_UNUSABLE" });
    expect(warnings.length).toBeGreaterThan(0);
    put(partition, 3);
    expect([1, 2, 3].map((batch) => partition.get("s", `key-${batch}`)?.batch)).toEqual([1, 2, 3]);
    expect(partition.range({ store: "s", limit: 10 }).length).toBe(3);
    blocker.exec("rollback");
    blocker.close();
    clock.advance(10_000);
    await partition.flush();
    await store.close();
    const again = await open();
    expect((await openPartition(again)).checkpoint).toEqual(checkpointAt(3));
    await again.close();
  });

  it("P12: counts answers rightly over a write that failed half-way", async () => {
    const store = await open();
    const partition = await openPartition(store);
    put(partition, 1);
    await partition.flush();
    const other = new Database(file);
    other.exec("create trigger t before update on partitions begin select raise(abort, 'half-way'); end");
    const answers = [1, 2, 3].map((time) => ({ key: `i${time}`, time, answer: new Uint8Array(1) }));
    partition.apply({ rows: [], answers, checkpoint: checkpointAt(2) });
    await expect(partition.flush()).rejects.toMatchObject({ code: "DATA_DIR_UNUSABLE" });
    other.exec("drop trigger t");
    other.close();
    await partition.flush();
    await store.close();
    const again = await open();
    expect((await openPartition(again)).answerCount).toBe(3);
    await again.close();
  });

  it("starts its thread again when it has died, and loses nothing", async () => {
    const { result: store, worker } = await withWorker(() => open());
    const partition = await openPartition(store);
    put(partition, 1);
    await partition.flush();
    put(partition, 2);
    await worker.terminate();
    put(partition, 3);
    expect([1, 2, 3].map((batch) => partition.get("s", `key-${batch}`)?.batch)).toEqual([1, 2, 3]);
    await partition.flush();
    await store.close();
    const again = await open();
    const reopened = await openPartition(again);
    expect(reopened.range({ store: "s", limit: 10 }).map(({ row }) => row.batch)).toEqual([1, 2, 3]);
    await again.close();
  });

  it("writes by itself after a while", async () => {
    const clock = new MovableClock();
    const store = await open({ clock, flushMs: 60_000 });
    const partition = await openPartition(store);
    put(partition, 1);
    clock.advance(60_001);
    const reader = new Database(file, { readonly: true });
    const count = reader.prepare("select count(*) from rows").pluck();
    while (count.get() !== 1) await new Promise((resolve) => setImmediate(resolve));
    reader.close();
    await store.close();
  });

  it("P7: the file has at no moment a checkpoint without its rows, or rows without their checkpoint", async () => {
    const flushes = new FlushControl();
    // It writes when it is asked to: the clock stands still.
    const { result: store, worker } = await withWorker(() => open({ clock: new MovableClock() }));
    flushes.attach(worker);
    const partition = await openPartition(store);
    const reader = new Database(file, { readonly: true });
    const checkpoint = reader.prepare("select checkpoint from partitions").pluck();
    const count = reader.prepare("select count(*) from rows").pluck();
    const reached = reader.transaction(() => {
      const text = checkpoint.get();
      return { batch: typeof text === "string" ? readCheckpoint(text).batch : 0, rows: count.get() };
    });
    let batch = 0;
    // The long ones are looked at while they are written, the short ones when they are and nobody was told.
    for (const changes of [1, 2, 5_000, 1, 5_000, 3]) {
      const before = batch;
      flushes.fate = "written";
      while (batch < before + changes) put(partition, ++batch);
      const flushed = partition.flush();
      for (;;) {
        const { batch: seen, rows } = reached();
        expect(rows).toBe(seen);
        if (seen > before) break;
        await new Promise((resolve) => setImmediate(resolve));
      }
      flushes.fate = "done";
      await flushed;
    }
    expect(reached()).toEqual({ batch, rows: batch });
    reader.close();
    await store.close();
  });

  it("P7: what was packed behind a group that cannot be written waits for it", async () => {
    const flushes = new FlushControl();
    const clock = new MovableClock();
    const { result: store, worker } = await withWorker(() => open({ clock, flushBytes: 1 }));
    flushes.attach(worker);
    const partition = await openPartition(store);
    const reader = new Database(file, { readonly: true });
    const rows = reader.prepare("select count(*) from rows").pluck();
    const settled = async (): Promise<void> => {
      for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    };
    flushes.fate = "lost";
    put(partition, 1);
    put(partition, 2);
    put(partition, 3);
    await settled();
    flushes.fate = "done";
    put(partition, 4);
    await settled();
    // The next attempt waits for its time, and none that is behind goes before it.
    expect(rows.get()).toBe(0);
    expect([1, 2, 3, 4].map((batch) => partition.get("s", `key-${batch}`)?.batch)).toEqual([1, 2, 3, 4]);
    clock.advance(1_001);
    await partition.flush();
    expect(rows.get()).toBe(4);
    expect([1, 2, 3, 4].map((batch) => partition.get("s", `key-${batch}`)?.batch)).toEqual([1, 2, 3, 4]);
    reader.close();
    await store.close();
  });

  it("P12: keeps no more rows in memory than its cache may hold", async () => {
    const store = await open({ cacheMb: 1 });
    const partition = await openPartition(store);
    const rows = 20_000;
    for (let batch = 0; batch < rows; batch += 1) put(partition, batch, "x".repeat(1_000));
    await partition.flush();
    const before = process.memoryUsage().arrayBuffers;
    for (let batch = 0; batch < rows; batch += 1) expect(partition.get("s", `key-${batch}`)?.value.length).toBe(1_000);
    // All of them together have 20 MB; what was read and dropped may not be collected yet.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(15_000_000);
    await store.close();
  });

  it("deletes what was cleared, in the background", async () => {
    const store = await open();
    const partition = await openPartition(store);
    for (let batch = 0; batch < 5_000; batch += 1) put(partition, batch);
    await partition.clear();
    const reader = new Database(file, { readonly: true });
    const count = reader.prepare("select (select count(*) from rows) + (select count(*) from garbage)").pluck();
    while (count.get() !== 0) await new Promise((resolve) => setImmediate(resolve));
    reader.close();
    await store.close();
  });
});
