/** Masters without writes that are told of rows of others, while the brokers that tell them come and go. */
import { setTimeout as wait } from "node:timers/promises";
import type { Admin } from "kafkajs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Changelog } from "../../../runtime/changelog/changelog.js";
import { kafkajsLinks } from "../../../runtime/changelog/kafka/kafkajs-link.js";
import { systemClock } from "../../../runtime/core/clock.js";
import { type Logger, silentLogger } from "../../../runtime/core/logger.js";
import type { KeyspaceDescriptor } from "../../../runtime/protocol/service.js";
import { foreignClient, leaderOf, openLogOfTests } from "../../support/kafka/log-of-tests.js";
import { PolledLinks } from "../../support/kafka/polled-links.js";
import { isLeftOut, missingJava } from "../../support/servers/java.js";
import { Kafka } from "../../support/servers/kafka.js";
import { topicName } from "../../support/servers/shared-kafka.js";
import {
  countOf,
  counts,
  type Node,
  number,
  openNode,
  soon,
  text,
  value,
  world,
} from "../../unit/runtime/partition/fixtures.js";

const leftOut = isLeftOut(missingJava());
const brokerIds = [1, 2, 3];
/** No look comes in the time of a test: what is served was told of. */
const noLook = { idleLookMs: 2_000_000_000 };
/** Until something has come about, whatever the machine takes. */
const eventually = { timeout: 60_000, interval: 20 };

function countsIn(topic: string): KeyspaceDescriptor {
  const subjects = { keySubject: `${topic}-key`, valueSubject: `${topic}-value` };
  return counts({ stores: { counts: { name: "counts", key: () => text, value: () => number, topic, ...subjects } } });
}

describe.skipIf(leftOut)("a master without writes, on three brokers", () => {
  let kafka: Kafka;
  let admin: Admin;
  let links: PolledLinks;
  let changelog: Changelog;
  let node: Node;
  let topic: string;
  let failures: object[];

  beforeAll(async () => {
    kafka = await Kafka.start({ brokers: 3 });
  }, 300_000);
  afterAll(() => kafka.stop());

  beforeEach(async () => {
    admin = foreignClient(kafka.brokers).admin();
    await admin.connect();
    links = new PolledLinks(kafkajsLinks({ clientId: "follow", clock: systemClock, logger: silentLogger }));
    changelog = await openLogOfTests(kafka.brokers, { openLink: links.open, requestTimeoutMs: 5_000 });
    topic = topicName("followed");
    failures = [];
    const logger: Logger = { ...silentLogger, error: (facts) => void failures.push(facts) };
    const router = { changelog, clock: systemClock, limits: noLook, logger };
    node = await openNode(world(), { keyspace: countsIn(topic), router });
    await polled();
  }, 120_000);
  afterEach(async () => {
    await node.router.stop();
    await changelog.close();
    await admin.disconnect();
  }, 60_000);

  const keyOf = (name: string): Uint8Array => node.counts.address(name).serialized;
  const stored = async (name: string): Promise<unknown> =>
    countOf(await node.counts.get(node.counts.address(name), soon));
  const polled = (): Promise<void> => expect.poll(() => links.underWay, eventually).toBeGreaterThan(0);

  /** Writes as another program, by a new client whenever one fails: kafkajs may wait for minutes for a broker that is gone. */
  async function write(name: string, count: number, awayId?: number): Promise<void> {
    const brokers = kafka.brokers.filter((_, at) => brokerIds[at] !== awayId);
    for (;;) {
      const producer = foreignClient(brokers).producer({ retry: { retries: 3 } });
      const messages = [{ key: Buffer.from(keyOf(name)), value: Buffer.from(value(count)), partition: 0 }];
      const sending = producer.connect().then(() => producer.send({ topic, acks: -1, messages }));
      sending.catch(() => undefined);
      const isSent = await Promise.race([
        sending.then(
          () => true,
          () => false,
        ),
        wait(10_000, false, { ref: false }),
      ]);
      void producer.disconnect().catch(() => undefined);
      if (isSent) return;
    }
  }

  async function leaderIsNot(id: number): Promise<void> {
    await expect.poll(() => leaderOf(admin, topic), eventually).not.toBe(id);
  }

  /** What happens while the master waits; it ends with another leader, or the same one after a restart. */
  const changes: { readonly [name: string]: (leader: number) => Promise<void> } = {
    "leadership moved to another broker": async (leader) => {
      const replicas = brokerIds.filter((id) => id !== leader);
      const partitionAssignment = [{ partition: 0, replicas }];
      await admin.alterPartitionReassignments({ topics: [{ topic, partitionAssignment }] });
      await leaderIsNot(leader);
    },
    "the leader was shut down and started": async (leader) => {
      await kafka.shutDown(leader);
      await kafka.restart(leader);
    },
    "the leader was killed": async (leader) => {
      await kafka.kill(leader);
      await leaderIsNot(leader);
    },
    // Nothing can be written before another one leads.
    "the leader was frozen": (leader) => kafka.freeze(leader),
    "all brokers were killed and started": async () => {
      await Promise.all(brokerIds.map((id) => kafka.kill(id)));
      await Promise.all(brokerIds.map((id) => kafka.restart(id)));
    },
  };
  for (const [name, happen] of Object.entries(changes))
    it(`P14: is told of rows that come after ${name}`, async () => {
      await write("a", 1);
      await expect.poll(() => stored("a"), eventually).toBe(1);
      await polled();
      const leader = await leaderOf(admin, topic);
      const before = node.router.status();
      try {
        await happen(leader);
        for (const count of [2, 3]) {
          await write("a", count, leader);
          await expect.poll(() => stored("a"), eventually).toBe(count);
        }
      } finally {
        await healed(name, leader);
      }
      // By the same mastership: one that begins anew reads the log too.
      expect(node.router.status()).toEqual(before);
      expect(failures).toEqual([]);
      expect(links.most).toBe(1);
    }, 240_000);

  async function healed(name: string, leader: number): Promise<void> {
    if (name.endsWith("killed")) await kafka.restart(leader);
    if (name.endsWith("frozen")) kafka.thaw(leader);
  }

  it("P7: fails when its topic is deleted and made anew", async () => {
    await admin.deleteTopics({ topics: [topic] });
    const made = { topic, numPartitions: 1, replicationFactor: 3 };
    await expect
      .poll(() => admin.createTopics({ topics: [made], waitForLeaders: false }).catch(() => false), eventually)
      .toBe(true);
    await expect.poll(() => node.router.status()[0]?.state, eventually).toBe("failed");
    expect(failures).toMatchObject([{ error: expect.stringMatching(/TOPIC_REPLACED.*put the file aside/) }]);
  }, 120_000);

  it("P14: ends its wait when it stops, and bears that the changelog was closed before", async () => {
    await node.router.stop();
    await expect.poll(() => links.underWay, eventually).toBe(0);
    const router = { changelog, clock: systemClock, limits: noLook };
    const other = await openNode(world(), { keyspace: countsIn(topic), router });
    await polled();
    await changelog.close();
    await expect.poll(() => links.underWay, eventually).toBe(0);
    expect(links.openLinks).toBe(0);
    await other.router.stop();
  }, 120_000);
});
