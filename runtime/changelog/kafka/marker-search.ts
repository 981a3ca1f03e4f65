/** Finds the control marker that ends a transaction of ours: the coordinator answers before the markers are written. */
import { fencedBy, unavailable } from "../topics.js";
import { fetchRecords } from "./api/fetch.js";
import type { Producer } from "./api/transactions.js";
import { walkBatches } from "./batch-walk.js";
import type { KafkaCluster } from "./cluster.js";
import type { Deadline } from "./deadline.js";
import { codeText, kafkaCodes } from "./error-codes.js";
import { type KafkaReader, subjectOf, type TopicPartition } from "./kafka-reader.js";
import { LinkError } from "./link.js";

/** Bytes of one look: what stands before the marker is little. */
const lookBytes = 256 * 1024;

export interface MarkerSearch extends TopicPartition {
  readonly producer: Producer;
  /** At or before the marker. */
  readonly fromOffset: bigint;
  readonly deadline: Deadline;
  readonly signal?: AbortSignal;
  /** For errors: the epoch of the master who searches. */
  readonly epoch: number;
}

/**
 * @returns The offset behind the marker.
 * @throws PARTITION_NOT_MASTER when a later epoch's marker is met before it, CHANGELOG_UNAVAILABLE and what reading throws.
 */
export async function behindMarker(cluster: KafkaCluster, reader: KafkaReader, search: MarkerSearch): Promise<bigint> {
  const { topic, partition, producer, deadline, signal, epoch } = search;
  const subject = subjectOf(search);
  let from = search.fromOffset;
  for (;;) {
    const leader = await reader.leader(search, deadline, signal);
    const part = { ...leader, partition, fromOffset: from, maxBytes: lookBytes };
    // Not only what is committed: another program's open transaction shall not hide the marker.
    const request = fetchRecords({ waitMs: 0, maxBytes: lookBytes, isCommittedOnly: false, parts: [part] });
    let trouble = "it is not written yet";
    try {
      const { code, parts } = await cluster.call(leader.brokerId, "control", request, deadline.leftMs);
      const answer = parts[0];
      if (code === kafkaCodes.NONE && answer?.code === kafkaCodes.NONE) {
        let found: bigint | undefined;
        const { nextOffset } = walkBatches({
          bytes: answer.bytes,
          fromOffset: from,
          aborted: [],
          subject,
          onMarker: (marker) => {
            if (marker.producerId !== producer.id || found !== undefined) return;
            if (marker.producerEpoch > producer.epoch) throw fencedBy(subject, epoch);
            if (marker.producerEpoch === producer.epoch) found = marker.offset + 1n;
          },
        });
        if (found !== undefined) return found;
        if (nextOffset > from) {
          from = nextOffset;
          continue;
        }
      } else {
        trouble = codeText(answer?.code ?? code);
        cluster.notLeader(topic, partition, leader);
      }
    } catch (error) {
      if (!(error instanceof LinkError)) throw error;
      trouble = error.message;
      cluster.notLeader(topic, partition, leader);
    }
    if (!(await deadline.wait(signal))) throw unavailable(subject, `a marker is not found (${trouble})`);
  }
}
