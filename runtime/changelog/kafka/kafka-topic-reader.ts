/** Any topic of Kafka, for those who only look at it: committed records, as every reader of ours sees them. */
import type { TopicReader } from "../topic-reader.js";
import { latestTime } from "./api/list-offsets.js";
import { clusterOf, type KafkaConnection } from "./connection.js";
import { kafkaCodes } from "./error-codes.js";
import { KafkaReader } from "./kafka-reader.js";
import { KafkaTail } from "./tail.js";

/** Connects when it is first used. */
export function openKafkaTopicReader(connection: KafkaConnection): TopicReader {
  const cluster = clusterOf(connection);
  const reader = new KafkaReader(cluster);
  const tail = new KafkaTail(cluster, reader);
  return {
    topics: async () => {
      const topics = await cluster.allTopics();
      return topics
        .filter(({ code }) => code === kafkaCodes.NONE)
        .map(({ name, partitions, isInternal }) => ({ name, partitions: partitions.length, isInternal }))
        .sort((one, other) => (one.name < other.name ? -1 : 1));
    },
    read: (request) => reader.read(request),
    grown: (request) => tail.grown(request),
    offsetAt: async (topic, partition, time) => {
      const place = { topic, partition };
      const found = await reader.offset(place, BigInt(Math.ceil(time)), cluster.deadline());
      return found < 0n ? reader.offset(place, latestTime, cluster.deadline()) : found;
    },
    close: async () => {
      tail.close();
      cluster.close();
    },
  };
}
