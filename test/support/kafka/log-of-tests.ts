/** Changelogs, topics and records for tests against real brokers. */
import { type Admin, Kafka as Client, logLevel } from "kafkajs";
import type { AppendOutcome, Changelog, LogRecord, NewRecord } from "../../../runtime/changelog/changelog.js";
import { type KafkaChangelogOptions, openKafkaChangelog } from "../../../runtime/changelog/kafka/kafka-changelog.js";
import { systemClock } from "../../../runtime/core/clock.js";
import { silentLogger } from "../../../runtime/core/logger.js";
import { systemRandom } from "../../../runtime/core/random.js";

export function openLogOfTests(
  brokers: readonly string[],
  more: Partial<KafkaChangelogOptions> = {},
): Promise<Changelog> {
  return openKafkaChangelog({
    brokers,
    clientId: "tests",
    topics: { replication: brokers.length, minInsyncReplicas: Math.min(2, brokers.length), maxMessageBytes: 2_000_000 },
    requestTimeoutMs: 2_000,
    queueBytes: 64 * 1024 * 1024,
    clock: systemClock,
    random: systemRandom,
    logger: silentLogger,
    ...more,
  });
}

/** kafkajs's own client: another program's. */
export function foreignClient(brokers: readonly string[]): Client {
  return new Client({ brokers: [...brokers], logLevel: logLevel.NOTHING, requestTimeout: 5_000 });
}

/** Another program's transaction, with a record of key `theirs` in partition 0, that stays open until `commit`. */
export async function openTransaction(brokers: readonly string[], topic: string): Promise<{ commit(): Promise<void> }> {
  const producer = foreignClient(brokers).producer({
    transactionalId: topic,
    idempotent: true,
    maxInFlightRequests: 1,
  });
  await producer.connect();
  const transaction = await producer.transaction();
  await transaction.send({ topic, messages: [{ key: "theirs", value: "1", partition: 0 }] });
  return {
    commit: async () => {
      await transaction.commit();
      await producer.disconnect();
    },
  };
}

/** Makes a topic of one partition with settings, and waits until its leader is known. */
export async function madeTopic(
  admin: Admin,
  topic: string,
  replicationFactor: number,
  settings: { readonly [name: string]: string },
): Promise<void> {
  const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
  await admin.createTopics({
    topics: [{ topic, numPartitions: 1, replicationFactor, configEntries }],
    waitForLeaders: false,
  });
  await leaderOf(admin, topic);
}

/** Id of the broker that leads partition 0; waits until there is one. */
export async function leaderOf(admin: Admin, topic: string): Promise<number> {
  for (let attempts = 600; attempts > 0; attempts -= 1) {
    const found = await admin.fetchTopicMetadata({ topics: [topic] }).catch(() => undefined);
    const leader = found?.topics[0]?.partitions[0]?.leader ?? -1;
    if (leader > 0) return leader;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`topic ${topic} has no leader`);
}

/** The batch number of an append of one record; the reader's rule is not what these tests are about. */
export function recordOf(topic: string, key: string, value: string | null): NewRecord {
  const headers = { epoch: 1, batch: 1, index: 0, count: 1, writer: 1n, time: 1_000 };
  return { topic, key: Buffer.from(key), value: value === null ? null : Buffer.from(value), headers };
}

/** Everything up to the end that the first read shows; fails when reading does not come to it. */
export async function readAll(changelog: Changelog, topic: string, end?: bigint, partition = 0): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  let from = 0n;
  let last = end;
  for (let reads = 0; ; reads += 1) {
    if (reads > 100_000) throw new Error(`reading does not come to the end: at ${from} of ${last}`);
    const slice = await changelog.read({ topic, partition, fromOffset: from });
    last ??= slice.endOffset;
    records.push(...slice.records);
    from = slice.nextOffset;
    if (from >= last) return records;
  }
}

/** Rows as records make them. */
export function folded(records: readonly LogRecord[]): Map<string, string> {
  const rows = new Map<string, string>();
  for (const { key, value } of records) {
    const name = Buffer.from(key ?? []).toString();
    if (value === null) rows.delete(name);
    else rows.set(name, Buffer.from(value).toString());
  }
  return rows;
}

export function outcomeText(outcome: AppendOutcome): string {
  return outcome.outcome === "acknowledged" ? outcome.outcome : `${outcome.outcome}: ${outcome.error.message}`;
}
