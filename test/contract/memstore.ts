/** What every memstore promises. */
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { MemSnapshot, MemStore, PartitionStore, RowChange, StoredRow } from "../../runtime/memstore/memstore.js";
import type { FlushControl, FlushFate } from "./flush-control.js";
import {
  type Change,
  checkpointAt,
  contentOf,
  MemModel,
  modelContent,
  plainAnswer,
  plainRow,
  plainRows,
  rowOf,
} from "./memstore-model.js";

/** A memstore under test. */
export interface MemStoreHarness {
  /** Opens the memstore; after `close`, on what the one before has left. */
  open(): Promise<MemStore>;
  /** Whether anything is left after `close`. */
  readonly isPersistent: boolean;
  /** Snapshots that may be open at once. */
  readonly snapshotLimit: number;
  /** Of what `open` opened last; absent where nothing is written behind. */
  readonly flushes?: FlushControl;
  dispose(): Promise<void>;
}

const stores = ["s", "other"];

/** Runs the suite. */
export function describeMemStore(name: string, makeHarness: () => Promise<MemStoreHarness>): void {
  describe(`the memstore contract: ${name}`, () => {
    let harness: MemStoreHarness;
    let store: MemStore;
    let partition: PartitionStore;
    let batch = 0;

    beforeEach(async () => {
      harness = await makeHarness();
      store = await harness.open();
      partition = await store.open({ keyspace: "k", partition: 0, stores });
      batch = 0;
    });
    afterEach(async () => {
      await store.close();
      await harness.dispose();
    });

    async function restart(): Promise<void> {
      await store.close();
      store = await harness.open();
      partition = await store.open({ keyspace: "k", partition: 0, stores });
    }
    function apply(rows: readonly RowChange[], answers: Change["answers"] = []): void {
      batch += 1;
      partition.apply({ rows, answers, checkpoint: checkpointAt(batch) });
    }

    it("is empty at first", () => {
      expect(partition.checkpoint).toBeUndefined();
      expect(partition.get("s", "a")).toBeUndefined();
      expect(partition.range({ store: "s", limit: 10 })).toEqual([]);
      expect(partition.answer("a")).toBeUndefined();
      expect(partition.answerCount).toBe(0);
      expect(partition.count("s")).toBe(0);
    });

    it("shows what was applied at once, byte for byte, in its store only", () => {
      const row: StoredRow = {
        value: new Uint8Array([0, 1, 255]),
        offset: 9_007_199_254_740_991n,
        epoch: 4_000_000_000,
        batch: 9_007_199_254_740_991,
        time: 1_700_000_000_000,
      };
      apply([put("s", "\0\xff", row)]);
      const found = partition.get("s", "\0\xff");
      expect(found === undefined ? undefined : plainRow(found)).toEqual(plainRow(row));
      expect(partition.get("other", "\0\xff")).toBeUndefined();
      expect(partition.checkpoint).toEqual(checkpointAt(1));
    });

    it("P2: a row deleted while its put is on the way to the disk is gone at once", async () => {
      apply([{ store: "s", key: "a", row: rowOf(1) }]);
      const flushed = partition.flush();
      apply([{ store: "s", key: "a", row: undefined }]);
      expect(partition.get("s", "a")).toBeUndefined();
      expect(partition.range({ store: "s", limit: 10 })).toEqual([]);
      await flushed;
      expect(partition.get("s", "a")).toBeUndefined();
    });

    it("takes empty keys, empty values and keys that begin alike", async () => {
      const keys = ["", "\0", "\0\0", "a", "a\0", "a\xff", "b", "\xff", "\xff\xff"];
      apply(keys.map((key) => put("s", key, rowOf(0, ""))));
      await partition.flush();
      expect(partition.range({ store: "s", limit: 100 }).map(({ key }) => key)).toEqual(keys);
      expect(partition.get("s", "")?.value.length).toBe(0);
      expect(partition.range({ store: "s", to: "\0", limit: 100 }).map(({ key }) => key)).toEqual([""]);
      expect(partition.range({ store: "s", from: "", to: "", limit: 100 })).toEqual([]);
    });

    it("keeps partitions apart", async () => {
      const other = await store.open({ keyspace: "k", partition: 1, stores });
      const elsewhere = await store.open({ keyspace: "j", partition: 0, stores });
      apply([put("s", "a", rowOf(1))], [{ key: "i", time: 1, answer: new Uint8Array(1) }]);
      await partition.flush();
      for (const one of [other, elsewhere]) {
        expect(one.get("s", "a")).toBeUndefined();
        expect(one.range({ store: "s", limit: 10 })).toEqual([]);
        expect(one.answer("i")).toBeUndefined();
        expect(one.checkpoint).toBeUndefined();
      }
    });

    it("does not see later changes in a snapshot, whether they are persistent or not", async () => {
      apply([put("s", "a", rowOf(1)), put("s", "b", rowOf(1))]);
      await partition.flush();
      apply([put("s", "c", rowOf(2)), remove("s", "a")]);
      const snapshot = partition.snapshot();
      const before = plainRows(partition.range({ store: "s", limit: 10 }));
      apply([put("s", "a", rowOf(3)), remove("s", "b"), put("s", "d", rowOf(3))]);
      expect(plainRows(snapshot.range({ store: "s", limit: 10 }))).toEqual(before);
      await partition.flush();
      apply([put("s", "c", rowOf(4))]);
      await partition.flush();
      expect(plainRows(snapshot.range({ store: "s", limit: 10 }))).toEqual(before);
      expect(snapshot.range({ store: "s", reverse: true, limit: 1 })[0]?.key).toBe("c");
      snapshot.close();
      snapshot.close();
      expect(partition.range({ store: "s", limit: 10 }).map(({ key }) => key)).toEqual(["a", "c", "d"]);
    });

    it("P12: bounds the number of open snapshots, and a closed one makes room", () => {
      const open = Array.from({ length: harness.snapshotLimit }, () => partition.snapshot());
      expect(() => partition.snapshot()).toThrow(/PARTITION_NOT_READY/);
      open[0]?.close();
      open.push(partition.snapshot());
      for (const snapshot of open) snapshot.close();
    });

    it("remembers answers and forgets those of before a time", async () => {
      const answers = [10, 20, 30].map((time) => ({ key: `i${time}`, time, answer: new Uint8Array([time]) }));
      apply([], answers);
      expect(partition.answerCount).toBe(3);
      await partition.flush();
      expect(answers.map(({ key }) => plainAnswer(partition.answer(key)))).toEqual(answers.map(plainAnswer));
      partition.forgetAnswers(20);
      expect(partition.answer("i10")).toBeUndefined();
      expect(partition.answer("i20")?.time).toBe(20);
      await partition.flush();
      expect(partition.answerCount).toBe(2);
    });

    it("is empty after clear, takes new changes, and stays empty of the old ones over a restart", async () => {
      apply([put("s", "a", rowOf(1))], [{ key: "i", time: 1, answer: new Uint8Array(1) }]);
      await partition.flush();
      apply([put("s", "b", rowOf(2))]);
      await partition.clear();
      expect(contentOf(partition, stores, ["i"])).toEqual(modelContent(new MemModel(), stores, ["i"]));
      apply([put("s", "c", rowOf(3))]);
      await partition.flush();
      if (harness.isPersistent) await restart();
      expect(partition.range({ store: "s", limit: 10 }).map(({ key }) => key)).toEqual(["c"]);
      expect(partition.checkpoint).toEqual(checkpointAt(batch));
    });

    it("opened twice is one partition", async () => {
      const again = await store.open({ keyspace: "k", partition: 0, stores });
      apply([put("s", "a", rowOf(1))]);
      expect(again.get("s", "a")?.offset).toBe(1n);
    });

    it("P7: after a close all that was applied is there", async ({ skip }) => {
      if (!harness.isPersistent) return skip("it is empty at each start; the changelog fills it");
      const model = new MemModel();
      for (let index = 0; index < 300; index += 1) {
        const change: Change = {
          rows: [
            put(index % 2 === 0 ? "s" : "other", `key-${index % 70}`, rowOf(index)),
            remove("s", `key-${index % 11}`),
          ],
          answers: [{ key: `i${index}`, time: index, answer: new Uint8Array([index & 255]) }],
          checkpoint: checkpointAt(index),
        };
        partition.apply(change);
        model.apply(change);
      }
      partition.forgetAnswers(100);
      model.forget(100);
      await restart();
      const keys = Array.from({ length: 300 }, (_, index) => `i${index}`);
      expect(contentOf(partition, stores, keys)).toEqual(modelContent(model, stores, keys));
    });

    it("P7: after a kill there is what was flushed, or a later state whole", async ({ skip }) => {
      if (!harness.isPersistent) return skip("it is empty at each start; the changelog fills it");
      for (let round = 0; round < 5; round += 1) {
        apply([put("s", "a", rowOf(batch)), put("other", "b", rowOf(batch))]);
        const flushed = batch;
        await partition.flush();
        const flushing = round % 2 === 0 ? undefined : partition.flush().catch(() => undefined);
        for (let change = 0; change < 3; change += 1)
          apply([put("s", "a", rowOf(batch)), put("other", "b", rowOf(batch))]);
        await store.kill();
        await store.kill();
        await flushing;
        store = await harness.open();
        partition = await store.open({ keyspace: "k", partition: 0, stores });
        const found = partition.checkpoint?.batch ?? 0;
        expect(found).toBeGreaterThanOrEqual(flushed);
        expect([partition.get("s", "a")?.offset, partition.get("other", "b")?.offset]).toEqual([
          BigInt(found - 1),
          BigInt(found - 1),
        ]);
        batch = found;
      }
    });

    it("a store that is opened with the next start is empty, and the others are as they were", async ({ skip }) => {
      if (!harness.isPersistent) return skip("it is empty at each start; the changelog fills it");
      apply([put("s", "a", rowOf(1))]);
      await store.close();
      store = await harness.open();
      partition = await store.open({ keyspace: "k", partition: 0, stores: ["new", "s"] });
      expect(partition.get("s", "a")?.offset).toBe(1n);
      expect(partition.get("new", "a")).toBeUndefined();
    });

    it("looks like plain maps, whatever is done in whatever order, at whatever moment of a flush", {
      timeout: 300_000,
    }, async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(operation, { minLength: 1, maxLength: 60 }), async (operations) => {
          await partition.clear();
          const { flushes } = harness;
          await new Run(partition, new MemModel(), {
            flushes,
            restart: harness.isPersistent ? restarted : undefined,
          }).all(operations);
        }),
        { numRuns: harness.isPersistent ? 60 : 200 },
      );
      async function restarted(): Promise<PartitionStore> {
        await restart();
        return partition;
      }
    });
  });
}

