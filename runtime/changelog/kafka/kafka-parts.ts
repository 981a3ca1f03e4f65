/** What the logs of one KafkaChangelog share. */
import type { Clock } from "../../core/clock.js";
import type { BatchCompressor } from "./batch-compressor.js";
import type { KafkaCluster } from "./cluster.js";
import type { KafkaReader } from "./kafka-reader.js";
import type { ProduceLane } from "./produce-lane.js";

export interface KafkaParts {
  readonly cluster: KafkaCluster;
  readonly reader: KafkaReader;
  readonly clock: Clock;
  /** Absent: batches go as they are. */
  readonly compressor: BatchCompressor | undefined;
  /** Where appends to a broker gather. */
  produceLane(brokerId: number): ProduceLane;
  /** Whether so many bytes more may wait; they are counted then. */
  admit(bytes: number): boolean;
  release(bytes: number): void;
  /** Makes `close` wait for an append. */
  track<T>(append: Promise<T>): Promise<T>;
  readonly isClosed: boolean;
}
