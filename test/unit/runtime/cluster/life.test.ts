import { describe, expect, it } from "vitest";
import { MemoryChangelog } from "../../../../runtime/changelog/memory-changelog.js";
import { openRouter } from "../../../../runtime/cluster/router.js";
import { MemoryCoordinator } from "../../../../runtime/coordinator/memory-coordinator.js";
import { systemClock } from "../../../../runtime/core/clock.js";
import { silentLogger } from "../../../../runtime/core/logger.js";
import { SeededRandom } from "../../../../runtime/core/random.js";
import { MemoryMemStore } from "../../../../runtime/memstore/memory-memstore.js";
import { MovableClock } from "../../../../runtime/testing/movable-clock.js";
import { countOf, counts, errorOf, message, number, openNode, soon, value, world } from "../partition/fixtures.js";

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

describe("router's life", () => {
  it("opens 100 keyspaces with 8 partitions each, all of them master and serving", async () => {
    const names = Array.from({ length: 100 }, (_, at) => `k${at}`);
    const keyspaces = names.map((name) => {
      const { stores, ...rest } = counts({ partitions: 8, name });
      const { counts: store } = stores;
      if (store === undefined) throw new Error("no store");
      return { ...rest, stores: { [name]: { ...store, name, topic: `t-${name}` } } };
    });
    const random = new SeededRandom(1);
    const router = await openRouter({
      service: {
        name: "t",
        inputs: "",
        keyspaces: Object.fromEntries(keyspaces.map((k) => [k.name, k])),
        openapi: () => ({}),
      },
      handlers: {},
      changelog: new MemoryChangelog({ clock: systemClock, random }),
      memstore: new MemoryMemStore(),
      coordinator: new MemoryCoordinator(),
      schemaIds: Object.fromEntries(names.map((name) => [name, { key: 1, stores: { [name]: 2 }, messages: {} }])),
      clock: systemClock,
      random,
      logger: silentLogger,
      historyMs: 3_600_000,
      tombstoneMs: 86_400_000,
    });
    const status = router.status();
    expect(status).toHaveLength(800);
    expect(new Set(status.map(({ role, state, lagRecords }) => `${role} ${state} ${lagRecords}`))).toEqual(
      new Set(["master serving 0"]),
    );
    const access = router.keyspaces.get("k99");
    if (access === undefined) throw new Error("no keyspace");
    await access.put(access.address("a"), value(1), soon);
    expect(countOf(await access.get(access.address("a"), soon))).toBe(1);
    await router.stop();
    expect(new Set(router.status().map(({ state }) => state))).toEqual(new Set(["stopped"]));
  });

  it("a stop refuses new calls, finishes those that were accepted, and makes the memstore persistent", async () => {
    const clock = new MovableClock();
    const on = world();
    const { counts: access, router } = await openNode(on, {
      changelog: { clock, latencyMs: 1_000 },
      router: { clock },
    });
    const address = access.address("a");
    const first = access.put(address, value(1), { timeoutMs: 1e9 });
    await settle();
    const second = access.put(address, value(2), { timeoutMs: 1e9 });
    const stopping = router.stop();
    const refused = await errorOf(access.put(address, value(3), soon));
    expect(refused).toMatchObject({ code: "SHUTTING_DOWN", status: 503, applied: "no" });
    expect((await errorOf(Promise.resolve().then(() => access.get(address, soon)))).code).toBe("SHUTTING_DOWN");
    for (let round = 0; round < 2; round++) {
      clock.advance(1_000);
      await settle();
    }
    expect((await first).existed).toBe(false);
    expect((await second).existed).toBe(true);
    await stopping;
    const again = await openNode(on);
    expect(countOf(await again.counts.get(address, soon))).toBe(2);
  });

  it("a stop does not wait for ever: what is left gets SHUTTING_DOWN, `unknown` where it was sent", async () => {
    const clock = new MovableClock();
    const { counts: access, router } = await openNode(world(), {
      changelog: { clock, latencyMs: 1e9 },
      router: { clock, limits: { drainMs: 500 } },
    });
    const sent = errorOf(access.put(access.address("a"), value(1), { timeoutMs: 1e9 }));
    await settle();
    const queued = errorOf(access.put(access.address("a"), value(2), { timeoutMs: 1e9 }));
    const stopping = router.stop();
    await settle();
    clock.advance(500);
    expect(await sent).toMatchObject({ code: "SHUTTING_DOWN", applied: "unknown" });
    expect(await queued).toMatchObject({ code: "SHUTTING_DOWN", applied: "no" });
    await stopping;
  });

  it("a kill ends everything at once", async () => {
    const { counts: access, router } = await openNode(world(), { changelog: { latencyMs: 60_000 } });
    const sent = errorOf(access.put(access.address("a"), value(1), { timeoutMs: 1e9 }));
    await settle();
    await router.kill();
    expect(await sent).toMatchObject({ code: "SHUTTING_DOWN", applied: "unknown" });
  });

  it("handlers that are missing, and schema ids, are told before anything is opened", async () => {
    const messages = { add: message("add", { request: () => number }) };
    expect(await errorOf(openNode(world(), { keyspace: counts({ messages }) }))).toMatchObject({
      code: "HANDLER_MISSING",
      detail: expect.stringContaining("async add(context, key, request)"),
    });
    expect((await errorOf(openNode(world(), { keyspace: counts({ messages }), handler: { add: 7 } }))).code).toBe(
      "HANDLER_MISSING",
    );
    expect((await errorOf(openNode(world(), { router: { schemaIds: {} } }))).code).toBe("CONFIG_INVALID");
  });

  it("P1: a node whose log is fenced by another acknowledges nothing and asks again for mastership", async () => {
    const on = world();
    const clock = new MovableClock();
    const first = await openNode(on, { router: { clock } });
    const address = first.counts.address("a");
    await first.counts.put(address, value(1), soon);
    // Another process with a coordinator of its own, on the same changelog.
    const second = await openNode(
      { ...world(), storage: on.storage, epochs: on.epochs },
      { router: { changelog: first.changelog } },
    );
    await second.counts.put(address, value(2), soon);
    const error = await errorOf(first.counts.put(address, value(3), soon));
    expect(error).toMatchObject({ code: "PARTITION_NOT_MASTER", applied: "no", retry: "reroute" });
    expect(countOf(await second.counts.get(address, soon))).toBe(2);
    expect((await errorOf(first.counts.put(address, value(3), soon))).code).toBe("PARTITION_NOT_MASTER");
    for (let round = 0; round < 5; round++) {
      clock.advance(1_000);
      await settle();
    }
    expect(first.router.status()[0]).toMatchObject({ role: "master", state: "serving" });
    expect(countOf(await first.counts.get(address, soon))).toBe(2);
    expect(first.router.status()[0]?.epoch).toBeGreaterThan(second.router.status()[0]?.epoch ?? 0);
  });
});