type Operation =
  | { readonly kind: "apply"; readonly changes: readonly RawChange[]; readonly answers: readonly RawAnswer[] }
  | { readonly kind: "forget"; readonly before: number }
  | { readonly kind: "fate"; readonly fate: FlushFate }
  | { readonly kind: "flush" | "flush-behind" | "turn" | "snapshot" | "close-snapshot" | "restart" | "clear" }
  | {
      readonly kind: "range";
      readonly from: string | undefined;
      readonly to: string | undefined;
      readonly reverse: boolean;
      readonly limit: number;
    };
type RawChange = readonly [store: string, key: string, isPut: boolean];
type RawAnswer = readonly [key: string, time: number];

const allKeys = ["", "\0", "a", "a\0", "ab", "b", "ba", "c", "\x7f", "\x80", "\xff", "\xff\xff"];
const keys = fc.constantFrom(...allKeys);
const answerKeys = ["i", "j", "k", "l"];
const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("apply" as const),
      changes: fc.array(fc.tuple(fc.constantFrom(...stores), keys, fc.boolean()), { maxLength: 4 }),
      answers: fc.array(fc.tuple(fc.constantFrom(...answerKeys), fc.integer({ min: 0, max: 20 })), { maxLength: 2 }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("range" as const),
      from: fc.option(keys, { nil: undefined }),
      to: fc.option(keys, { nil: undefined }),
      reverse: fc.boolean(),
      limit: fc.integer({ min: 1, max: 6 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("forget" as const), before: fc.integer({ min: 0, max: 25 }) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constantFrom("flush", "flush-behind", "turn", "snapshot", "close-snapshot"),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("fate" as const),
      fate: fc.constantFrom<FlushFate>("done", "sent", "written", "lost", "written and lost"),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom("restart", "clear") }) },
);

