/**
 * A partition of a keyspace over all its topics, written under one producer epoch. One append is in flight; a sequence number
 * is used again only for a batch of which it is certain that no leader has taken it.
 */
import { assert, messageOf } from "../../core/errors.js";
import type { AppendOutcome, NewRecord, PartitionLog } from "../changelog.js";
import { fencedBy, inDoubt, topicReplaced, unavailable } from "../topics.js";
import type { ProduceResult } from "./api/produce.js";
import { noProducer, type Producer } from "./api/transactions.js";
import { type AppendVerdict, cureText, verdictOf } from "./append-verdict.js";
import type { BatchCompressor } from "./batch-compressor.js";
import { codeText } from "./error-codes.js";
import { fence } from "./fence.js";
import type { KafkaParts } from "./kafka-parts.js";
import { subjectOf } from "./kafka-reader.js";
import { LinkError } from "./link.js";
import { encodeBatch, reauthored, sequenceAfter } from "./record-batch.js";
import { appendInTransaction } from "./transaction.js";

export interface KafkaLogRequest {
  readonly topics: readonly string[];
  readonly partition: number;
  readonly epoch: number;
}

/** One topic's share of an append. */
export interface TopicBatch {
  readonly topic: string;
  /** Places of its records in the append. */
  readonly places: readonly number[];
  bytes: Buffer;
}

/** A batch that was sent: where it stands, or why it does not. */
export type Sent =
  | { readonly verdict: "acknowledged"; readonly baseOffset: bigint; readonly timestamp: number }
  | { readonly verdict: Exclude<AppendVerdict, "acknowledged" | "again">; readonly error: Error };

/** A broker forgets a producer that wrote nothing for a day, and a coordinator after a week: they are reminded before. */
const renewAfterMs = 6 * 3_600_000;
/** A fence is two coordinator writes and two reads. */
const fenceRequests = 3;

export class KafkaPartitionLog implements PartitionLog {
  readonly request: KafkaLogRequest;
  readonly transactionalId: string;
  readonly #parts: KafkaParts;
  readonly #sequences = new Map<string, number>();
  /** By topic, the offset below which nothing of ours can come to stand. */
  readonly #ends = new Map<string, bigint>();
  #producer: Producer = noProducer;
  /** Whether the producer epoch's own marker was read, so that it may write. */
  #isFenced = false;
  #fencedAt = 0;
  #isClosed = false;

  constructor(parts: KafkaParts, request: KafkaLogRequest) {
    this.#parts = parts;
    this.request = request;
    this.transactionalId = `${ownTopic(request.topics)}-${request.partition}`;
  }

  get subject(): string {
    return subjectOf({ topic: this.request.topics.join(", "), partition: this.request.partition });
  }

