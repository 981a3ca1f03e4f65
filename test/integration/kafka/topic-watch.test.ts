/** Topics in use whose settings and partitions somebody changes: what is ours is set back, or told where that cannot be. */
import { type Admin, ConfigResourceTypes } from "kafkajs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Changelog, TopicSpec } from "../../../runtime/changelog/changelog.js";
import { type Logger, silentLogger } from "../../../runtime/core/logger.js";
import { foreignClient, openLogOfTests } from "../../support/kafka/log-of-tests.js";
import { isLeftOut, missingJava } from "../../support/servers/java.js";
import { sharedKafka, topicName } from "../../support/servers/shared-kafka.js";

const eventually = { timeout: 30_000, interval: 50 };

describe.skipIf(isLeftOut(missingJava()))("topics in use", () => {
  let admin: Admin;
  let changelog: Changelog;
  let told: string[];
  let spec: TopicSpec;

  beforeAll(async () => {
    admin = foreignClient(await sharedKafka()).admin();
    await admin.connect();
  }, 300_000);
  afterAll(() => admin?.disconnect());
  beforeEach(async () => {
    told = [];
    const keep = (level: string) => (facts: object, text: string) =>
      void told.push(`${level} ${text} ${JSON.stringify(facts)}`);
    const logger: Logger = { ...silentLogger, warn: keep("warn"), error: keep("error") };
    changelog = await openLogOfTests(await sharedKafka(), { logger, topicLookMs: 50 });
    spec = { name: topicName("watched"), partitions: 2, historyMs: 60_000, tombstoneMs: 3_600_000 };
    await changelog.ensureTopics([spec]);
  });
  afterEach(() => changelog.close());

  async function setting(name: string): Promise<string | undefined> {
    const resources = [{ type: ConfigResourceTypes.TOPIC, name: spec.name }];
    const described = await admin.describeConfigs({ resources, includeSynonyms: false });
    return described.resources[0]?.configEntries.find(({ configName }) => configName === name)?.configValue;
  }
  async function set(settings: { readonly [name: string]: string }): Promise<void> {
    const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
    const resources = [{ type: ConfigResourceTypes.TOPIC, name: spec.name, configEntries }];
    await admin.alterConfigs({ validateOnly: false, resources });
  }

  it("P3: of ours that would lose what was acknowledged are set back, with a warning; others' settings of it stay", async () => {
    await set({ "cleanup.policy": "delete", "retention.ms": "123456789" });
    await expect.poll(() => setting("cleanup.policy"), eventually).toBe("compact");
    expect(await setting("retention.ms")).toBe("123456789");
    await expect
      .poll(() => told.join("\n"), eventually)
      .toMatch(/warn somebody has changed.*set back: cleanup.policy is delete and has to be compact/);
  });

  it("P3: of ours that cannot be set back are told once, with what the brokers say", async () => {
    await set({ "cleanup.policy": "delete", "max.compaction.lag.ms": "1000", "min.compaction.lag.ms": "0" });
    const refusals = (): readonly string[] => told.filter((line) => line.includes("cannot be set back"));
    await expect.poll(() => refusals().length, eventually).toBe(1);
    expect(refusals()[0]).toMatch(/error .*cleanup.policy is delete and has to be compact.*INVALID_CONFIG/);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(refusals().length).toBe(1);
  });

  it("P7: of ours that got more partitions are told with both numbers and the cure, and go on", async () => {
    await admin.createPartitions({ topicPartitions: [{ topic: spec.name, count: 3 }] });
    await expect
      .poll(() => told.join("\n"), eventually)
      .toMatch(/error the topic has another number.*it has 3 partitions, 2 are asked for.*name another `topic`/);
    expect(await changelog.read({ topic: spec.name, partition: 0, fromOffset: 0n })).toMatchObject({ endOffset: 0n });
  });

  it("P3: of ours that were deleted are told as that to a new master, whose fence would look for them in vain", async () => {
    const request = { topics: [spec.name], partition: 0, epoch: 1, writer: 1n };
    const log = await changelog.open(request);
    await log.fence(new AbortController().signal);
    await admin.deleteTopics({ topics: [spec.name] });
    await expect
      .poll(() => changelog.open({ ...request, epoch: 2 }).catch((error: unknown) => error), eventually)
      .toMatchObject({ code: "TOPIC_REPLACED", topic: spec.name });
  });

  it("P3: of ours that were deleted are not made anew by looks", async () => {
    await admin.deleteTopics({ topics: [spec.name] });
    await expect.poll(() => admin.listTopics(), eventually).not.toContain(spec.name);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(await admin.listTopics()).not.toContain(spec.name);
  });
});
