/** Makes topics in Kafka, or brings their settings to what the promises need, and leaves those of others alone. */
import kafkajs, { type Admin, type ConfigEntries } from "kafkajs";
import { type Clock, sleep } from "../../core/clock.js";
import { AffinityError, messageOf } from "../../core/errors.js";
import type { Logger } from "../../core/logger.js";
import type { TopicSpec } from "../changelog.js";
import { topicConflict, topicMissing, unavailable } from "../topics.js";
import {
  differencesText,
  type KafkaTopicSettings,
  type SettingDifference,
  settingDifferences,
  wantedSettings,
} from "./topic-settings.js";
import { unreachedText } from "./unreached.js";

// A CommonJS module: Node finds only some of its names.
const { ConfigResourceTypes, ConfigSource, KafkaJSAggregateError } = kafkajs;

export interface EnsureTopicsParts {
  /** Connected. */
  readonly admin: Admin;
  readonly settings: KafkaTopicSettings;
  readonly logger: Logger;
  readonly clock: Clock;
  /** For the brokers to make topics in, ms. */
  readonly timeoutMs: number;
}

/** A topic that is there. */
interface FoundTopic {
  readonly partitions: number;
  /** Copies of the partition that has the fewest. */
  readonly replication: number;
}

/**
 * Afterwards each topic is there, with its partitions and settings. Nothing is made or changed when one of them has another
 * number of partitions.
 *
 * @throws CONFIG_INVALID for another number of partitions, for a topic of others that is not there, and for settings that
 * the brokers refuse to make or change; CHANGELOG_UNAVAILABLE when they do not answer.
 */
export async function ensureKafkaTopics(specs: readonly TopicSpec[], parts: EnsureTopicsParts): Promise<void> {
  const before = await foundTopics(specs, parts);
  compare(specs, before, parts);
  const missing = specs.filter(({ name }) => !before.has(name));
  const isMade = missing.length === 0 || (await create(missing, parts));
  if (!isMade) {
    // Somebody else made some of them in the meantime; whose they are now shows only by looking again.
    const after = await foundTopics(specs, parts);
    compare(specs, after, parts);
    const stillMissing = missing.filter(({ name }) => !after.has(name));
    if (stillMissing.length > 0) await create(stillMissing, parts);
  }
  const toVerify = isMade ? specs.filter(({ name }) => before.has(name)) : specs;
  if (toVerify.length > 0)
    await verify(toVerify, parts, (facts, differences) =>
      parts.logger.info(facts, `the topic's settings were changed: ${differences}`),
    );
}

async function foundTopics(
  specs: readonly TopicSpec[],
  { admin }: EnsureTopicsParts,
): Promise<ReadonlyMap<string, FoundTopic>> {
  const existing = new Set(await answered("which there are", admin.listTopics()));
  const names = specs.map(({ name }) => name).filter((name) => existing.has(name));
  // Without names it would tell of every topic.
  if (names.length === 0) return new Map();
  const { topics } = await answered("how they stand", admin.fetchTopicMetadata({ topics: names }));
  return new Map(
    topics.map(({ name, partitions }) => [
      name,
      {
        partitions: partitions.length,
        replication: Math.min(...partitions.map(({ replicas }) => replicas.length)),
      },
    ]),
  );
}

function compare(
  specs: readonly TopicSpec[],
  found: ReadonlyMap<string, FoundTopic>,
  { settings, logger }: EnsureTopicsParts,
): void {
  for (const spec of specs) {
    const topic = found.get(spec.name);
    if (topic === undefined && spec.isExternal === true) throw topicMissing(spec.name);
    if (topic === undefined) continue;
    if (topic.partitions !== spec.partitions) throw topicConflict(spec, topic.partitions);
    if (spec.isExternal === true || topic.replication >= settings.replication) continue;
    if (topic.replication < settings.minInsyncReplicas)
      throw new AffinityError(
        "CONFIG_INVALID",
        `topic ${spec.name}: it has ${copies(topic.replication)} and changelog.minInsyncReplicas is ` +
          `${settings.minInsyncReplicas}, so that no write could be acknowledged; reassign its partitions to more ` +
          "brokers, or lower changelog.minInsyncReplicas",
      );
    logger.warn(
      { topic: spec.name, found: topic.replication, wanted: settings.replication },
      "the topic has fewer copies than changelog.replication asks for; kafka-reassign-partitions gives it more",
    );
  }
}

/** @returns Whether all were made here; otherwise some of them were there. */
async function create(specs: readonly TopicSpec[], parts: EnsureTopicsParts): Promise<boolean> {
  const { admin, settings, timeoutMs } = parts;
  const topics = specs.map((spec) => ({
    topic: spec.name,
    numPartitions: spec.partitions,
    replicationFactor: settings.replication,
    configEntries: wantedSettings(spec, settings).map(({ name, value }) => ({ name, value })),
  }));
  try {
    // kafkajs's own wait for leaders fails where the broker that it asks has not heard of a topic yet.
    const isMade = await admin.createTopics({ topics, timeout: timeoutMs, waitForLeaders: false });
    await known(specs, parts);
    return isMade;
  } catch (error) {
    if (!(error instanceof KafkaJSAggregateError)) throw refusal("topics", "to make them", error);
    const refused = error.errors.find((one) => errorType(one) !== "TOPIC_ALREADY_EXISTS");
    // kafkajs tells of it without one only when all were there.
    if (refused === undefined) return false;
    throw notMade(refused, settings);
  }
}

