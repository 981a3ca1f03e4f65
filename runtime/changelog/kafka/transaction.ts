/**
 * An append that covers several topics: a transaction of the partition's own producer. Readers see it whole, or, until its
 * markers are written, not at all.
 */
import { isAffinityError, messageOf } from "../../core/errors.js";
import type { AppendOutcome } from "../changelog.js";
import { inDoubt } from "../topics.js";
import { addPartitionsToTxn, endTxn } from "./api/transactions.js";
import { coordinated } from "./coordinated.js";
import { firstFault } from "./fence.js";
import type { KafkaPartitionLog, TopicBatch } from "./kafka-partition-log.js";
import type { KafkaParts } from "./kafka-parts.js";
import { behindMarker } from "./marker-search.js";

/**
 * Whatever fails once the coordinator has been asked leaves a transaction that may be open, and sequence numbers that may be
 * taken: then the outcome is unknown, and the fence that follows gives the transaction up and begins new sequences.
 */
export async function appendInTransaction(
  parts: KafkaParts,
  log: KafkaPartitionLog,
  batches: readonly TopicBatch[],
  count: number,
): Promise<AppendOutcome> {
  const { cluster } = parts;
  const { transactionalId, producer, subject } = log;
  const { partition, epoch } = log.request;
  const unknown = (error: unknown): AppendOutcome => ({
    outcome: "unknown",
    error: inDoubt(subject, `a transaction over several topics failed (${messageOf(error)})`, error),
  });
  const work = { cluster, transactionalId, epoch, deadline: cluster.deadline() };
  const transaction = { transactionalId, producer };
  const topics = batches.map(({ topic }) => topic);
  const offsets = new Array<bigint>(count);
  let timestamp = -1;
  let ends: readonly (readonly [topic: string, last: bigint])[];
  try {
    await coordinated(work, addPartitionsToTxn({ ...transaction, topics, partition }), firstFault);
    const sent = await Promise.all(batches.map((batch) => log.send(batch, transactionalId)));
    for (const result of sent) if (result.verdict === "fenced") return { outcome: "fenced", error: result.error };
    for (const result of sent) if (result.verdict !== "acknowledged") return unknown(result.error);
    ends = batches.map(({ topic, places }, index) => {
      const result = sent[index];
      const base = result?.verdict === "acknowledged" ? result.baseOffset : 0n;
      if (result?.verdict === "acknowledged") timestamp = Math.max(timestamp, result.timestamp);
      for (const [at, place] of places.entries()) offsets[place] = base + BigInt(at);
      return [topic, base + BigInt(places.length)] as const;
    });
  } catch (error) {
    // The coordinator's refusal is as certain as a leader's: a transaction of this epoch can never be committed.
    if (isAffinityError(error) && error.code === "PARTITION_NOT_MASTER") return { outcome: "fenced", error };
    return unknown(error);
  }
  try {
    await coordinated(work, endTxn({ ...transaction, isCommit: true }), (code) => code);
  } catch (error) {
    // Also where the answer is that a later epoch writes: an earlier try, whose answer was lost, may have committed.
    return unknown(error);
  }
  for (const { topic, places } of batches) log.took(topic, places.length);
  await visible(parts, log, ends);
  return { outcome: "acknowledged", offsets, timestamp: timestamp < 0 ? parts.clock.now() : timestamp };
}

/** Waits until readers see it. That it is committed is certain already, and so nothing that fails here matters. */
async function visible(
  { cluster, reader }: KafkaParts,
  { producer, request }: KafkaPartitionLog,
  ends: readonly (readonly [topic: string, end: bigint])[],
): Promise<void> {
  const { partition, epoch } = request;
  const deadline = cluster.deadline();
  const searches = ends.map(([topic, fromOffset]) =>
    behindMarker(cluster, reader, { topic, partition, producer, fromOffset, deadline, epoch }),
  );
  await Promise.allSettled(searches);
}
