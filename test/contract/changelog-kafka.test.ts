import { type Admin, Kafka as Client, logLevel, type Producer } from "kafkajs";
import { afterAll, beforeAll, describe } from "vitest";
import type { Compression } from "../../runtime/changelog/kafka/batch-compressor.js";
import { openKafkaChangelog } from "../../runtime/changelog/kafka/kafka-changelog.js";
import { kafkajsLinks } from "../../runtime/changelog/kafka/kafkajs-link.js";
import { silentLogger } from "../../runtime/core/logger.js";
import { systemRandom } from "../../runtime/core/random.js";
import { MovableClock } from "../../runtime/testing/movable-clock.js";
import { FaultyLinks } from "../support/kafka/faulty-links.js";
import { PrefixedChangelog } from "../support/kafka/prefixed-changelog.js";
import { isLeftOut, missingJava } from "../support/servers/java.js";
import { sharedKafka, topicName } from "../support/servers/shared-kafka.js";
import { type ChangelogHarness, describeChangelog } from "./changelog.js";

const topics = { replication: 1, minInsyncReplicas: 1, maxMessageBytes: 2_000_000 };

describe.skipIf(isLeftOut(missingJava()))("with a real broker", () => {
  let brokers: readonly string[];
  let admin: Admin;
  let client: Client;
  beforeAll(async () => {
    brokers = await sharedKafka();
    client = new Client({ brokers: [...brokers], logLevel: logLevel.NOTHING });
    admin = client.admin();
    await admin.connect();
  }, 300_000);
  afterAll(async () => {
    await admin?.disconnect();
  });

  const harness = async (compression: Compression): Promise<ChangelogHarness> => {
    const clock = new MovableClock();
    const prefix = `${topicName("contract")}-`;
    // Of each test its own: one that knows a topic that was deleted since writes to none.
    let producer: Producer | undefined;
    const links = new FaultyLinks(kafkajsLinks({ clientId: "contract", clock, logger: silentLogger }));
    return {
      clock,
      hasOwnClock: true,
      refusesNullKeys: true,
      open: async () => {
        const changelog = await openKafkaChangelog({
          brokers,
          clientId: "contract",
          topics,
          requestTimeoutMs: 10_000,
          queueBytes: 64 * 1024 * 1024,
          compression,
          openLink: links.open,
          clock,
          random: systemRandom,
          logger: silentLogger,
        });
        return new PrefixedChangelog(changelog, prefix);
      },
      writeForeign: async (_changelog, { topic, key, value }) => {
        const message = { key: bytesOf(key), value: bytesOf(value), partition: 0 };
        if (producer === undefined) {
          producer = client.producer();
          await producer.connect();
        }
        await producer.send({ topic: prefix + topic, messages: [message] });
      },
      failNext: (fault) => links.failNext(fault),
      dispose: async () => {
        await producer?.disconnect();
        const names = (await admin.listTopics()).filter((name) => name.startsWith(prefix));
        await admin.deleteTopics({ topics: names });
      },
    };
  };

  describeChangelog("Kafka", () => harness("none"));
  // snappy makes even one record smaller.
  describeChangelog("Kafka with compressed batches", () => harness("snappy"), [
    "appending",
    "fencing",
    "appends that fail",
  ]);
});

function bytesOf(bytes: Uint8Array | null): Buffer | null {
  return bytes === null ? null : Buffer.from(bytes);
}