/** Does operations on a partition and on the model, and compares after each. */
class Run {
  #partition: PartitionStore;
  readonly #model: MemModel;
  readonly #restart: (() => Promise<PartitionStore>) | undefined;
  readonly #flushes: FlushControl | undefined;
  #snapshots: { readonly snapshot: MemSnapshot; readonly model: MemModel }[] = [];
  readonly #behind: Promise<void>[] = [];
  #batch = 0;

  constructor(
    partition: PartitionStore,
    model: MemModel,
    means: {
      readonly restart: (() => Promise<PartitionStore>) | undefined;
      readonly flushes: FlushControl | undefined;
    },
  ) {
    this.#partition = partition;
    this.#model = model;
    this.#restart = means.restart;
    this.#flushes = means.flushes;
  }

  async all(operations: readonly Operation[]): Promise<void> {
    for (const next of operations) {
      await this.#do(next);
      this.#compare();
    }
    this.#letFlush();
    await Promise.all(this.#behind);
    await this.#partition.flush();
    expect(this.#partition.answerCount).toBe(this.#model.answers.size);
    for (const { snapshot } of this.#snapshots) snapshot.close();
  }

  async #do(next: Operation): Promise<void> {
    switch (next.kind) {
      case "apply":
        return this.#apply(next);
      case "forget":
        this.#partition.forgetAnswers(next.before);
        this.#model.forget(next.before);
        return;
      case "flush":
        this.#letFlush();
        return this.#partition.flush();
      case "flush-behind":
        this.#behind.push(this.#partition.flush().catch(expectUnwritten));
        // Up to the moment in which it is held, or has failed or ended.
        return this.#flushes?.settled();
      case "fate":
        if (this.#flushes !== undefined) this.#flushes.fate = next.fate;
        return;
      case "turn":
        return new Promise((resolve) => setImmediate(resolve));
      case "snapshot":
        if (this.#snapshots.length < 3)
          this.#snapshots.push({ snapshot: this.#partition.snapshot(), model: this.#model.copy() });
        return;
      case "close-snapshot":
        this.#snapshots.shift()?.snapshot.close();
        return;
      case "restart":
        return this.#restarted();
      case "clear":
        this.#letFlush();
        await this.#partition.clear();
        this.#model.clear();
        return;
      case "range":
        for (const store of stores) {
          const request = { ...next, store };
          expect(plainRows(this.#partition.range(request))).toEqual(plainRows(this.#model.range(request)));
          for (const { snapshot, model } of this.#snapshots)
            expect(plainRows(snapshot.range(request))).toEqual(plainRows(model.range(request)));
        }
    }
  }

  #apply(next: Extract<Operation, { readonly kind: "apply" }>): void {
    this.#batch += 1;
    const change: Change = {
      rows: next.changes.map(([store, key, isPut]) =>
        isPut ? put(store, key, rowOf(this.#batch)) : remove(store, key),
      ),
      answers: next.answers.map(([key, time]) => ({ key, time, answer: new Uint8Array([this.#batch & 255]) })),
      checkpoint: checkpointAt(this.#batch),
    };
    this.#partition.apply(change);
    this.#model.apply(change);
  }

  async #restarted(): Promise<void> {
    if (this.#restart === undefined) return;
    for (const { snapshot } of this.#snapshots) snapshot.close();
    this.#snapshots = [];
    this.#letFlush();
    await Promise.all(this.#behind.splice(0));
    this.#partition = await this.#restart();
  }

  /** What was held goes on, and nothing fails any more. */
  #letFlush(): void {
    if (this.#flushes !== undefined) this.#flushes.fate = "done";
  }

  #compare(): void {
    const found = contentOf(this.#partition, stores, answerKeys);
    const expected = modelContent(this.#model, stores, answerKeys);
    expect(found.answerCount).toBeGreaterThanOrEqual(expected.answerCount);
    expect({ ...found, answerCount: 0 }).toEqual({ ...expected, answerCount: 0 });
    for (const store of stores) {
      expect(this.#partition.count(store)).toBe(found.rows.filter(([name]) => name === store).length);
      for (const key of allKeys) {
        const single = this.#partition.get(store, key);
        const row = found.rows.find(([name, other]) => name === store && other === key)?.[2];
        expect(single === undefined ? undefined : plainRow(single)).toEqual(row);
      }
    }
  }
}

/** What a flush is told when it could not be written. */
function expectUnwritten(error: unknown): void {
  expect(error).toMatchObject({ code: "DATA_DIR_UNUSABLE" });
}

function put(store: string, key: string, row: StoredRow): RowChange {
  return { store, key, row };
}

function remove(store: string, key: string): RowChange {
  return { store, key, row: undefined };
}