/** Time between looks for topics that are made and not known everywhere, ms. */
const lookMs = 20;

/** Waits until the broker that is asked knows of topics: the others hear of them about the same time. */
async function known(specs: readonly TopicSpec[], { admin, clock, timeoutMs }: EnsureTopicsParts): Promise<void> {
  for (const end = clock.monotonic() + timeoutMs; clock.monotonic() < end; ) {
    const names = new Set(await admin.listTopics());
    if (specs.every(({ name }) => names.has(name))) return;
    await sleep(clock, lookMs);
  }
}

function notMade(error: unknown, { replication }: KafkaTopicSettings): AffinityError {
  const subject = `topic ${topicOf(error)}`;
  if (errorType(error) !== "INVALID_REPLICATION_FACTOR") return refusal(subject, "to make it", error);
  return new AffinityError(
    "CONFIG_INVALID",
    `${subject}: changelog.replication is ${replication}, more than there are brokers; set it to their number at ` +
      "most, and changelog.minInsyncReplicas below it",
    { cause: error },
  );
}

/** Sets back what somebody has changed of topics in use. @throws as `ensureKafkaTopics` of settings. */
export function setBack(specs: readonly TopicSpec[], parts: EnsureTopicsParts): Promise<void> {
  return verify(specs, parts, (facts, differences) =>
    parts.logger.warn(facts, `somebody has changed the topic's settings, and they were set back: ${differences}`),
  );
}

async function verify(
  specs: readonly TopicSpec[],
  parts: EnsureTopicsParts,
  onAltered: (facts: object, differences: string) => void,
): Promise<void> {
  const { admin, settings, logger } = parts;
  const resources = specs.map(({ name }) => ({ type: ConfigResourceTypes.TOPIC, name }));
  const query = admin.describeConfigs({ resources, includeSynonyms: false });
  const answer = await answered("to tell their settings", query);
  const described = new Map(answer.resources.map(({ resourceName, configEntries }) => [resourceName, configEntries]));
  for (const spec of specs) {
    const entries = described.get(spec.name) ?? [];
    const found = new Map(entries.map(({ configName, configValue }) => [configName, configValue]));
    const differences = settingDifferences(wantedSettings(spec, settings), found);
    if (differences.length === 0) continue;
    const text = differencesText(differences);
    if (spec.isExternal === true) {
      logger.warn({ topic: spec.name }, `the topic belongs to others and is left as it is: ${text}`);
      continue;
    }
    await alter(spec.name, entries, differences, parts);
    onAltered({ topic: spec.name }, text);
  }
}

/** Sets what differs. Kafka replaces the whole configuration of a topic by what it is given, so that the rest is given too. */
async function alter(
  name: string,
  entries: readonly ConfigEntries[],
  differences: readonly SettingDifference[],
  { admin }: EnsureTopicsParts,
): Promise<void> {
  const own = entries.filter(({ configSource }) => configSource === ConfigSource.TOPIC_CONFIG);
  const values = new Map(own.map(({ configName, configValue }) => [configName, configValue]));
  for (const difference of differences) values.set(difference.name, difference.wanted);
  const configEntries = Array.from(values, ([setting, value]) => ({ name: setting, value }));
  const resources = [{ type: ConfigResourceTypes.TOPIC, name, configEntries }];
  try {
    await admin.alterConfigs({ validateOnly: false, resources });
  } catch (error) {
    throw refusal(`topic ${name}: ${differencesText(differences)}`, "to change it", error);
  }
}

async function answered<T>(what: string, call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw refusal("topics", what, error);
  }
}

/** What the brokers say no to is a matter of the set-up; everything else is that they cannot be reached. */
function refusal(subject: string, what: string, error: unknown): AffinityError {
  const type = errorType(error);
  if (type === undefined || transient.has(type))
    return unavailable(subject, `the brokers were asked ${what} and do not: ${unreachedText(error)}`, error);
  const cure = type.endsWith("_AUTHORIZATION_FAILED")
    ? "grant Create, DescribeConfigs and AlterConfigs on it, or have it done by those who may"
    : "the log of the brokers says why";
  return new AffinityError(
    "CONFIG_INVALID",
    `${subject}: the brokers were asked ${what} and refuse (${type}: ${messageOf(error)}); ${cure}`,
    { cause: error },
  );
}

/** Errors of Kafka's protocol that pass by themselves. */
const transient: ReadonlySet<string> = new Set([
  "REQUEST_TIMED_OUT",
  "NOT_CONTROLLER",
  "LEADER_NOT_AVAILABLE",
  "NETWORK_EXCEPTION",
  "UNKNOWN_TOPIC_OR_PARTITION",
  "THROTTLING_QUOTA_EXCEEDED",
]);

/** The name of an error of Kafka's protocol; undefined of others. */
function errorType(error: unknown): string | undefined {
  const type: unknown = error instanceof Error ? Reflect.get(error, "type") : undefined;
  return typeof type === "string" ? type : undefined;
}

/** The topic that an error of kafkajs names. */
function topicOf(error: unknown): string {
  return error instanceof Error ? String(Reflect.get(error, "topic")) : "";
}

function copies(count: number): string {
  return count === 1 ? "1 copy of each partition" : `${count} copies of each partition`;
}
