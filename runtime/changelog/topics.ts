/** Errors that every changelog gives alike. */
import { AffinityError } from "../core/errors.js";
import type { Random } from "../core/random.js";
import type { TopicSpec } from "./changelog.js";

/** Names one log among all. */
export function topicPartitionName(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}

/** Names a partition's log over all its topics. */
export function partitionLogName({
  topics,
  partition,
}: {
  readonly topics: readonly string[];
  readonly partition: number;
}): string {
  return topicPartitionName(topics.join(", "), partition);
}

/** Tells a topic that is made now from any other of its name. */
export function newIncarnation(random: Random): string {
  return random.bits64().toString(16).padStart(16, "0");
}

/** A topic exists with another number of partitions. */
export function topicConflict(spec: TopicSpec, partitions: number): AffinityError {
  if (spec.isExternal === true)
    return new AffinityError(
      "CONFIG_INVALID",
      `topic ${spec.name}: it has ${partitions} partitions, ${spec.partitions} are asked for, and its owner decides; set the ` +
        `keyspace's \`partitions\` to ${partitions}, which needs new topics for its other stores, or keep the external store ` +
        "in a keyspace of its own",
    );
  return new AffinityError(
    "CONFIG_INVALID",
    `topic ${spec.name}: it has ${partitions} partitions, ${spec.partitions} are asked for; keys would move between ` +
      `partitions; where the project was changed, set \`partitions\` back to ${partitions}; where the topic was, its rows ` +
      "lie by the former number: name another `topic` in the store and write the rows into that",
  );
}

/** Others own a topic, and nobody has made it. */
export function topicMissing(topic: string): AffinityError {
  return new AffinityError(
    "CONFIG_INVALID",
    `topic ${topic}: there is no such topic, and a store with \`external\` reads what others write; have it made by ` +
      "whoever owns it, or name another one in the store's `topic`",
    { retry: "later", topic },
  );
}

/** A topic or partition that `ensureTopics` has not made. */
export function topicUnknown(topic: string, partition: number): AffinityError {
  return new AffinityError(
    "CONFIG_INVALID",
    `topic ${topic}, partition ${partition}: there is no such topic or partition; it is made at the next start, or by its owner where its store is \`external\``,
  );
}

/** A topic that was in use is not there any more, or is another one of its name. What that means depends on whose it is. */
export function topicReplaced(topic: string, how: keyof typeof replacements): AffinityError {
  return new AffinityError("TOPIC_REPLACED", `topic ${topic}: ${replacements[how]}`, { topic });
}

const replacements = {
  gone: "it was deleted while it was in use",
  anew: "it was deleted and made anew while it was in use",
  resized: "its number of partitions was changed while it was in use",
  since:
    "it is not the one that the memstore was filled from: it was deleted and made anew, or stands in another changelog",
} as const;

/** The epoch that this log was opened under is not the latest. */
export function fencedBy(subject: string, epoch: number): AffinityError {
  return new AffinityError(
    "PARTITION_NOT_MASTER",
    `${subject}: epoch ${epoch} is fenced by a later one; the later master writes`,
    { applied: "no" },
  );
}

/** Nothing is taken, with certainty. */
export function unavailable(subject: string, what: string, cause?: unknown): AffinityError {
  return new AffinityError("CHANGELOG_UNAVAILABLE", `${subject}: ${what}`, { applied: "no", cause });
}

/** An append may have been written, or not. */
export function inDoubt(subject: string, what: string, cause?: unknown): AffinityError {
  return new AffinityError("CHANGELOG_UNAVAILABLE", `${subject}: ${what}`, { applied: "unknown", cause });
}
