/** Topics in Kafka: made with their settings, brought to them, and left alone where others own them. */
import { type Admin, Kafka as Client, ConfigResourceTypes, ConfigSource, logLevel } from "kafkajs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TopicSpec } from "../../../runtime/changelog/changelog.js";
import { ensureKafkaTopics } from "../../../runtime/changelog/kafka/ensure-topics.js";
import type { KafkaTopicSettings } from "../../../runtime/changelog/kafka/topic-settings.js";
import { systemClock } from "../../../runtime/core/clock.js";
import { type Logger, silentLogger } from "../../../runtime/core/logger.js";
import { isLeftOut, missingJava } from "../../support/servers/java.js";
import { sharedKafka, topicName } from "../../support/servers/shared-kafka.js";

const settings: KafkaTopicSettings = { replication: 1, minInsyncReplicas: 1, maxMessageBytes: 2_000_000 };

function spec(name: string, more: Partial<TopicSpec> = {}): TopicSpec {
  return { name, partitions: 2, historyMs: 60_000, tombstoneMs: 3_600_000, ...more };
}

/** What every topic of ours is set to, of the keyspaces above. */
const ours = {
  "cleanup.policy": "compact",
  "message.timestamp.type": "LogAppendTime",
  "min.compaction.lag.ms": "60000",
  "delete.retention.ms": "3600000",
  "max.message.bytes": "2000000",
};

