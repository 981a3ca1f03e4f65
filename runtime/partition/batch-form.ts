/** What a batch is in the log, in the memstore, and to its callers. */
import type { NewRecord, RecordHeaders } from "../changelog/changelog.js";
import type { IdempotencyEntry, RowChange, StoredRow } from "../memstore/memstore.js";
import type { Position } from "../state/access.js";
import { encodeHeaderAnswer, encodeRemembered } from "../state/idempotency.js";
import { lastOffsets } from "./applier.js";
import type { Batch, Write } from "./batch.js";
import type { Call } from "./call.js";
import { encodeRepair } from "./repair-header.js";

/** Who writes. */
export interface BatchAuthor {
  readonly partition: number;
  readonly epoch: number;
  readonly writer: bigint;
  /** From when the answer of a keyed call that was written at `writeTime` is remembered, ms. */
  readonly firstAttemptTime: (call: Call, writeTime: number) => number;
}

/** The records of a batch that is about to be sent, in order. */
export function recordsOf(batch: Batch, author: BatchAuthor): NewRecord[] {
  const { epoch, writer } = author;
  const { writes, number, time } = batch;
  const count = writes.length;
  const records: NewRecord[] = [];
  for (const call of batch.calls) {
    const end = call.firstWrite + call.writeCount;
    for (let index = call.firstWrite; index < end; index++) {
      const write = writes[index];
      if (write === undefined) continue;
      let headers: RecordHeaders = { epoch, batch: number, index, count, writer, time };
      if (write.repaired !== undefined) headers = repairHeaders(headers, write.repaired);
      else if (index === end - 1 && call.idempotency !== undefined)
        headers = answerHeaders(headers, call, author.firstAttemptTime(call, time));
      records.push({ topic: write.store.topic, key: write.serialized, value: write.value, headers });
    }
  }
  return records;
}

// Literals, not spreads, on the way of every keyed write: V8 is several times quicker with them.
function answerHeaders(headers: RecordHeaders, call: Call, firstAttempt: number): RecordHeaders {
  const { idempotency, existed, reply, replySchema, writeCount: records } = call;
  if (idempotency === undefined) return headers;
  const { epoch, batch, index, count, writer, time } = headers;
  const answer = { fingerprint: idempotency.request, existed, reply, replySchema, time: firstAttempt, records };
  return {
    epoch,
    batch,
    index,
    count,
    writer,
    time,
    idempotencyKey: idempotency.key,
    reply: encodeHeaderAnswer(answer),
  };
}

function repairHeaders(headers: RecordHeaders, repaired: StoredRow | "absent"): RecordHeaders {
  return repaired === "absent"
    ? { ...headers, repair: encodeRepair({ epoch: 0, batch: 0, offset: 0n }) }
    : { ...headers, repair: encodeRepair(repaired), time: repaired.time };
}

/** The row that a durable write leaves; a repaired one keeps its version. */
export function rowOf(write: Write, batch: Batch, offset: bigint, epoch: number): RowChange {
  const { store, ordered: key, value, repaired } = write;
  if (value === null) return { store: store.name, key, row: undefined };
  if (repaired !== undefined && repaired !== "absent") return { store: store.name, key, row: repaired };
  return { store: store.name, key, row: { value, offset, epoch, batch: batch.number, time: batch.time } };
}

/** The answers of a durable batch that are to be remembered. */
export function answersOf(batch: Batch, offsets: readonly bigint[], author: BatchAuthor): IdempotencyEntry[] {
  const answers: IdempotencyEntry[] = [];
  for (const call of batch.calls) {
    const { idempotency, existed, reply, replySchema } = call;
    if (idempotency === undefined || call.writeCount === 0) continue;
    const position = positionOf(call, batch, offsets, author);
    answers.push({
      key: idempotency.key,
      time: author.firstAttemptTime(call, batch.time),
      answer: encodeRemembered({ fingerprint: idempotency.request, existed, reply, replySchema, position }),
    });
  }
  return answers;
}

/** Where the writes of a call in a durable batch stand. */
export function positionOf(call: Call, batch: Batch, offsets: readonly bigint[], author: BatchAuthor): Position {
  const { firstWrite, writeCount } = call;
  return {
    partition: author.partition,
    epoch: author.epoch,
    batch: batch.number,
    offsets:
      writeCount === 1
        ? [{ topic: batch.writes[firstWrite]?.store.topic ?? "", offset: (offsets[firstWrite] ?? 0n) + 1n }]
        : lastOffsets(
            batch.writes.slice(firstWrite, firstWrite + writeCount).map(({ store: { topic } }, index) => ({
              topic,
              offset: offsets[firstWrite + index] ?? 0n,
            })),
          ),
  };
}
