import { describe, expect, it } from "vitest";
import type { AppendFault } from "../../../../runtime/changelog/memory-changelog.js";
import type { HandlerContext, StoreOf } from "../../../../runtime/partition/context.js";
import type { Idempotency, WriteOptions } from "../../../../runtime/state/access.js";
import { MovableClock } from "../../../../runtime/testing/movable-clock.js";
import {
  countOf,
  counts,
  errorOf,
  message,
  number,
  openNode,
  soon,
  text,
  value,
  type World,
  world,
} from "./fixtures.js";

type Context = HandlerContext<
  { readonly counts: StoreOf<string, number>; readonly notes: StoreOf<number, string> },
  "NO"
>;

const notes = {
  name: "notes",
  key: () => number,
  value: () => text,
  topic: "t-notes",
  keySubject: "t-notes-key",
  valueSubject: "t-notes-value",
};

function keyed(key: string, body = 1, time?: number): WriteOptions & { readonly idempotency: Idempotency } {
  const request = new Uint8Array(16).fill(body);
  return { timeoutMs: 1e9, idempotency: { key, request, ...(time === undefined ? {} : { time }) } };
}

async function scene(
  options: {
    readonly on?: World;
    readonly limits?: object;
    readonly latencyMs?: number;
    readonly faults?: (AppendFault | undefined)[];
  } = {},
) {
  const clock = new MovableClock();
  const on = options.on ?? world();
  const faults = options.faults ?? [];
  let runs = 0;
  const node = await openNode(on, {
    keyspace: counts({
      stores: { ...counts().stores, notes },
      messages: { add: message("add", { request: () => number, reply: () => number, errors: ["NO"] }) },
    }),
    handler: {
      async add({ stores, reject }: Context, key: string, by: number) {
        runs += 1;
        if (by < 0) reject("NO");
        if (by === 0) return -1;
        const sum = ((await stores.counts.get(key)) ?? 0) + by;
        await stores.counts.put(key, sum);
        await stores.notes.put(by, "noted");
        await stores.counts.put(`${key}'`, sum);
        return sum;
      },
    },
    changelog: { clock, latencyMs: options.latencyMs ?? 0, fault: () => faults.shift() },
    router: { clock, ...(options.limits === undefined ? {} : { limits: options.limits }) },
  });
  const { counts: access } = node;
  const add = (by: number, how: WriteOptions) => access.call(access.address("a"), "add", number.encode(by), how);
  const put = (count: number, how: WriteOptions) => access.put(access.address("a"), value(count), how);
  const stored = async () => countOf(await access.get(access.address("a"), soon));
  return { ...node, on, clock, add, put, stored, runs: () => runs };
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
}

