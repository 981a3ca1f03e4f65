import { describe, expect, it } from "vitest";
import type { Coordinator } from "../../../../runtime/coordinator/coordinator.js";
import { MemoryMemStore } from "../../../../runtime/memstore/memory-memstore.js";
import type { ReadStoreOf } from "../../../../runtime/partition/context.js";
import { MovableClock } from "../../../../runtime/testing/movable-clock.js";
import { Leases } from "../../../simulation/leases.js";
import { countOf, counts, errorOf, message, number, openNode, soon, value, world } from "./fixtures.js";

const forever = { timeoutMs: 1e9 };

/** A coordinator whose lease the test ends without telling the node, and which then gives none any more. */
function lease(): { readonly coordinator: Coordinator; end(): void } {
  let isValid = true;
  return {
    coordinator: {
      becomeMaster: ({ keyspace, partition, signal }) =>
        isValid
          ? Promise.resolve({
              keyspace,
              partition,
              epoch: 1,
              isValid: () => isValid,
              lost: new AbortController().signal,
              release: async () => undefined,
            })
          : new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
      close: async () => undefined,
    },
    end: () => {
      isValid = false;
    },
  };
}

async function scene() {
  const clock = new MovableClock();
  const { coordinator, end } = lease();
  const node = await openNode(world(), {
    keyspace: counts({
      messages: {
        look: message("look", { access: "read", reply: () => number }),
        refuse: message("refuse", { errors: ["NO"] }),
      },
    }),
    handler: {
      async look({ stores }: { readonly stores: { readonly counts: ReadStoreOf<string, number> } }, key: string) {
        return (await stores.counts.get(key)) ?? 0;
      },
      refuse({ reject }: { reject(code: string): never }) {
        reject("NO");
      },
    },
    changelog: { clock, latencyMs: 1_000 },
    router: { clock, coordinator },
  });
  const { counts: access } = node;
  return { access, address: access.address("a"), clock, end, router: node.router };
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
}

describe("lease", () => {
  const reads = {
    "a get": ({ access, address }: Awaited<ReturnType<typeof scene>>) => access.get(address, forever),
    "a list": ({ access }: Awaited<ReturnType<typeof scene>>) => access.list({ limit: 1 }, forever),
    "a stream": async ({ access }: Awaited<ReturnType<typeof scene>>) => {
      for await (const page of access.stream({}, { signal: new AbortController().signal })) return page;
      return undefined;
    },
    "a read message": ({ access, address }: Awaited<ReturnType<typeof scene>>) =>
      access.call(address, "look", undefined, forever),
    "a refusal by the handler": ({ access, address }: Awaited<ReturnType<typeof scene>>) =>
      access.call(address, "refuse", undefined, forever),
    "a condition that is not met": ({ access, address }: Awaited<ReturnType<typeof scene>>) =>
      access.put(address, value(1), { ...forever, ifMatch: "*" }),
    "a delete of nothing": ({ access, address }: Awaited<ReturnType<typeof scene>>) => access.delete(address, forever),
  };
  for (const [name, read] of Object.entries(reads))
    it(`P1: ${name} is not answered past its end (M7)`, async () => {
      const on = await scene();
      on.end();
      const error = await errorOf(Promise.resolve().then((): unknown => read(on)));
      expect(error).toMatchObject({ code: "PARTITION_NOT_MASTER", retry: "reroute", status: 503 });
      expect(on.router.status()[0]).toMatchObject({ role: "standby", state: "electing" });
      await on.router.stop();
    });

  it("P1: an acknowledgement past its end is not passed on, since the answer tells what was read", async () => {
    const on = await scene();
    const put = errorOf(on.access.put(on.address, value(1), forever));
    const look = errorOf(on.access.call(on.address, "look", undefined, forever));
    await settle();
    on.end();
    on.clock.advance(1_000);
    expect(await put).toMatchObject({ code: "PARTITION_NOT_MASTER", applied: "unknown" });
    expect((await look).code).toBe("PARTITION_NOT_MASTER");
    await on.router.stop();
  });

  it("P1: a master whom nobody asks anything steps down past its end, at its next look", async () => {
    const on = await scene();
    on.end();
    on.clock.advance(30_000);
    await settle();
    expect(on.router.status()[0]).toMatchObject({ role: "standby", state: "electing" });
    await on.router.stop();
  });

  it("P1: a master that is not told of its end steps down when the log tells of the next one, and may follow that", async () => {
    const clock = new MovableClock();
    const leases = new Leases(clock);
    const on = world();
    const never = { idleLookMs: 2_000_000_000 };
    const one = await openNode(on, {
      changelog: { clock, isShared: true, fenceTakesOffset: true },
      router: { clock, limits: never, coordinator: leases.coordinator() },
    });
    const opening = openNode(
      { ...on, memstore: new MemoryMemStore() },
      { router: { clock, limits: never, coordinator: leases.coordinator(), changelog: one.changelog } },
    );
    await settle();
    const roles = (): readonly unknown[] => one.router.status().map(({ role, state }) => `${role}, ${state}`);
    expect(roles()).toEqual(["master, serving"]);
    leases.cut(100, "not told");
    clock.advance(100);
    const other = await opening;
    await settle();
    expect(roles()).toEqual(["standby, electing"]);
    await other.counts.put(other.counts.address("a"), value(7), soon);
    // It asks again a moment later, and is master as soon as the other one goes.
    clock.advance(1_000);
    await settle();
    await other.router.stop();
    await settle();
    expect(roles()).toEqual(["master, serving"]);
    expect(countOf(await one.counts.get(one.counts.address("a"), soon))).toBe(7);
    await one.router.stop();
  });
});
