/** What may become of a topic under a reader's feet. */
import type { Admin } from "kafkajs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Changelog } from "../../../runtime/changelog/changelog.js";
import {
  foreignClient,
  madeTopic,
  openLogOfTests,
  openTransaction,
  readAll,
  recordOf,
} from "../../support/kafka/log-of-tests.js";
import { isLeftOut, missingJava } from "../../support/servers/java.js";
import { sharedKafka, topicName } from "../../support/servers/shared-kafka.js";

const never = new AbortController().signal;

describe.skipIf(isLeftOut(missingJava()))("a topic in Kafka", () => {
  let admin: Admin;
  let changelog: Changelog;
  let brokers: readonly string[];
  beforeAll(async () => {
    brokers = await sharedKafka();
    admin = foreignClient(brokers).admin();
    await admin.connect();
    changelog = await openLogOfTests(brokers);
  }, 300_000);
  afterAll(async () => {
    await changelog?.close();
    await admin?.disconnect();
  });

  async function filled(topic: string, records: number): Promise<void> {
    const log = await changelog.open({ topics: [topic], partition: 0, epoch: 1, writer: 1n });
    await log.fence(never);
    for (let index = 0; index < records; index += 1)
      expect((await log.append([recordOf(topic, `k${index}`, "1")])).outcome).toBe("acknowledged");
  }

  async function keysOf(topic: string): Promise<readonly string[]> {
    return (await readAll(changelog, topic)).map(({ key }) => Buffer.from(key ?? []).toString());
  }

  it("P7: that was deleted and made anew is never read as the one before it", async () => {
    const topic = topicName("anew");
    const spec = { name: topic, partitions: 1, historyMs: 60_000, tombstoneMs: 60_000 };
    const [before] = await changelog.ensureTopics([spec]);
    await filled(topic, 3);
    await admin.deleteTopics({ topics: [topic] });
    await expect.poll(() => admin.listTopics(), { timeout: 20_000 }).not.toContain(topic);
    const other = await openLogOfTests(brokers);
    const [after] = await other.ensureTopics([spec]);
    expect(after?.incarnation).not.toBe(before?.incarnation);
    // Grown past where the reader of the former one stands.
    const log = await other.open({ topics: [topic], partition: 0, epoch: 1, writer: 1n });
    await log.fence(never);
    for (let index = 0; index < 9; index += 1) await log.append([recordOf(topic, `other-${index}`, "1")]);
    await expect(changelog.read({ topic, partition: 0, fromOffset: 4n })).rejects.toMatchObject({
      code: "TOPIC_REPLACED",
    });
    await other.close();
  });

  it("that the broker which is asked has not heard of yet is waited for", async () => {
    const topic = topicName("late");
    const opened = changelog.open({ topics: [topic], partition: 0, epoch: 1, writer: 1n });
    await new Promise((resolve) => setTimeout(resolve, 500));
    await madeTopic(admin, topic, 1, { "cleanup.policy": "compact" });
    await expect(opened).resolves.toBeDefined();
  });

  it("of which no broker has heard for a while is not there, and the error says so", async () => {
    const patient = await openLogOfTests(brokers, { requestTimeoutMs: 20_000 });
    await expect(
      patient.open({ topics: [topicName("never")], partition: 0, epoch: 1, writer: 1n }),
    ).rejects.toMatchObject({ code: "CONFIG_INVALID" });
    await patient.close();
  });

  it("P7: whose beginning is gone is read from what is left", async () => {
    const topic = topicName("cut");
    await madeTopic(admin, topic, 1, { "cleanup.policy": "delete" });
    await filled(topic, 5);
    await admin.fetchTopicOffsets(topic);
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: "4" }] });
    expect(await keysOf(topic)).toEqual(["k3", "k4"]);
  });

  it("P1: that a transaction of others holds open is read up to it, and on when it ends", async () => {
    const topic = topicName("open");
    await madeTopic(admin, topic, 1, { "cleanup.policy": "compact" });
    await filled(topic, 1);
    const transaction = await openTransaction(brokers, topic);
    // A fence behind it, and what was acknowledged behind it, wait for nobody.
    const log = await changelog.open({ topics: [topic], partition: 0, epoch: 2, writer: 2n });
    const end = (await log.fence(never)).get(topic) ?? 0n;
    expect((await log.append([recordOf(topic, "ours", "2")])).outcome).toBe("acknowledged");
    expect(await keysOf(topic)).toEqual(["k0"]);
    await transaction.commit();
    await expect.poll(() => keysOf(topic), { timeout: 20_000 }).toEqual(["k0", "theirs", "ours"]);
    expect(end).toBeGreaterThan(0n);
  });
});
