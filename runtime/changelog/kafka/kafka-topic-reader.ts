/** Any topic of Kafka, for those who only look at it: committed records, as every reader of ours sees them. */
import type { TopicReader } from "../topic-reader.js";
import { latestTime } from "./api/list-offsets.js";
import { KafkaCluster } from "./cluster.js";
import { kafkaCodes } from "./error-codes.js";
import type { KafkaChangelogOptions } from "./kafka-changelog.js";
import { KafkaReader } from "./kafka-reader.js";
import { kafkajsLinks } from "./kafkajs-link.js";
import { parseHostPort } from "./link.js";

export type KafkaTopicReaderOptions = Omit<KafkaChangelogOptions, "topics" | "queueBytes">;

/** Connects when it is first used. */
export function openKafkaTopicReader(options: KafkaTopicReaderOptions): TopicReader {
  const cluster = new KafkaCluster({
    ...options,
    bootstrap: options.brokers.map(parseHostPort),
    openLink: options.openLink ?? kafkajsLinks(options),
  });
  const reader = new KafkaReader(cluster);
  return {
    topics: async () => {
      const topics = await cluster.allTopics();
      return topics
        .filter(({ code, isInternal }) => code === kafkaCodes.NONE && !isInternal)
        .map(({ name, partitions }) => ({ name, partitions: partitions.length }))
        .sort((one, other) => (one.name < other.name ? -1 : 1));
    },
    read: (request) => reader.read(request),
    offsetAt: async (topic, partition, time) => {
      const place = { topic, partition };
      const found = await reader.offset(place, BigInt(Math.ceil(time)), cluster.deadline());
      return found < 0n ? reader.offset(place, latestTime, cluster.deadline()) : found;
    },
    close: async () => cluster.close(),
  };
}
