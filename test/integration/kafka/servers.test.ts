/** The brokers that other tests rely on: what they are started with holds, and faults do what their names say. */
import { type Admin, Kafka as Client, type Consumer, logLevel, type Producer } from "kafkajs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isLeftOut, missingJava } from "../../support/servers/java.js";
import { Kafka } from "../../support/servers/kafka.js";
import { kafkaVersions } from "../../support/servers/kafka-program.js";
import { sharedKafka, topicName } from "../../support/servers/shared-kafka.js";

const leftOut = isLeftOut(missingJava());

/** Runs with a client's parts, and disconnects them. */
async function connected<T>(
  brokers: readonly string[],
  run: (client: { readonly admin: Admin; readonly producer: Producer; readonly consumer: Consumer }) => Promise<T>,
): Promise<T> {
  // A request to the frozen broker is given up soon, and sent to another: with kafkajs's own times it may take minutes.
  const times = { connectionTimeout: 3_000, requestTimeout: 3_000, retry: { retries: 60, maxRetryTime: 1_000 } };
  const kafka = new Client({ brokers: [...brokers], logLevel: logLevel.NOTHING, ...times });
  const admin = kafka.admin();
  const producer = kafka.producer();
  const consumer = kafka.consumer({ groupId: topicName("group") });
  await Promise.all([admin.connect(), producer.connect(), consumer.connect()]);
  try {
    return await run({ admin, producer, consumer });
  } finally {
    await Promise.all([admin.disconnect(), producer.disconnect(), consumer.disconnect()]);
  }
}

/** The keys that a consumer of a topic meets, until it has met `count` of them; a record that was sent again counts once. */
async function consumed(consumer: Consumer, topic: string, count: number): Promise<readonly string[]> {
  const keys = new Set<string>();
  await consumer.subscribe({ topic, fromBeginning: true });
  await new Promise<void>((resolve, reject) => {
    const eachMessage = async ({ message }: { readonly message: { readonly key: Buffer | null } }): Promise<void> => {
      keys.add(String(message.key));
      if (keys.size === count) resolve();
    };
    consumer.run({ eachMessage }).catch(reject);
  });
  return [...keys];
}

describe.skipIf(leftOut)("Kafka, with Java and Maven", () => {
  it("the run's shared broker takes records and gives them back", async () => {
    const topic = topicName("servers");
    await connected(await sharedKafka(), async ({ admin, producer, consumer }) => {
      await admin.createTopics({ topics: [{ topic, numPartitions: 1 }] });
      const messages = ["a", "b", "c"].map((key) => ({ key, value: key }));
      await producer.send({ topic, acks: -1, messages });
      expect(await consumed(consumer, topic, 3)).toEqual(["a", "b", "c"]);
    });
  });

  describe.each(kafkaVersions.slice(1))("Kafka %s", (version) => {
    it("starts, and keeps what it acknowledged over kill -9 and a restart", async () => {
      const kafka = await Kafka.start({ version });
      const topic = topicName("killed");
      try {
        await connected(kafka.brokers, async ({ admin, producer }) => {
          await admin.createTopics({ topics: [{ topic, numPartitions: 1 }] });
          await producer.send({ topic, acks: -1, messages: [{ key: "kept", value: "1" }] });
        });
        await kafka.kill(1);
        await kafka.restart(1);
        await connected(kafka.brokers, async ({ consumer }) => {
          expect(await consumed(consumer, topic, 1)).toEqual(["kept"]);
        });
      } finally {
        await kafka.stop();
      }
    }, 300_000);
  });

  describe("three brokers", () => {
    let kafka: Kafka;
    beforeAll(async () => {
      kafka = await Kafka.start({ brokers: 3, settings: { "message.max.bytes": 2_000_000 } });
    }, 300_000);
    afterAll(() => kafka.stop());

    it("go on while one of them is frozen, killed, or shut down", async () => {
      const topic = topicName("three");
      await connected(kafka.brokers, async ({ admin, producer, consumer }) => {
        await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], timeout: 30_000 });
        const leader = async (): Promise<number> =>
          (await admin.fetchTopicMetadata({ topics: [topic] })).topics[0]?.partitions[0]?.leader ?? 0;
        const follower = ((await leader()) % 3) + 1;
        await kafka.freeze(follower);
        await producer.send({ topic, acks: -1, messages: [{ key: "frozen", value: "1" }] });
        kafka.thaw(follower);

        const killed = await leader();
        await kafka.kill(killed);
        await producer.send({ topic, acks: -1, messages: [{ key: "killed", value: "1" }] });
        await kafka.restart(killed);

        const gone = await leader();
        await kafka.shutDown(gone);
        await producer.send({ topic, acks: -1, messages: [{ key: "gone", value: "1" }] });
        await kafka.restart(gone);
        const keys = await consumed(consumer, topic, 3);
        expect(new Set(keys)).toEqual(new Set(["frozen", "killed", "gone"]));
      });
    }, 300_000);
  });
});