  async fence(signal: AbortSignal): Promise<ReadonlyMap<string, bigint>> {
    if (this.#isClosed) throw closed(this.subject);
    const { cluster } = this.#parts;
    const { requestTimeoutMs } = cluster.options;
    this.#isFenced = false;
    const { ends } = await fence(
      {
        ...this.#parts,
        ...this.request,
        transactionalId: this.transactionalId,
        transactionTimeoutMs: Math.max(30_000, 2 * fenceRequests * requestTimeoutMs),
        current: this.#producer,
        deadline: cluster.deadline(fenceRequests * requestTimeoutMs),
        signal,
      },
      (producer) => {
        this.#producer = producer;
      },
    );
    this.#sequences.clear();
    for (const [topic, end] of ends) this.#ends.set(topic, end);
    this.#isFenced = true;
    this.#fencedAt = this.#parts.clock.monotonic();
    return ends;
  }

  async append(records: readonly NewRecord[]): Promise<AppendOutcome> {
    if (this.#isClosed || this.#parts.isClosed) return { outcome: "refused", error: closed(this.subject) };
    const now = this.#parts.clock.now();
    if (records.length === 0) return { outcome: "acknowledged", offsets: [], timestamp: now };
    // Before anything is awaited: the caller's arrays are its own again when this returns.
    const batches = this.#encoded(records, now);
    const bytes = batches.reduce((sum, batch) => sum + batch.bytes.length, 0);
    if (!this.#parts.admit(bytes))
      return { outcome: "refused", error: unavailable(this.subject, "too much waits to be written; try again later") };
    try {
      return await this.#parts.track(this.#append(batches, records.length, now));
    } catch (error) {
      // A fault of ours; what was sent before it nobody knows.
      return { outcome: "unknown", error: inDoubt(this.subject, messageOf(error), error) };
    } finally {
      this.#parts.release(bytes);
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
  }

  /**
   * Sends one topic's batch to whoever leads, until it is known what became of it or the time is over.
   *
   * @param transactionalId Set where the batch is part of a transaction.
   */
  async send(batch: TopicBatch, transactionalId: string | null): Promise<Sent> {
    const { cluster, reader } = this.#parts;
    const { topic } = batch;
    const { partition } = this.request;
    const of = { topic, partition };
    const deadline = cluster.deadline();
    for (;;) {
      let trouble: string;
      try {
        const leader = reader.knownLeader(of) ?? (await reader.leader(of, deadline));
        const result = await this.#submit(leader.brokerId, batch, transactionalId);
        const sent = this.#judged(result, topic);
        if (typeof sent !== "string") return sent;
        trouble = sent;
        cluster.notLeader(topic, partition, leader);
      } catch (error) {
        // No leader was found, so nothing was sent.
        return { verdict: "refused", error: error instanceof Error ? error : new Error(messageOf(error)) };
      }
      if (this.#parts.isClosed) return { verdict: "refused", error: closed(this.subject) };
      if (!(await deadline.wait()))
        return { verdict: "refused", error: unavailable(subjectOf(of), `nobody took a batch (${trouble})`) };
    }
  }

  /** The batch of `count` records has taken its place in the topic's sequence. */
  took(topic: string, count: number): void {
    this.#sequences.set(topic, sequenceAfter(this.#sequences.get(topic) ?? 0, count));
  }

  get producer(): Producer {
    return this.#producer;
  }

  async #append(batches: readonly TopicBatch[], count: number, now: number): Promise<AppendOutcome> {
    const { compressor } = this.#parts;
    const fault = compressor === undefined ? undefined : await this.#compress(batches, compressor);
    const refusal = fault ?? (await this.#ready(batches));
    if (refusal !== undefined) return { outcome: "refused", error: refusal };
    if (batches.length > 1) return appendInTransaction(this.#parts, this, batches, count);
    const [batch] = batches;
    assert(batch !== undefined, "an append has a batch");
    const sent = await this.send(batch, null);
    if (sent.verdict !== "acknowledged") return { outcome: sent.verdict, error: sent.error };
    this.took(batch.topic, count);
    const offsets = Array.from({ length: count }, (_, index) => sent.baseOffset + BigInt(index));
    return { outcome: "acknowledged", offsets, timestamp: sent.timestamp < 0 ? now : sent.timestamp };
  }

  /** Returns why nothing may be sent. */
  async #compress(batches: readonly TopicBatch[], compressor: BatchCompressor): Promise<Error | undefined> {
    const one = async (batch: TopicBatch): Promise<void> => {
      batch.bytes = await compressor.compressed(batch.bytes);
    };
    try {
      await Promise.all(batches.map(one));
      return undefined;
    } catch (error) {
      return unavailable(this.subject, `a batch cannot be compressed (${messageOf(error)})`, error);
    }
  }

  /** Sees to it that brokers know our producer. Returns why nothing may be sent. */
  async #ready(batches: readonly TopicBatch[]): Promise<Error | undefined> {
    if (!this.#isFenced) return unavailable(this.subject, "it is not fenced; fence it before anything is appended");
    if (this.#parts.clock.monotonic() - this.#fencedAt < renewAfterMs) return undefined;
    try {
      await this.fence(new AbortController().signal);
    } catch (error) {
      return error instanceof Error ? error : new Error(messageOf(error));
    }
    for (const batch of batches)
      batch.bytes = reauthored(batch.bytes, {
        producerId: this.#producer.id,
        producerEpoch: this.#producer.epoch,
        sequence: 0,
      });
    return undefined;
  }

  #encoded(records: readonly NewRecord[], now: number): readonly TopicBatch[] {
    const byTopic = new Map<string, { readonly places: number[]; readonly records: NewRecord[] }>();
    for (const [place, record] of records.entries()) {
      assert(this.request.topics.includes(record.topic), "a record's topic is one of this log");
      const known = byTopic.get(record.topic);
      if (known === undefined) byTopic.set(record.topic, { places: [place], records: [record] });
      else {
        known.places.push(place);
        known.records.push(record);
      }
    }
    const isTransactional = byTopic.size > 1;
    return [...byTopic].map(([topic, own]) => {
      const { id: producerId, epoch: producerEpoch } = this.#producer;
      const author = { producerId, producerEpoch, sequence: this.#sequences.get(topic) ?? 0, isTransactional };
      return { topic, places: own.places, bytes: encodeBatch(own.records, author, now) };
    });
  }

  #submit(
    brokerId: number,
    { topic, bytes }: TopicBatch,
    transactionalId: string | null,
  ): Promise<ProduceResult | LinkError> {
    const { partition } = this.request;
    return new Promise((settle) => {
      this.#parts.produceLane(brokerId).submit({ topic, partition, batch: bytes, transactionalId, settle });
    });
  }

  /** What became of a batch; a text when it is certain that nothing did and it may be tried again. */
  #judged(result: ProduceResult | LinkError, topic: string): Sent | string {
    const subject = subjectOf({ topic, partition: this.request.partition });
    if (result instanceof LinkError) {
      if (!result.wasSent) return result.message;
      return { verdict: "unknown", error: inDoubt(subject, result.message, result) };
    }
    const { code, baseOffset, timestamp } = result;
    const text = `Kafka answers ${codeText(code)}${result.text === null ? "" : ` (${result.text})`}`;
    const verdict = verdictOf(code, baseOffset);
    switch (verdict) {
      case "acknowledged":
        // Requests name topics, not their ids: it stands in another topic of this name.
        if (baseOffset < (this.#ends.get(topic) ?? 0n))
          return { verdict: "unknown", error: topicReplaced(topic, "anew") };
        this.#ends.set(topic, baseOffset + 1n);
        return { verdict, baseOffset, timestamp };
      case "again":
        return text;
      case "refused":
        return { verdict, error: unavailable(subject, `${text}${cureText(code)}`) };
      case "fenced":
        return { verdict, error: fencedBy(subject, this.request.epoch) };
      case "unknown":
        return { verdict, error: inDoubt(subject, text) };
    }
  }
}

/**
 * The topic that names the transactional id: that of the keyspace's own store, which is the beginning of the others' names. It
 * must not depend on the order of stores, which a definition may change.
 */
function ownTopic(topics: readonly string[]): string {
  const [first = ""] = [...topics].sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
  return first;
}

function closed(subject: string): Error {
  return unavailable(subject, "the changelog is closed; nothing more is taken");
}
