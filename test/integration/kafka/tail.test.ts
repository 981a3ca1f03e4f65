/** Partitions that are followed without a consumer group, by one long poll a broker. */
import { setMaxListeners } from "node:events";
import type { Admin, Producer } from "kafkajs";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Changelog } from "../../../runtime/changelog/changelog.js";
import { kafkajsLinks } from "../../../runtime/changelog/kafka/kafkajs-link.js";
import { systemClock } from "../../../runtime/core/clock.js";
import { silentLogger } from "../../../runtime/core/logger.js";
import { foreignClient, leaderOf, openLogOfTests, openTransaction } from "../../support/kafka/log-of-tests.js";
import { PolledLinks } from "../../support/kafka/polled-links.js";
import { isLeftOut, missingJava } from "../../support/servers/java.js";
import { sharedKafka, topicName } from "../../support/servers/shared-kafka.js";

const leftOut = isLeftOut(missingJava());
const never = new AbortController().signal;

/** Another program's parts, and a changelog whose long polls are counted. */
class Scene {
  readonly admin: Admin;
  readonly producer: Producer;
  readonly links = new PolledLinks(kafkajsLinks({ clientId: "tail", clock: systemClock, logger: silentLogger }));
  readonly #brokers: readonly string[];
  #changelog: Changelog | undefined;

  constructor(brokers: readonly string[]) {
    this.#brokers = brokers;
    const client = foreignClient(brokers);
    this.admin = client.admin();
    this.producer = client.producer();
  }

  async open(): Promise<void> {
    await Promise.all([this.admin.connect(), this.producer.connect()]);
    this.#changelog = await openLogOfTests(this.#brokers, { openLink: this.links.open });
  }

