/** The brokers that other tests rely on: what they are started with holds, and faults do what their names say. */
import { setTimeout as wait } from "node:timers/promises";
import { type Admin, Kafka as Client, type Consumer, logLevel, type Producer } from "kafkajs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isLeftOut, missingJava } from "../../support/servers/java.js";
import { Kafka } from "../../support/servers/kafka.js";
import { kafkaVersions } from "../../support/servers/kafka-program.js";
import { sharedKafka, topicName } from "../../support/servers/shared-kafka.js";

const leftOut = isLeftOut(missingJava());

/** After this time a client is given up: one that met a broker while it went may wait for it for minutes. */
const attemptMs = 20_000;
const attempts = 100;
const pauseMs = 500;

interface Parts {
  readonly admin: Admin;
  readonly producer: Producer;
  readonly consumer: Consumer;
}

/** Runs with a new client's parts, and with those of another one when it fails or takes too long. */
async function connected<T>(brokers: readonly string[], run: (client: Parts) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await attempted(brokers, run);
    } catch (error) {
      if (attempt === attempts) throw error;
      await wait(pauseMs);
    }
  }
}

async function attempted<T>(brokers: readonly string[], run: (client: Parts) => Promise<T>): Promise<T> {
  const times = { connectionTimeout: 3_000, requestTimeout: 3_000, retry: { retries: 5, maxRetryTime: 1_000 } };
  const kafka = new Client({ brokers: [...brokers], logLevel: logLevel.NOTHING, ...times });
  const client = {
    admin: kafka.admin(),
    producer: kafka.producer(),
    consumer: kafka.consumer({ groupId: topicName("group") }),
  };
  const parts = [client.admin, client.producer, client.consumer];
  const running = Promise.all(parts.map((part) => part.connect())).then(() => run(client));
  running.catch(() => undefined);
  try {
    return await Promise.race([running, failing(attemptMs)]);
  } finally {
    // Not awaited for long: it would wait for a broker that is gone.
    const leaving = Promise.allSettled(parts.map((part) => part.disconnect()));
    await Promise.race([leaving, wait(1_000, undefined, { ref: false })]);
  }
}

async function failing(afterMs: number): Promise<never> {
  await wait(afterMs, undefined, { ref: false });
  throw new Error(`a client of the test did not come to an end within ${afterMs} ms`);
}

/** The keys that a consumer of a topic meets, until it has met `count` of them; a record that was sent again counts once. */
async function consumed(brokers: readonly string[], topic: string, count: number): Promise<readonly string[]> {
  return connected(brokers, async ({ consumer }) => {
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
  });
}

async function made(brokers: readonly string[], topic: string): Promise<void> {
  await connected(brokers, async ({ admin }) => {
    const isThere = (await admin.listTopics()).includes(topic);
    if (!isThere) await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], timeout: 30_000 });
  });
}

async function sent(brokers: readonly string[], topic: string, ...keys: readonly string[]): Promise<void> {
  const messages = keys.map((key) => ({ key, value: key }));
  await connected(brokers, async ({ producer }) => void (await producer.send({ topic, acks: -1, messages })));
}

describe.skipIf(leftOut)("Kafka, with Java and Maven", () => {
  it("the run's shared broker takes records and gives them back", async () => {
    const topic = topicName("servers");
    const brokers = await sharedKafka();
    await made(brokers, topic);
    await sent(brokers, topic, "a", "b", "c");
    expect(await consumed(brokers, topic, 3)).toEqual(["a", "b", "c"]);
  }, 300_000);

  describe.each(kafkaVersions.slice(1))("Kafka %s", (version) => {
    it("starts, and keeps what it acknowledged over kill -9 and a restart", async () => {
      const kafka = await Kafka.start({ version });
      const topic = topicName("killed");
      try {
        await made(kafka.brokers, topic);
        await sent(kafka.brokers, topic, "kept");
        await kafka.kill(1);
        await kafka.restart(1);
        expect(await consumed(kafka.brokers, topic, 1)).toEqual(["kept"]);
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
      const { brokers } = kafka;
      await made(brokers, topic);
      const leader = (): Promise<number> =>
        connected(brokers, async ({ admin }) => {
          const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
          return topics[0]?.partitions[0]?.leader ?? 0;
        });
      const follower = ((await leader()) % 3) + 1;
      await kafka.freeze(follower);
      try {
        await sent(brokers, topic, "frozen");
      } finally {
        kafka.thaw(follower);
      }

      const killed = await leader();
      await kafka.kill(killed);
      await sent(brokers, topic, "killed");
      await kafka.restart(killed);

      const gone = await leader();
      await kafka.shutDown(gone);
      await sent(brokers, topic, "gone");
      await kafka.restart(gone);
      expect(new Set(await consumed(brokers, topic, 3))).toEqual(new Set(["frozen", "killed", "gone"]));
    }, 300_000);
  });
});
