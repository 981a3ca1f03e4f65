import { describe, expect, it } from "vitest";
import { countOf, counts, errorOf, message, number, openNode, soon, value, world } from "../partition/fixtures.js";

describe("router", () => {
  it("P2: what was put is there, with the position of its record", async () => {
    const { counts: access, router } = await openNode(world(), { keyspace: counts({ partitions: 4 }) });
    const address = access.address("a");
    const first = await access.put(address, value(1), soon);
    expect(first.existed).toBe(false);
    expect(countOf(await access.get(address, soon))).toBe(1);
    const second = await access.put(address, value(2), soon);
    expect(second.existed).toBe(true);
    expect(second.position.offsets[0]?.offset).toBe((first.position.offsets[0]?.offset ?? 0n) + 1n);
    expect((await access.delete(address, soon)).existed).toBe(true);
    expect(await access.get(address, soon)).toBeUndefined();
    expect((await access.delete(address, soon)).existed).toBe(false);
    await router.stop();
    expect((await errorOf(access.put(address, value(1), soon))).code).toBe("SHUTTING_DOWN");
  });

  it("P3: what was acknowledged is there after a restart with nothing but the log", async () => {
    const on = world();
    const before = await openNode(on, { keyspace: counts({ partitions: 4 }) });
    for (let at = 0; at < 50; at++) await before.counts.put(before.counts.address(`k${at}`), value(at), soon);
    const after = await openNode(
      { ...world(), storage: on.storage, epochs: on.epochs },
      { keyspace: counts({ partitions: 4 }) },
    );
    for (let at = 0; at < 50; at++)
      expect(countOf(await after.counts.get(after.counts.address(`k${at}`), soon))).toBe(at);
    await after.router.stop();
  });

  it("P5: messages run one at a time, each on what the one before left", async () => {
    const { counts: access } = await openNode(world(), {
      keyspace: counts({
        messages: { add: message("add", { request: () => number, reply: () => number }) },
      }),
      handler: {
        async add(
          context: {
            stores: {
              counts: { get(k: string): Promise<number | undefined>; put(k: string, v: number): Promise<void> };
            };
          },
          key: string,
          by: number,
        ) {
          const next = ((await context.stores.counts.get(key)) ?? 0) + by;
          await Promise.resolve();
          await context.stores.counts.put(key, next);
          return next;
        },
      },
    });
    const address = access.address("a");
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => access.call(address, "add", number.encode(1), soon)),
    );
    expect(answers.map(({ reply }) => reply && number.decode(reply))).toEqual(
      Array.from({ length: 100 }, (_, at) => at + 1),
    );
    expect(countOf(await access.get(address, soon))).toBe(100);
  });
});