  get changelog(): Changelog {
    if (this.#changelog === undefined) throw new Error("open it first");
    return this.#changelog;
  }

  async made(topic: string, numPartitions: number, replicationFactor = 1): Promise<void> {
    await this.admin.createTopics({ topics: [{ topic, numPartitions, replicationFactor }], waitForLeaders: false });
    await leaderOf(this.admin, topic);
  }

  /** Until the broker takes requests for each partition: it tells who leads a new one before it has begun to lead. */
  async served(topic: string, numPartitions: number): Promise<void> {
    for (let partition = 0; partition < numPartitions; partition += 1)
      await expect
        .poll(() => this.end(topic, partition).catch(() => undefined), { timeout: 20_000, interval: 20 })
        .toBe(0n);
  }

  async write(topic: string, partition = 0): Promise<void> {
    await this.producer.send({ topic, acks: -1, messages: [{ key: "theirs", value: "1", partition }] });
  }

  async end(topic: string, partition = 0): Promise<bigint> {
    return (await this.changelog.read({ topic, partition, fromOffset: 0n })).endOffset;
  }

  grown(topic: string, endOffset: bigint, partition = 0, signal = never): Promise<void> {
    return this.changelog.grown({ topic, partition, endOffset, signal });
  }

  /** Until a broker has a long poll to answer. */
  async polled(): Promise<void> {
    await expect.poll(() => this.links.underWay, { timeout: 20_000, interval: 1 }).toBeGreaterThan(0);
  }

  async close(): Promise<void> {
    await this.#changelog?.close();
    await Promise.all([this.producer.disconnect(), this.admin.disconnect()]);
  }
}

describe.skipIf(leftOut)("waiting for growth on Kafka", () => {
  let scene: Scene;
  beforeAll(async () => {
    await sharedKafka();
  }, 300_000);
  afterEach(() => scene.close());

  async function opened(): Promise<Scene> {
    scene = new Scene(await sharedKafka());
    await scene.open();
    return scene;
  }

  it("P12: fifty partitions have one long poll under way, and each is told of its own records", async () => {
    const { links, changelog } = await opened();
    const topic = topicName("fifty");
    await scene.made(topic, 50);
    await scene.served(topic, 50);
    const grown = new Set<number>();
    const stop = new AbortController();
    setMaxListeners(50, stop.signal);
    const waits = Array.from({ length: 50 }, async (_, partition) => {
      await scene.grown(topic, 0n, partition, stop.signal);
      grown.add(partition);
    });
    const ended = Promise.allSettled(waits);
    await scene.polled();
    expect(grown.size).toBe(0);
    for (const partition of [7, 41, 0]) {
      await scene.write(topic, partition);
      await waits[partition];
      // A read is not stuck behind the long poll that goes on.
      expect([...(await changelog.read({ topic, partition, fromOffset: 0n })).records].length).toBe(1);
    }
    expect(grown).toEqual(new Set([7, 41, 0]));
    expect(links.most).toBe(1);
    stop.abort();
    expect((await ended).filter(({ status }) => status === "fulfilled").length).toBe(3);
  });

  it("P12: whoever waits anew after each record meets all of them, by few polls", async () => {
    const { links } = await opened();
    const topic = topicName("stream");
    await scene.made(topic, 1);
    let end = 0n;
    const records = 40;
    const writing = (async (): Promise<void> => {
      for (let at = 0; at < records; at += 1) await scene.write(topic);
    })();
    while (end < records) {
      await scene.grown(topic, end);
      end = await scene.end(topic);
    }
    await writing;
    expect(end).toBe(BigInt(records));
    expect(links.most).toBe(1);
    expect(links.sent).toBeLessThan(4 * records);
  });

  it("P1: what a transaction of others holds back wakes nobody until it ends, and polls do not spin", async () => {
    const { links, changelog } = await opened();
    const topic = topicName("held");
    await scene.made(topic, 1);
    const transaction = await openTransaction(await sharedKafka(), topic);
    // Behind it, as an append of ours that was acknowledged there.
    await scene.write(topic);
    for (const endOffset of [0n, 2n]) {
      const stop = new AbortController();
      const over: unknown[] = [];
      const wait = scene.grown(topic, endOffset, 0, stop.signal).then(
        () => over.push("grown"),
        (reason: unknown) => over.push(reason),
      );
      const before = links.sent;
      await expect.poll(() => links.sent, { timeout: 20_000 }).toBeGreaterThan(before + 2);
      expect(over).toEqual([]);
      stop.abort("enough");
      await wait;
      expect(over).toEqual(["enough"]);
    }
    await transaction.commit();
    // A wait may be over without cause: read, and wait again.
    const read = () => changelog.read({ topic, partition: 0, fromOffset: 0n });
    while ([...(await read()).records].length < 2) await scene.grown(topic, 0n);
  });

  it("P7: a topic that was deleted, or deleted and made anew, is TOPIC_REPLACED", async () => {
    await opened();
    const [anew, gone] = [topicName("anew"), topicName("gone")];
    for (const topic of [anew, gone]) await scene.made(topic, 1);
    const waits = [anew, gone].map((topic) => scene.grown(topic, 0n));
    const ended = Promise.allSettled(waits);
    await scene.polled();
    await scene.admin.deleteTopics({ topics: [anew] });
    await expect.poll(() => scene.admin.listTopics(), { timeout: 20_000 }).not.toContain(anew);
    await scene.made(anew, 1);
    await scene.admin.deleteTopics({ topics: [gone] });
    expect(await ended).toMatchObject([
      { reason: { code: "TOPIC_REPLACED", topic: anew } },
      { reason: { code: "TOPIC_REPLACED", topic: gone } },
    ]);
    await expect(scene.grown(anew, 0n)).rejects.toThrow(/TOPIC_REPLACED.*made anew/);
  });

  it("P7: an offset that the log has not is over at once: of a log that is cut at its start, and of one that has lost its end", async () => {
    await opened();
    const topic = topicName("cut");
    await scene.made(topic, 1);
    for (let at = 0; at < 5; at += 1) await scene.write(topic);
    await scene.admin.fetchTopicOffsets(topic);
    await scene.admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: "4" }] });
    await scene.grown(topic, 1n);
    await scene.grown(topic, 99n);
  });

  it("P14: a close ends the waits at once and leaves no connection", async () => {
    const { links, changelog } = await opened();
    const topic = topicName("closed");
    await scene.made(topic, 3);
    const ended = Promise.allSettled([0, 1, 2].map((partition) => scene.grown(topic, 0n, partition)));
    await scene.polled();
    expect(links.openLinks).toBeGreaterThan(0);
    await changelog.close();
    for (const outcome of await ended) expect(outcome).toMatchObject({ reason: { code: "CHANGELOG_UNAVAILABLE" } });
    expect(links.openLinks).toBe(0);
    await expect.poll(() => links.underWay, { timeout: 20_000 }).toBe(0);
  });
});
