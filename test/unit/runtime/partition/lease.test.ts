import { describe, expect, it } from "vitest";
import type { Coordinator } from "../../../../runtime/coordinator/coordinator.js";
import type { ReadStoreOf } from "../../../../runtime/partition/context.js";
import { MovableClock } from "../../../../runtime/testing/movable-clock.js";
import { counts, errorOf, message, number, openNode, value, world } from "./fixtures.js";

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
});
