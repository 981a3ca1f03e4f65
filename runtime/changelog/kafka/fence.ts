/**
 * The fence: the next producer epoch, and an empty transaction under it that is given up. It leaves a control marker in each
 * topic and no record. From the marker on the partition's leader refuses every older producer epoch, also what a broker that
 * was frozen finds in its socket; before it, the older epoch is still taken.
 */
import { latestTime } from "./api/list-offsets.js";
import { addPartitionsToTxn, endTxn, initProducerId, type Producer } from "./api/transactions.js";
import { type CoordinatedWork, coordinated } from "./coordinated.js";
import { kafkaCodes } from "./error-codes.js";
import type { KafkaReader } from "./kafka-reader.js";
import { behindMarker } from "./marker-search.js";

export interface FenceWork extends CoordinatedWork {
  readonly reader: KafkaReader;
  readonly topics: readonly string[];
  readonly partition: number;
  /** What was held before; with it, a later epoch makes the fence fail. */
  readonly current: Producer;
  readonly transactionTimeoutMs: number;
}

export interface Fenced {
  readonly producer: Producer;
  /** By topic, the offset behind the marker. */
  readonly ends: ReadonlyMap<string, bigint>;
}

/**
 * @param onProducer Told of the new producer epoch at once: the one before is refused from here on, though the fence fails.
 * @throws PARTITION_NOT_MASTER, CHANGELOG_UNAVAILABLE, CONFIG_INVALID, the signal's reason
 */
export async function fence(work: FenceWork, onProducer: (producer: Producer) => void): Promise<Fenced> {
  const { transactionalId, topics, partition, reader, deadline, signal, current } = work;
  if (current.epoch >= 0) await giveUp(work);
  const { producer } = await coordinated(work, initProducerId(work), ({ code }) => code);
  onProducer(producer);
  const transaction = { transactionalId, producer };
  await coordinated(work, addPartitionsToTxn({ ...transaction, topics, partition }), firstFault);
  const befores = await Promise.all(
    topics.map((topic) => reader.offset({ topic, partition }, latestTime, deadline, signal)),
  );
  await coordinated(work, endTxn({ ...transaction, isCommit: false }), (code) => code);
  const ends = new Map<string, bigint>();
  await Promise.all(
    topics.map(async (topic, index) => {
      const search = { ...work, topic, producer, fromOffset: befores[index] ?? 0n };
      ends.set(topic, await behindMarker(work.cluster, reader, search));
    }),
  );
  return { producer, ends };
}

/**
 * Gives up a transaction that an earlier fence, or an append over several topics, may have left open. Did InitProducerId do it,
 * it would raise the epoch by itself, and then take us for somebody whom a later epoch has fenced.
 */
async function giveUp(work: FenceWork): Promise<void> {
  const { transactionalId, current: producer } = work;
  const isNoneOpen = (code: number): boolean => code === kafkaCodes.INVALID_TXN_STATE;
  await coordinated(work, endTxn({ transactionalId, producer, isCommit: false }), (code) =>
    isNoneOpen(code) ? kafkaCodes.NONE : code,
  );
}

/** Of the codes of several topics, the one that says why none was added. */
export function firstFault(codes: readonly number[]): number {
  const faults = codes.filter((code) => code !== kafkaCodes.NONE);
  return faults.find((code) => code !== kafkaCodes.OPERATION_NOT_ATTEMPTED) ?? faults[0] ?? kafkaCodes.NONE;
}