describe.skipIf(isLeftOut(missingJava()))("topics in Kafka", () => {
  let admin: Admin;
  beforeAll(async () => {
    const brokers = [...(await sharedKafka())];
    admin = new Client({ brokers, logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
  }, 300_000);
  afterAll(() => admin?.disconnect());

  function ensure(specs: readonly TopicSpec[], logger: Logger = silentLogger, more = {}): Promise<void> {
    return ensureKafkaTopics(specs, {
      admin,
      settings: { ...settings, ...more },
      logger,
      clock: systemClock,
      timeoutMs: 30_000,
    });
  }
  async function configuration(name: string): Promise<{ readonly [setting: string]: string }> {
    const resources = [{ type: ConfigResourceTypes.TOPIC, name }];
    const described = await admin.describeConfigs({ resources, includeSynonyms: false });
    const entries = described.resources[0]?.configEntries ?? [];
    const own = entries.filter(({ configSource }) => configSource === ConfigSource.TOPIC_CONFIG);
    return Object.fromEntries(own.map(({ configName, configValue }) => [configName, configValue]));
  }
  async function partitionsOf(name: string): Promise<number> {
    return (await admin.fetchTopicMetadata({ topics: [name] })).topics[0]?.partitions.length ?? 0;
  }
  async function make(name: string, configEntries: readonly { name: string; value: string }[]): Promise<void> {
    const topics = [{ topic: name, numPartitions: 2, configEntries: [...configEntries] }];
    await admin.createTopics({ topics, waitForLeaders: false });
    await expect.poll(() => admin.listTopics()).toContain(name);
  }

  it("P3: are made with the settings that the promises need", async () => {
    const [one, other] = [topicName("one"), topicName("other")];
    await ensure([spec(one), spec(other, { partitions: 5, historyMs: 1 })]);
    await expect.poll(() => configuration(one)).toMatchObject({ ...ours, "unclean.leader.election.enable": "false" });
    await expect.poll(() => configuration(other)).toMatchObject({ ...ours, "min.compaction.lag.ms": "1" });
    expect([await partitionsOf(one), await partitionsOf(other)]).toEqual([2, 5]);
    await ensure([spec(one), spec(other, { partitions: 5, historyMs: 1 })]);
    await expect.poll(() => configuration(one)).toMatchObject(ours);
  });

  it("are made once by many nodes that start together", async () => {
    const names = Array.from({ length: 4 }, () => topicName("together"));
    await Promise.all(Array.from({ length: 4 }, () => ensure(names.map((name) => spec(name)))));
    for (const name of names) expect(await partitionsOf(name)).toBe(2);
  });

  it("are changed where they differ, and keep every other setting that they have", async () => {
    const name = topicName("changed");
    await make(name, [
      { name: "cleanup.policy", value: "delete" },
      { name: "retention.ms", value: "123456789" },
      { name: "segment.ms", value: "7654321" },
      { name: "max.message.bytes", value: "3000000" },
    ]);
    const logger = recording();
    await ensure([spec(name)], logger);
    await expect
      .poll(() => configuration(name))
      .toMatchObject({
        ...ours,
        "retention.ms": "123456789",
        "segment.ms": "7654321",
        "max.message.bytes": "3000000",
      });
    expect(logger.lines.join()).toMatch(/info .*cleanup.policy is delete and has to be compact/);
    const again = recording();
    await ensure([spec(name)], again);
    expect(again.lines).toEqual([]);
  });

  it("P8: are emptied by time only where the time to live counts from the write", async () => {
    const name = topicName("ttl");
    await ensure([spec(name, { ttlMs: 86_400_000 })]);
    const { "cleanup.policy": policy, ...rest } = await configuration(name);
    expect(policy?.split(",").sort()).toEqual(["compact", "delete"]);
    expect(rest).toMatchObject({ "retention.ms": "86400000", "retention.bytes": "-1" });
    await ensure([spec(name)]);
    await expect.poll(() => configuration(name)).toMatchObject(ours);
  });

  it("P7: with another number of partitions are CONFIG_INVALID, and nothing of the call is made", async () => {
    const [there, missing] = [topicName("there"), topicName("missing")];
    await ensure([spec(there)]);
    const call = ensure([spec(missing), spec(there, { partitions: 3 })]);
    await expect(call).rejects.toMatchObject({ code: "CONFIG_INVALID" });
    await expect(call).rejects.toThrow(/has 2 partitions, 3 are asked for/);
    expect(await admin.listTopics()).not.toContain(missing);
  });

  it("of others are compared, never changed; one that is not there is CONFIG_INVALID", async () => {
    const name = topicName("external");
    await make(name, [{ name: "cleanup.policy", value: "delete" }]);
    const before = await configuration(name);
    const logger = recording();
    await ensure([spec(name, { isExternal: true })], logger);
    await expect.poll(() => configuration(name)).toEqual(before);
    expect(logger.lines.join()).toMatch(/warn .*belongs to others.*cleanup.policy is delete/);
    const missing = topicName("nobody");
    await expect(ensure([spec(missing, { isExternal: true })])).rejects.toThrow(
      /CONFIG_INVALID.*there is no such topic/,
    );
    expect(await admin.listTopics()).not.toContain(missing);
    const call = ensure([spec(name, { isExternal: true, partitions: 3 })]);
    await expect(call).rejects.toThrow(/has 2 partitions, 3 are asked for/);
  });

  it("P3: more copies than brokers, or fewer than a write needs, are CONFIG_INVALID with the cure", async () => {
    const name = topicName("copies");
    await expect(ensure([spec(name)], silentLogger, { replication: 3 })).rejects.toThrow(
      /CONFIG_INVALID.*changelog.replication is 3, more than there are brokers/,
    );
    await ensure([spec(name)]);
    const logger = recording();
    await ensure([spec(name)], logger, { replication: 3 });
    expect(logger.lines.join()).toMatch(/warn .*fewer copies/);
    const call = ensure([spec(name)], silentLogger, { replication: 3, minInsyncReplicas: 2 });
    await expect(call).rejects.toThrow(/CONFIG_INVALID.*no write could be acknowledged/);
  });

  it("that the brokers refuse name what was asked and why", async () => {
    await expect(ensure([spec("a/b")])).rejects.toThrow(/CONFIG_INVALID.*topic a\/b.*INVALID_TOPIC_EXCEPTION/);
    const name = topicName("lag");
    await make(name, [{ name: "max.compaction.lag.ms", value: "1000" }]);
    await expect(ensure([spec(name)])).rejects.toThrow(/CONFIG_INVALID.*min.compaction.lag.ms.*INVALID_CONFIG/);
  });
});

interface RecordingLogger extends Logger {
  readonly lines: readonly string[];
}

function recording(): RecordingLogger {
  const lines: string[] = [];
  const keep =
    (level: string) =>
    (_facts: object, text: string): void => {
      lines.push(`${level} ${text}`);
    };
  return { debug: keep("debug"), info: keep("info"), warn: keep("warn"), error: keep("error"), lines };
}
