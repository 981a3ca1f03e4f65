/** Requests to the coordinator of a transactional id. */
import type { WireWriter } from "../wire-writer.js";
import { type ApiRequest, apiRequest, items } from "./request.js";

/** Who produces: Kafka's number for a transactional id, and the number of its fences. */
export interface Producer {
  readonly id: bigint;
  readonly epoch: number;
}

export const noProducer: Producer = { id: -1n, epoch: -1 };

export interface CoordinatorAnswer {
  readonly code: number;
  readonly brokerId: number;
  readonly host: string;
  readonly port: number;
}

export function findCoordinator(transactionalId: string): ApiRequest<CoordinatorAnswer> {
  return apiRequest({
    key: 10,
    name: "FindCoordinator",
    version: 2,
    write: (out) => {
      out.string(transactionalId);
      out.i8(1);
    },
    read: (source) => {
      source.i32();
      const code = source.i16();
      source.string();
      return { code, brokerId: source.i32(), host: source.string() ?? "", port: source.i32() };
    },
  });
}

export interface InitAnswer {
  readonly code: number;
  readonly producer: Producer;
}

/**
 * InitProducerId: the next producer epoch. A transaction that is open is given up.
 *
 * @param current What one holds: somebody who has taken a later epoch meanwhile makes it fail (KIP-360). `noProducer` takes
 * the next epoch from whomever.
 */
export function initProducerId(request: {
  readonly transactionalId: string;
  readonly transactionTimeoutMs: number;
  readonly current: Producer;
}): ApiRequest<InitAnswer> {
  return apiRequest({
    key: 22,
    name: "InitProducerId",
    version: 4,
    isFlexible: true,
    write: (out) => {
      out.compactString(request.transactionalId);
      out.i32(request.transactionTimeoutMs);
      out.i64(request.current.id);
      out.i16(request.current.epoch);
      out.noTags();
    },
    read: (source) => {
      source.i32();
      return { code: source.i16(), producer: { id: source.i64(), epoch: source.i16() } };
    },
  });
}

interface TransactionPart {
  readonly transactionalId: string;
  readonly producer: Producer;
}

function writePart(out: WireWriter, { transactionalId, producer }: TransactionPart): void {
  out.string(transactionalId);
  out.i64(producer.id);
  out.i16(producer.epoch);
}

/** AddPartitionsToTxn: one partition of several topics. Answers with a code for each topic. */
export function addPartitionsToTxn(
  request: TransactionPart & { readonly topics: readonly string[]; readonly partition: number },
): ApiRequest<readonly number[]> {
  return apiRequest({
    key: 24,
    name: "AddPartitionsToTxn",
    version: 1,
    write: (out) => {
      writePart(out, request);
      out.i32(request.topics.length);
      for (const topic of request.topics) {
        out.string(topic);
        out.i32(1);
        out.i32(request.partition);
      }
    },
    read: (source) => {
      source.i32();
      return items(source, 6, () => {
        source.string();
        return items(source, 6, () => {
          source.i32();
          return source.i16();
        });
      }).flat();
    },
  });
}

/** EndTxn. The markers are written after the answer. */
export function endTxn(request: TransactionPart & { readonly isCommit: boolean }): ApiRequest<number> {
  return apiRequest({
    key: 26,
    name: "EndTxn",
    version: 1,
    write: (out) => {
      writePart(out, request);
      out.bool(request.isCommit);
    },
    read: (source) => {
      source.i32();
      return source.i16();
    },
  });
}
