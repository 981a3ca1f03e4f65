import { describe, expect, it } from "vitest";
import type { LogRecord, RecordHeaders } from "../../../../runtime/changelog/changelog.js";
import { silentLogger } from "../../../../runtime/core/logger.js";
import { MemoryMemStore } from "../../../../runtime/memstore/memory-memstore.js";
import type { PartitionStore } from "../../../../runtime/memstore/memstore.js";
import { rowVersion } from "../../../../runtime/state/access.js";
import { MovableClock } from "../../../../runtime/testing/movable-clock.js";
import {
  countOf,
  counts,
  errorOf,
  type Node,
  type NodeOptions,
  number,
  openNode,
  soon,
  text,
  value,
  type World,
  world,
} from "./fixtures.js";

const topic = "t-counts";
/** A changelog that names the topics that it makes otherwise than the one before it. */
const otherIncarnations = { random: { next: () => 0.5, bits64: () => 99n } };

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

function log(on: World, name = topic): { records: LogRecord[]; end: bigint } {
  const found = on.storage.topics.get(name)?.logs[0];
  if (found === undefined) throw new Error("no such log");
  return found;
}

/** The store of partition 0, as the node left it. */
function storeOf(on: World): Promise<PartitionStore> {
  return on.memstore.open({ keyspace: "counts", partition: 0, stores: ["counts"] });
}

async function get({ counts: access }: Node, key: string): Promise<unknown> {
  return countOf(await access.get(access.address(key), soon));
}

/** Appends a record to a log as a writer of its own would, wherever it stands. */
function write(on: World, node: Node, key: string, count: number | null, headers?: Partial<RecordHeaders>): bigint {
  const target = log(on);
  const offset = target.end;
  target.records.push({
    offset,
    key: node.counts.address(key).serialized,
    value: count === null ? null : value(count),
    timestamp: Date.now(),
    ...(headers === undefined
      ? {}
      : { headers: { epoch: 1, batch: 1, index: 0, count: 1, writer: 7n, time: Date.now(), ...headers } }),
  });
  target.end = offset + 1n;
  return offset;
}

async function started(options: NodeOptions = {}): Promise<{ readonly on: World; readonly node: Node }> {
  const keys = 5;
  const on = world();
  const node = await openNode(on, options);
  for (let at = 0; at < keys; at++) await node.counts.put(node.counts.address(`k${at}`), value(at), soon);
  return { on, node };
}

