/** What an operator may do to a topic of ours under a running node, on a broker that makes topics by itself when asked for one. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openLogOfTests, readAll } from "../../support/kafka/log-of-tests.js";
import { eventually, TopicsScene } from "../../support/kafka/topics-scene.js";
import { ServeFailed } from "../../support/server.js";
import { isLeftOut, missingJava } from "../../support/servers/java.js";
import { Kafka } from "../../support/servers/kafka.js";

/** What a caller of a partition is told whose topic is lost. */
const failed = {
  status: 500,
  retryAfter: null,
  json: { code: "PARTITION_FAILED", retry: "never" },
};
const memstoreFiles = ["memstore.sqlite", "memstore.sqlite-wal", "memstore.sqlite-shm"];

describe.skipIf(isLeftOut(missingJava()))("a topic of ours, under a running node", () => {
  let kafka: Kafka;
  let scene: TopicsScene;

  beforeAll(async () => {
    kafka = await Kafka.start({ settings: { "auto.create.topics.enable": true } });
  }, 300_000);
  afterAll(() => kafka?.stop());
  beforeEach(async () => {
    scene = await TopicsScene.open(kafka.brokers, { eur: 1n });
  });
  afterEach(() => scene.close());

  const memstoreFile = (): string => join(scene.project.folder, "data", "memstore.sqlite");

  /** A copy of a topic's rows, as somebody may have made one. */
  async function rowsOf(topic: string): Promise<readonly (readonly [key: string, value: Buffer])[]> {
    const changelog = await openLogOfTests(kafka.brokers);
    const records = await Promise.all([0, 1].map((partition) => readAll(changelog, topic, undefined, partition)));
    await changelog.close();
    return records.flat().map(({ key, value }) => [Buffer.from(key ?? []).toString(), Buffer.from(value ?? [])]);
  }

  async function failsWith(detail: RegExp): Promise<void> {
    await expect.poll(() => scene.get("/notes/a"), eventually).toMatchObject(failed);
    const told = await scene.put("/notes/c", { text: "c" });
    expect(told).toMatchObject({ ...failed, json: { applied: "no", detail: expect.stringMatching(detail) } });
    const reason = expect.stringMatching(detail);
    const partitions = [0, 1].map((partition) => ({ keyspace: "notes", partition, state: "failed", reason }));
    await expect
      .poll(() => scene.get("/_affinity/ready"), eventually)
      .toMatchObject({ status: 503, json: { ready: false, partitions: [...partitions, {}, {}] } });
    const { json: metrics } = await scene.get("/_affinity/metrics");
    for (const partition of [0, 1])
      expect(metrics).toContain(
        `affinity_partition_serving{keyspace="notes",partition="${partition}",state="failed"} 0`,
      );
    // What does not depend on it is served.
    expect(await scene.get("/rates/eur")).toMatchObject({ status: 200, json: 1 });
  }

  it("P3: deleted: nothing is acknowledged any more, all are told, nothing makes it anew; the cure of the documentation works", async () => {
    const backup = await rowsOf(scene.notes);
    expect(backup.map(([key]) => key)).toEqual(["a"]);
    await scene.deleted(scene.notes);
    const told = await scene.put("/notes/b", { text: "b" });
    expect(told).toMatchObject({ ...failed, json: { applied: "no" } });
    const detail = new RegExp(`topic ${scene.notes}: it was deleted while it was in use.*put the file aside`);
    await failsWith(detail);
    const status = scene.project.affinity(["status", "--url", scene.server.url]);
    expect(status.stdout).toMatch(/notes\/0 +failed +.*was deleted while it was in use/);
    expect(await scene.admin.listTopics()).not.toContain(scene.notes);
    expect(scene.server.output).toMatch(/"level":"error".*TOPIC_REPLACED.*the partition cannot go on/);

    // A supervisor that starts it again does no harm.
    await scene.server.stop();
    for (const attempt of [1, 2]) {
      const start = scene.start();
      await expect(start, `attempt ${attempt}`).rejects.toBeInstanceOf(ServeFailed);
      await expect(start).rejects.toMatchObject({
        ending: { code: 3 },
        output: expect.stringMatching(/TOPIC_REPLACED.*notes\/.*made anew.*put the file aside/),
      });
      expect(existsSync(memstoreFile())).toBe(true);
    }

    await scene.written(scene.notes, backup);
    await scene.start();
    expect(await scene.get("/notes/a")).toMatchObject({ status: 200, json: { text: "a" } });
    expect((await scene.put("/notes/b", { text: "b" })).status).toBe(201);

    // Without a copy.
    await scene.server.stop();
    await scene.deleted(scene.notes);
    await expect(scene.start()).rejects.toBeInstanceOf(ServeFailed);
    for (const file of memstoreFiles) scene.project.clear(`data/${file}`);
    await scene.start();
    expect(await scene.get("/notes/a")).toMatchObject({ status: 404 });
    expect(await scene.get("/rates/eur")).toMatchObject({ status: 200, json: 1 });
  });

  it("P3: deleted and made anew: no write is acknowledged in the new one", async () => {
    await scene.deleted(scene.notes);
    await scene.made(scene.notes);
    const told = await scene.put("/notes/b", { text: "b" });
    expect(told).toMatchObject({ ...failed, json: { applied: expect.stringMatching(/^(no|unknown)$/) } });
    await failsWith(new RegExp(`topic ${scene.notes}: it was deleted and made anew while it was in use`));
  });
});
