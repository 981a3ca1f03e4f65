/** Requests to a transactional id's coordinator, repeated while it moves, loads, or ends the transaction before. */
import { AffinityError } from "../../core/errors.js";
import { fencedBy, unavailable } from "../topics.js";
import type { ApiRequest } from "./api/request.js";
import type { KafkaCluster } from "./cluster.js";
import type { Deadline } from "./deadline.js";
import { codeText, isRefusedRight, kafkaCodes } from "./error-codes.js";
import { LinkError } from "./link.js";

/** What all requests of one fence, or one transaction, share. */
export interface CoordinatedWork {
  readonly cluster: KafkaCluster;
  readonly transactionalId: string;
  /** Of the master, for errors. */
  readonly epoch: number;
  readonly deadline: Deadline;
  readonly signal?: AbortSignal;
}

/** Somebody has taken a later producer epoch. The last: the coordinator knows the id under another producer. */
const fencing: ReadonlySet<number> = new Set([
  kafkaCodes.INVALID_PRODUCER_EPOCH,
  kafkaCodes.PRODUCER_FENCED,
  kafkaCodes.INVALID_PRODUCER_ID_MAPPING,
]);

/** Passing. Whatever of the request was done, it may be sent again. */
const passing: ReadonlySet<number> = new Set([
  kafkaCodes.COORDINATOR_LOAD_IN_PROGRESS,
  kafkaCodes.COORDINATOR_NOT_AVAILABLE,
  kafkaCodes.NOT_COORDINATOR,
  kafkaCodes.CONCURRENT_TRANSACTIONS,
  kafkaCodes.UNKNOWN_TOPIC_OR_PARTITION,
  kafkaCodes.REQUEST_TIMED_OUT,
  kafkaCodes.NOT_ENOUGH_REPLICAS,
  kafkaCodes.NOT_ENOUGH_REPLICAS_AFTER_APPEND,
  kafkaCodes.KAFKA_STORAGE_ERROR,
]);

/**
 * Sends a request that may be sent twice until it succeeds.
 *
 * @throws PARTITION_NOT_MASTER, CHANGELOG_UNAVAILABLE, CONFIG_INVALID, the signal's reason
 */
export async function coordinated<T>(
  work: CoordinatedWork,
  request: ApiRequest<T>,
  codeOf: (answer: T) => number,
): Promise<T> {
  const { cluster, transactionalId, epoch, deadline, signal } = work;
  const subject = `transactional id ${transactionalId}`;
  for (;;) {
    signal?.throwIfAborted();
    let trouble: string;
    try {
      const answer = await cluster.callCoordinator(transactionalId, request, deadline);
      const code = codeOf(answer);
      if (code === kafkaCodes.NONE) return answer;
      if (fencing.has(code)) throw fencedBy(subject, epoch);
      if (isRefusedRight(code))
        throw new AffinityError(
          "CONFIG_INVALID",
          `${subject}: Kafka refuses ${request.name} (${codeText(code)}); grant the user of changelog.sasl the right to write it`,
        );
      trouble = `${request.name}: ${codeText(code)}`;
      if (!passing.has(code)) throw unavailable(subject, trouble);
      if (code !== kafkaCodes.CONCURRENT_TRANSACTIONS) cluster.notCoordinator(transactionalId);
    } catch (error) {
      if (!(error instanceof LinkError)) throw error;
      trouble = error.message;
    }
    if (!(await deadline.wait(signal))) throw unavailable(subject, `its coordinator does not do it (${trouble})`);
  }
}
