/** What its owner may do to a topic of others under a running node: the node finds out by itself, and serves again by itself. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Answered } from "../../support/json-calls.js";
import { eventually, partitionCount, TopicsScene } from "../../support/kafka/topics-scene.js";
import { isLeftOut, missingJava } from "../../support/servers/java.js";
import { sharedKafka } from "../../support/servers/shared-kafka.js";

describe.skipIf(isLeftOut(missingJava()))("a topic of others, under a running node", () => {
  let scene: TopicsScene;
  beforeAll(async () => {
    scene = await TopicsScene.open(await sharedKafka(), { eur: 1n, usd: 2n });
  }, 300_000);
  afterAll(() => scene?.close());

  const rates = async (): Promise<unknown> => (await scene.get("/rates")).json;
  const served = (items: readonly object[]) => ({ items });
  const ready = (): Promise<Answered> => scene.get("/_affinity/ready");
  let before: readonly unknown[];
  beforeEach(async () => {
    await expect.poll(async () => (await ready()).status, eventually).toBe(200);
    before = [await scene.get("/notes/a"), (await scene.get("/rates")).status];
    expect(before).toMatchObject([{ status: 200 }, 200]);
  });

  /** Until callers and /ready are told so. */
  async function waits(code: string, status: number, retry: string, detail: RegExp): Promise<void> {
    const told = { status, json: { code, retry, detail: expect.stringMatching(detail) } };
    await expect.poll(() => scene.get("/rates/eur"), eventually).toMatchObject(told);
    await expect.poll(() => scene.get("/rates"), eventually).toMatchObject(told);
    const reason = expect.stringMatching(detail);
    const waiting = [0, 1].map((partition) => ({ keyspace: "rates", partition, state: "waiting", reason }));
    await expect
      .poll(ready, eventually)
      .toMatchObject({ status: 503, json: { ready: false, partitions: [{}, {}, ...waiting] } });
    // What is ours does not depend on it.
    expect(await scene.get("/notes/a")).toEqual(before[0]);
    expect((await scene.put("/notes/b", { text: "b" })).status).toBeLessThan(300);
  }

  it("P7: deleted and made anew: what was read of it is cleared, and it is served from the new one", async () => {
    await scene.deleted(scene.rates);
    await scene.made(scene.rates);
    await scene.rate({ eur: 5n, gbp: 6n });
    await expect.poll(rates, eventually).toMatchObject(
      served([
        { key: "eur", value: 5 },
        { key: "gbp", value: 6 },
      ]),
    );
    expect((await scene.get("/rates/usd")).status).toBe(404);
    await scene.rate({ usd: 7n });
    await expect.poll(async () => (await scene.get("/rates/usd")).json, eventually).toBe(7);
    expect((await ready()).status).toBe(200);
    expect(scene.server.output).toMatch(
      new RegExp(`"level":"warn".*topic ${scene.rates}: it was deleted.*serves again when it is`),
    );
    expect(scene.server.output).toMatch(
      new RegExp(`"level":"warn".*memstore is cleared.*topic ${scene.rates} was deleted and made anew`),
    );
  });

  it("P7: deleted: callers and /ready are told that it is missing; it is served again when it is back", async () => {
    await scene.deleted(scene.rates);
    await waits("PARTITION_NOT_READY", 503, "later", new RegExp(`topic ${scene.rates}: there is no such topic`));
    await scene.made(scene.rates);
    await scene.rate({ chf: 9n });
    await expect.poll(rates, eventually).toMatchObject(served([{ key: "chf", value: 9 }]));
  });

  it("P7: made anew with another number of partitions: both numbers and the cure are told, and nothing is served of it", async () => {
    await scene.deleted(scene.rates);
    await scene.made(scene.rates, 3);
    await scene.rate({ eur: 1n, usd: 2n, gbp: 3n }, 3);
    const detail = new RegExp(`topic ${scene.rates}: it has 3 partitions, 2 are asked for.*set the keyspace's`);
    await waits("PARTITION_FAILED", 500, "never", detail);
    await scene.deleted(scene.rates);
    await scene.made(scene.rates, partitionCount);
    await scene.rate({ nok: 4n });
    await expect.poll(rates, eventually).toMatchObject(served([{ key: "nok", value: 4 }]));
  });

  it("P7: given more partitions: both numbers are told in place of answers without the rows of the new ones", async () => {
    await scene.admin.createPartitions({ topicPartitions: [{ topic: scene.rates, count: 4 }] });
    const detail = new RegExp(`topic ${scene.rates}: it has 4 partitions, 2 are asked for.*set the keyspace's`);
    await waits("PARTITION_FAILED", 500, "never", detail);
    await scene.deleted(scene.rates);
    await scene.made(scene.rates, partitionCount);
    await scene.rate({ sek: 8n });
    await expect.poll(rates, eventually).toMatchObject(served([{ key: "sek", value: 8 }]));
  });

  it("P14: gone when the node is told to stop: it stops with exit code 0, and a start says what is missing", async () => {
    await scene.deleted(scene.rates);
    await waits("PARTITION_NOT_READY", 503, "later", /there is no such topic/);
    expect(await scene.server.stop()).toMatchObject({ code: 0 });
    await expect(scene.start()).rejects.toThrow(/CONFIG_INVALID.*there is no such topic/);
    await scene.made(scene.rates);
    await scene.start();
    expect(await rates()).toMatchObject(served([]));
    expect((await scene.get("/notes/a")).status).toBe(200);
  });
});