describe("restore", () => {
  it("skips what other programs put into another partition than its key's, with a warning: no request looks there", async () => {
    const on = world();
    const keyspace = counts({ partitions: 2 });
    const node = await openNode(on, { keyspace });
    const addresses = Array.from({ length: 20 }, (_, at) => node.counts.address(`k${at}`));
    for (const address of addresses)
      node.changelog.writeForeign({ topic, partition: 0, key: address.serialized, value: value(7) });
    await node.router.stop();
    await (await storeOf(on)).clear();
    const warnings: string[] = [];
    const logger = { ...silentLogger, warn: (_facts: object, line: string) => void warnings.push(line) };
    const { router, counts: access } = await openNode(on, { keyspace, router: { logger } });
    const here = addresses.filter(({ partition }) => partition === 0);
    expect(here.length).toBeLessThan(addresses.length);
    const listed = await access.list({ limit: 100 }, soon);
    expect(listed.map(({ address }) => address.ordered)).toEqual(here.map(({ ordered }) => ordered).sort());
    for (const address of addresses)
      expect(countOf(await access.get(address, soon))).toBe(address.partition === 0 ? 7 : undefined);
    expect(warnings).toContainEqual(expect.stringMatching(/belongs into another partition.*murmur2.*skipped/));
    await router.stop();
  });

  it("P7: goes on from the checkpoint, and reads nothing before it", async () => {
    const { on, node } = await started();
    await node.router.stop();
    log(on).records.splice(0, 5);
    write(on, node, "k9", 9, { epoch: 1, batch: 90 });
    const again = await openNode(on);
    expect(await Promise.all(["k0", "k4", "k9"].map((key) => get(again, key)))).toEqual([0, 4, 9]);
  });

  it("P7: a memstore of another key layout is cleared and filled from the log", async () => {
    const { on, node } = await started();
    await node.router.stop();
    await (await storeOf(on)).clear();
    const store = await storeOf(on);
    store.apply({
      rows: [{ store: "counts", key: "stray", row: { value: value(1), offset: 0n, epoch: 1, batch: 1, time: 0 } }],
      answers: [],
      checkpoint: {
        offsets: { [topic]: 5n },
        epoch: 1,
        batch: 5,
        writer: 0n,
        index: 0,
        shadowed: [],
        caughtUpTime: Date.now(),
        incarnations: {},
        layout: "another",
      },
    });
    const again = await openNode(on);
    expect((await again.counts.list({ limit: 100 }, soon)).length).toBe(5);
  });

  it("P7: rows of a topic that was made anew are kept, since they may be the last; nothing is served", async () => {
    const { on, node } = await started();
    await node.router.stop();
    on.storage.topics.delete(topic);
    const error = await errorOf(openNode(on, { changelog: otherIncarnations }));
    expect(error.code).toBe("TOPIC_REPLACED");
    expect(error.detail).toMatch(/^counts\/0: topic t-counts: .*made anew.*put the file aside/);
    expect((await storeOf(on)).count("counts")).toBe(5);
    await (await storeOf(on)).clear();
    const again = await openNode(on);
    expect(await again.counts.list({ limit: 100 }, soon)).toEqual([]);
  });

  it("P7: a memstore of a topic that was made anew, with as many records at least, is cleared and filled from it", async () => {
    const { on, node } = await started();
    await node.router.stop();
    on.storage.topics.delete(topic);
    const filling = await openNode({ ...on, memstore: new MemoryMemStore() }, { changelog: otherIncarnations });
    for (let at = 0; at < 5; at++) await filling.counts.put(filling.counts.address(`n${at}`), value(at), soon);
    await filling.router.stop();
    const again = await openNode(on, { changelog: otherIncarnations });
    const listed = await again.counts.list({ limit: 100 }, soon);
    expect(listed.map(({ address }) => address.ordered)).toEqual(["n0", "n1", "n2", "n3", "n4"]);
  });

  it("P7: a memstore without rows of a topic that was made anew is cleared: there is nothing to lose", async () => {
    const { on, node } = await started();
    for (let at = 0; at < 5; at++) await node.counts.delete(node.counts.address(`k${at}`), soon);
    await node.router.stop();
    on.storage.topics.delete(topic);
    const again = await openNode(on, { changelog: otherIncarnations });
    await again.counts.put(again.counts.address("k0"), value(7), soon);
    expect(await get(again, "k0")).toBe(7);
  });

  it("P7: a checkpoint past the log's end is refused with the cure, and nothing is changed", async () => {
    const { on, node } = await started();
    await node.router.stop();
    log(on).records.pop();
    log(on).end -= 1n;
    const error = await errorOf(openNode(on));
    expect(error.code).toBe("CHECKPOINT_AHEAD");
    expect(error.detail).toContain("counts/0: the memstore has applied topic t-counts up to 5, but the log ends at 4");
    expect(error.detail).toContain("remove the memstore's file");
    expect((await storeOf(on)).checkpoint?.offsets[topic]).toBe(5n);
  });

  it("P7: a checkpoint older than tombstones are kept is not trusted when it is behind (M12)", async () => {
    const { on, node } = await started();
    await node.router.stop();
    const clock = new MovableClock();
    clock.advance(86_400_001);
    // k0 was deleted, and compaction has taken the tombstone by now.
    log(on).records.shift();
    write(on, node, "k9", 9, { epoch: 1, batch: 90 });
    const again = await openNode(on, { router: { clock } });
    expect(await get(again, "k0")).toBeUndefined();
    expect(await get(again, "k1")).toBe(1);
  });

  it("P7: a checkpoint of any age is trusted when nothing was written since", async () => {
    const { on, node } = await started();
    await node.router.stop();
    const clock = new MovableClock();
    clock.advance(10 * 86_400_000);
    log(on).records.splice(0, 5);
    const again = await openNode(on, { router: { clock } });
    expect(await get(again, "k0")).toBe(0);
  });

  it("P3: (epoch, batch) of the checkpoint keeps a late record from being applied (M3)", async () => {
    const { on, node } = await started();
    await node.router.stop();
    write(on, node, "k1", 70, { epoch: 1, batch: 2 });
    const again = await openNode(on);
    expect(await get(again, "k1")).toBe(1);
  });

  it("reads in slices, with gaps, and answers others in between", async () => {
    const on = world();
    const node = await openNode(on, { changelog: { gapChance: 0.5, fenceTakesOffset: true } });
    await Promise.all(
      Array.from({ length: 3_000 }, (_, at) =>
        node.counts.put(node.counts.address(`k${at % 700}`), value(at), { timeoutMs: 60_000 }),
      ).map((put) => put.catch(() => undefined)),
    );
    const before = await node.counts.list({ limit: 1_000 }, soon);
    const again = await openNode(
      { ...world(), storage: on.storage, epochs: on.epochs },
      { changelog: { fenceTakesOffset: true }, router: { limits: { restoreSliceBytes: 500, restoreSliceRecords: 7 } } },
    );
    const after = await again.counts.list({ limit: 1_000 }, soon);
    expect(after.map(({ row }) => [countOf(row), rowVersion(row)])).toEqual(
      before.map(({ row }) => [countOf(row), rowVersion(row)]),
    );
  });

  it("P5: merges the logs of several stores into the order of their batches", async () => {
    const notes = {
      name: "notes",
      key: () => number,
      value: () => text,
      topic: "t-notes",
      keySubject: "k",
      valueSubject: "v",
    };
    const keyspace = counts({ stores: { ...counts().stores, notes } });
    const on = world();
    const node = await openNode(on, { keyspace });
    const noted = { offset: 0n, key: node.counts.address("k").serialized, value: null, timestamp: 0 };
    const logs = ["t-counts", "t-notes"].map((name) => log(on, name));
    const headers = (epoch: number, batch: number, index: number): RecordHeaders => ({
      epoch,
      batch,
      index,
      count: 2,
      writer: 7n,
      time: 1,
    });
    // Batches 1 to 3 of epoch 1 over both topics; then batch 2 once more in each, late.
    const record = (at: number, epoch: number, batch: number, index: number): LogRecord => ({
      offset: logs[at]?.end ?? 0n,
      key: at === 0 ? node.counts.address(`k${batch}`).serialized : Uint8Array.of(0, 0, 0, 0, 3, batch * 2),
      value: at === 0 ? value(batch) : Uint8Array.of(0, 0, 0, 0, 2, 0),
      timestamp: noted.timestamp,
      headers: headers(epoch, batch, index),
    });
    for (const [at, epoch, batch, index] of [
      [0, 5, 1, 0],
      [1, 5, 1, 1],
      [1, 5, 2, 0],
      [0, 5, 3, 0],
      [0, 5, 4, 0],
      [1, 5, 4, 1],
      [0, 5, 2, 0],
    ] as const) {
      const target = logs[at];
      if (target === undefined) continue;
      target.records.push(record(at, epoch, batch, index));
      target.end += 1n;
    }
    await node.router.stop();
    const fresh = { ...world(), storage: on.storage, epochs: on.epochs };
    await expect(openNode(fresh, { keyspace })).rejects.toMatchObject({ code: "CONFIG_INVALID" });
    const store = await fresh.memstore.open({ keyspace: "counts", partition: 0, stores: ["counts", "notes"] });
    expect(store.range({ store: "counts", limit: 10 }).map(({ row }) => countOf(row))).toEqual([1, 3, 4]);
    expect(store.count("notes")).toBe(3);
    expect(store.checkpoint).toMatchObject({
      epoch: 5,
      batch: 4,
      index: 1,
      shadowed: [`counts\0${node.counts.address("k2").ordered}`],
    });
  });

  it("P1: a coordinator that has forgotten its epochs is refused with the cure (M10)", async () => {
    const { on, node } = await started();
    write(on, node, "k1", 1, { epoch: 500 });
    await node.router.stop();
    const error = await errorOf(openNode(on));
    expect(error.code).toBe("CONFIG_INVALID");
    expect(error.detail).toMatch(/its log holds epoch 500, but the coordinator gave \d+/);
  });
});

