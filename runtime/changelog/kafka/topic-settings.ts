/** Which settings a topic in Kafka has to have so that the promises hold, and how one differs from them. */
import type { TopicSpec } from "../changelog.js";

/** What holds for every topic of ours. */
export interface KafkaTopicSettings {
  /** Copies of each partition. */
  readonly replication: number;
  /** Copies that must have a record before it is acknowledged. */
  readonly minInsyncReplicas: number;
  /** Bytes of the largest append. */
  readonly maxMessageBytes: number;
}

/** A setting of a topic: its name and value as Kafka writes them, and whether a larger value does as well. */
export interface WantedSetting {
  readonly name: string;
  readonly value: string;
  readonly isLeast?: true;
}

/** A setting that is not as it has to be. */
export interface SettingDifference {
  readonly name: string;
  readonly found: string;
  readonly wanted: string;
}

/** What a topic has to be set to. */
export function wantedSettings(spec: TopicSpec, settings: KafkaTopicSettings): readonly WantedSetting[] {
  return [
    ...retention(spec),
    // A record that arrives late gets the time of its arrival: by the writer's clock it could be old enough to be
    // compacted before anybody has read it.
    { name: "message.timestamp.type", value: "LogAppendTime" },
    { name: "min.compaction.lag.ms", value: String(spec.historyMs) },
    { name: "delete.retention.ms", value: String(spec.tombstoneMs) },
    { name: "min.insync.replicas", value: String(settings.minInsyncReplicas), isLeast: true },
    { name: "max.message.bytes", value: String(settings.maxMessageBytes), isLeast: true },
    // A replica that lags and leads forgets what was acknowledged.
    { name: "unclean.leader.election.enable", value: "false" },
  ];
}

/** Time is no reason to delete a row, except where its time to live counts from its write, as the log's clock does. */
function retention({ ttlMs, historyMs }: TopicSpec): readonly WantedSetting[] {
  if (ttlMs === undefined) return [{ name: "cleanup.policy", value: "compact" }];
  return [
    { name: "cleanup.policy", value: "compact,delete" },
    { name: "retention.ms", value: String(Math.max(ttlMs, historyMs)) },
    { name: "retention.bytes", value: "-1" },
  ];
}

/** @param found By name, the values in effect, a broker's defaults included. */
export function settingDifferences(
  wanted: readonly WantedSetting[],
  found: ReadonlyMap<string, string>,
): readonly SettingDifference[] {
  return wanted
    .filter((setting) => !meets(setting, found.get(setting.name) ?? ""))
    .map(({ name, value }) => ({ name, found: found.get(name) ?? "", wanted: value }));
}

function meets({ value, isLeast }: WantedSetting, found: string): boolean {
  if (isLeast === true) return found !== "" && Number(found) >= Number(value);
  return words(found) === words(value);
}

/** `delete,compact` and `compact, delete` are the same policy. */
function words(list: string): string {
  return list
    .split(",")
    .map((word) => word.trim())
    .sort()
    .join();
}

/** For messages: `cleanup.policy is delete and has to be compact`. */
export function differencesText(differences: readonly SettingDifference[]): string {
  return differences.map(({ name, found, wanted }) => `${name} is ${found} and has to be ${wanted}`).join("; ");
}