describe("retries", () => {
  it("P5: a retry gets the first answer again, and applies nothing", async () => {
    const { add, put, stored, runs } = await scene();
    const first = await add(5, keyed("k1"));
    expect(await add(5, keyed("k1"))).toEqual(first);
    expect(await add(5, keyed("k1"))).toEqual(first);
    expect(runs()).toBe(1);
    expect(await stored()).toBe(5);
    const created = await put(7, keyed("k2"));
    expect(created.existed).toBe(true);
    await put(8, soon);
    expect(await put(7, keyed("k2"))).toEqual(created);
    expect(await stored()).toBe(8);
  });

  it("P5: the answer is the same after a restart from nothing but the log, over several stores too", async () => {
    const before = await scene();
    const added = await before.add(5, keyed("k1"));
    const put = await before.put(7, keyed("k2"));
    const removed = await before.counts.delete(before.counts.address("a"), keyed("k3"));
    await before.router.stop();
    const after = await scene({ on: { ...world(), storage: before.on.storage, epochs: before.on.epochs } });
    expect(await after.add(5, keyed("k1"))).toEqual(added);
    expect(await after.put(7, keyed("k2"))).toEqual(put);
    expect(await after.counts.delete(after.counts.address("a"), keyed("k3"))).toEqual(removed);
    expect(after.runs()).toBe(0);
    expect(await after.stored()).toBeUndefined();
  });

  it("P5: a retry that meets its first attempt pending waits for it", async () => {
    const { add, clock, runs } = await scene({ latencyMs: 1_000 });
    const calls = [add(5, keyed("k1")), add(5, keyed("k1")), add(5, keyed("k1"))];
    await settle();
    clock.advance(1_000);
    const [first, ...others] = await Promise.all(calls);
    expect(others).toEqual([first, first]);
    expect(runs()).toBe(1);
  });

  it("P5: a retry that waits learns what became of the first attempt, though its own caller was told `unknown`", async () => {
    const { add, clock, stored } = await scene({ latencyMs: 1_000 });
    const first = errorOf(add(5, { ...keyed("k1"), timeoutMs: 100 }));
    await settle();
    clock.advance(200);
    expect(await first).toMatchObject({ code: "ASK_TIMEOUT", applied: "unknown" });
    const retry = add(5, keyed("k1"));
    await settle();
    clock.advance(1_000);
    expect((await retry).position).toBeDefined();
    expect(await stored()).toBe(5);
  });

  it("P5: a retry of what was refused or undone runs anew", async () => {
    const { add, stored, runs } = await scene({ faults: ["refused", "unknown-lost"] });
    expect(await errorOf(add(5, keyed("k1")))).toMatchObject({ code: "CHANGELOG_UNAVAILABLE", applied: "no" });
    expect(await errorOf(add(5, keyed("k1")))).toMatchObject({ code: "CHANGELOG_UNAVAILABLE", applied: "no" });
    expect((await add(5, keyed("k1"))).position).toBeDefined();
    expect(runs()).toBe(3);
    expect(await stored()).toBe(5);
  });

  it("P5: an unknown append that is in the log has its answer remembered", async () => {
    const { add, stored, runs } = await scene({ faults: ["unknown-written"] });
    const first = await add(5, keyed("k1"));
    expect(await add(5, keyed("k1"))).toEqual(first);
    expect(runs()).toBe(1);
    expect(await stored()).toBe(5);
  });

  it("P5: answers without an effect are not remembered", async () => {
    const { add, runs } = await scene();
    await add(0, keyed("k1"));
    await add(0, keyed("k1"));
    expect((await errorOf(add(-1, keyed("k1")))).code).toBe("NO");
    expect((await errorOf(add(-1, keyed("k1")))).code).toBe("NO");
    expect(runs()).toBe(4);
  });

  it("P5: another request under the same key is IDEMPOTENCY_MISMATCH, pending or remembered", async () => {
    const { add, put, clock, stored } = await scene({ latencyMs: 1_000 });
    const first = add(5, keyed("k1", 1));
    await settle();
    expect(await errorOf(put(9, keyed("k1", 2)))).toMatchObject({
      code: "IDEMPOTENCY_MISMATCH",
      status: 422,
      applied: "no",
    });
    clock.advance(1_000);
    await first;
    expect((await errorOf(put(9, keyed("k1", 2)))).code).toBe("IDEMPOTENCY_MISMATCH");
    expect(await stored()).toBe(5);
  });

  it("P5: a key whose own time is older than the window is refused, `unknown` (M13)", async () => {
    const { add, clock, runs } = await scene();
    const time = clock.now();
    await add(5, keyed("k1", 1, time));
    clock.advance(600_001);
    expect(await errorOf(add(5, keyed("k1", 1, time)))).toMatchObject({
      code: "IDEMPOTENCY_EXPIRED",
      status: 422,
      applied: "unknown",
    });
    expect(runs()).toBe(1);
  });

  it("P5: answers are forgotten when the window is over, and not before", async () => {
    const { add, clock, runs } = await scene();
    await add(5, keyed("k1"));
    clock.advance(540_000);
    await add(5, keyed("k2"));
    await add(5, keyed("k1"));
    expect(runs()).toBe(2);
    clock.advance(130_000);
    await add(5, keyed("k3"));
    await add(5, keyed("k1"));
    expect(runs()).toBe(4);
    await add(5, keyed("k2"));
    expect(runs()).toBe(4);
  });

  it("P5: an answer lives for a window from the time in its key, where that is ahead of the node's clock", async () => {
    const { add, clock, runs } = await scene();
    const ahead = clock.now() + 300_000;
    await add(5, keyed("k1", 1, ahead));
    clock.advance(800_000);
    await add(5, keyed("other"));
    await add(5, keyed("k1", 1, ahead));
    expect(runs()).toBe(2);
  });

  it("P12: a full table refuses keyed writes instead of forgetting, until time has passed", async () => {
    const { add, put, clock } = await scene({ limits: { idempotencyLimit: 2 } });
    await add(1, keyed("k1"));
    await add(1, keyed("k2"));
    expect(await errorOf(add(1, keyed("k3")))).toMatchObject({ code: "IDEMPOTENCY_FULL", status: 503, applied: "no" });
    // What is remembered is still answered, and writes without a key are taken.
    await add(1, keyed("k1"));
    await put(1, soon);
    clock.advance(700_000);
    await add(1, keyed("k3"));
  });

  it("P12: the reply of a keyed write has a bound; above it the write is refused, not half remembered", async () => {
    const { add, stored } = await scene({ limits: { maxReplyBytes: 0 } });
    expect(await errorOf(add(5, keyed("k1")))).toMatchObject({ code: "BATCH_TOO_LARGE", applied: "no" });
    expect(await stored()).toBeUndefined();
    expect((await add(5, soon)).position).toBeDefined();
  });
});