describe("reader's rule", () => {
  it("P3: a duplicate, a late record, and one of an older epoch are ignored, and their keys repaired (M4)", async () => {
    const { on, node } = await started();
    const row = await node.counts.get(node.counts.address("k2"), soon);
    await node.router.stop();
    for (const [key, count, headers] of [
      ["k1", 70, { epoch: 1, batch: 1, writer: 99n }],
      ["k2", 71, { epoch: 1, batch: 3, index: 0 }],
      ["k3", null, { epoch: 0, batch: 99 }],
      ["k4", 72, undefined],
    ] as const)
      write(on, node, key, count, headers);
    const again = await openNode(on);
    expect(await Promise.all(["k0", "k1", "k2", "k3", "k4"].map((key) => get(again, key)))).toEqual([0, 1, 2, 3, 72]);
    await settle();
    const repairs = log(on).records.filter(({ headers }) => headers?.repair !== undefined);
    expect(repairs.map(({ value: bytes }) => countOf(bytes === null ? undefined : { value: bytes }))).toEqual([
      1, 2, 3,
    ]);
    // Compaction keeps the newest record of each key: it is the valid one now, and restores give the same version.
    const newest = new Map(log(on).records.map((record) => [Buffer.from(record.key ?? []).toString("hex"), record]));
    log(on).records = [...newest.values()].sort((one, other) => (one.offset < other.offset ? -1 : 1));
    const fresh = await openNode({ ...world(), storage: on.storage, epochs: on.epochs });
    expect(await Promise.all(["k0", "k1", "k2", "k3", "k4"].map((key) => get(fresh, key)))).toEqual([0, 1, 2, 3, 72]);
    const repaired = await fresh.counts.get(fresh.counts.address("k2"), soon);
    expect(repaired && rowVersion(repaired)).toBe(row && rowVersion(row));
    expect(repaired?.time).toBe(row?.time);
  });

  it("P3: a key that was deleted and has a late record is repaired by a tombstone", async () => {
    const { on, node } = await started();
    await node.counts.delete(node.counts.address("k1"), soon);
    await node.router.stop();
    write(on, node, "k1", 70, { epoch: 1, batch: 2 });
    const again = await openNode(on);
    await settle();
    expect(await get(again, "k1")).toBeUndefined();
    expect(log(on).records.at(-1)).toMatchObject({ value: null, headers: { repair: expect.anything() } });
    await again.router.stop();
    expect((await storeOf(on)).checkpoint?.shadowed).toEqual([]);
  });

  it("P3: a late record that comes while the master writes is found in the gap, and repaired", async () => {
    const { on, node } = await started();
    write(on, node, "k1", 70, { epoch: 1, batch: 2 });
    await node.counts.put(node.counts.address("k2"), value(22), soon);
    await settle();
    expect(await get(node, "k1")).toBe(1);
    expect(log(on).records.at(-1)).toMatchObject({ headers: { repair: expect.anything() } });
    await node.router.stop();
    expect((await storeOf(on)).checkpoint?.shadowed).toEqual([]);
  });

  it("P3: a repair is skipped when a newer write of the key is pending (M6)", async () => {
    // The second write is in flight while the repair runs, which the gap before the first one has called for.
    const { on, node } = await started({ changelog: { latencyMs: 20 } });
    write(on, node, "k1", 70, { epoch: 1, batch: 2 });
    await Promise.all([
      node.counts.put(node.counts.address("k2"), value(22), soon),
      settle().then(() => node.counts.put(node.counts.address("k1"), value(11), soon)),
    ]);
    expect(await get(node, "k1")).toBe(11);
    // Whatever the repair wrote is in the log then.
    await node.router.stop();
    const written = log(on).records.filter(
      ({ key }) => Buffer.compare(key ?? Buffer.of(), node.counts.address("k1").serialized) === 0,
    );
    const last = written.at(-1);
    expect(countOf(last?.value === null || last === undefined ? undefined : { value: last.value })).toBe(11);
  });

  it("P1: a record of a later epoch ends the mastership; what it stood before was never acknowledged", async () => {
    const { on, node } = await started();
    write(on, node, "k1", 70, { epoch: 400 });
    const error = await errorOf(node.counts.put(node.counts.address("k2"), value(22), soon));
    expect(error).toMatchObject({ code: "PARTITION_NOT_MASTER", applied: "no", retry: "reroute" });
    expect(node.router.status()[0]?.role).toBe("standby");
    await node.router.stop();
  });
});
