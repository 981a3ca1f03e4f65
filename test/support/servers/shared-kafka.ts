/** The broker that all test files of a run share: for tests that neither stop nor reconfigure it. */
import { inject } from "vitest";
import { kafkaProgram, kafkaVersions } from "./kafka-program.js";

/** `host:port` of the run's one broker, started on first use. Topics of tests have names of their own: `topicName`. */
export async function sharedKafka(): Promise<readonly string[]> {
  // Fetched here, where waiting for Maven does not keep the whole run waiting.
  kafkaProgram(kafkaVersions[0]);
  const response = await fetch(inject("sharedServers"));
  if (!response.ok) throw new Error(`Kafka did not start: ${await response.text()}`);
  const brokers: readonly string[] = JSON.parse(await response.text());
  return brokers;
}

/** A topic's name that no other test has. */
export function topicName(about: string): string {
  return `${about}-${crypto.randomUUID().slice(0, 13)}`;
}
