/**
 * Applies records of the log to a partition's memstore: the one place that decides what a record means. Restores, recoveries
 * and gaps go through it; a master's own acknowledged batches are applied by the write path, to the same effect.
 */
import type { LogRecord, RecordHeaders } from "../changelog/changelog.js";
import { isAffinityError } from "../core/errors.js";
import type { Logger } from "../core/logger.js";
import type { IdempotencyEntry, PartitionStore, RowChange, StoredRow } from "../memstore/memstore.js";
import { decodeHeaderAnswer, encodeRemembered } from "../state/idempotency.js";
import type { KeyspacePlan, StorePlan } from "./plan.js";
import type { Progress } from "./progress.js";
import { decodeRepair } from "./repair-header.js";

export interface ApplierParts {
  readonly plan: KeyspacePlan;
  readonly partition: number;
  readonly store: PartitionStore;
  readonly progress: Progress;
  readonly logger: Logger;
  /** Answers of first attempts before this time are not taken any more, ms. */
  readonly answersFrom: () => number;
}

/** Why a record of another program has no place in the keyspace. */
const notOfKeyspace = "has a key that is not of this keyspace";
const otherPartition =
  "has a key that belongs into another partition; programs that write must place keys as Java's clients do, by murmur2";

/** Where a record of the batch that is being read stands; for the positions of answers. */
interface Place {
  readonly index: number;
  readonly topic: string;
  readonly offset: bigint;
}

export class Applier {
  readonly #parts: ApplierParts;
  #rows: RowChange[] = [];
  #answers: IdempotencyEntry[] = [];
  /** Records of the newest batch that were applied, in order of their index; kept only where there are several topics. */
  #places: Place[] = [];
  #skipped = 0;

  constructor(parts: ApplierParts) {
    this.#parts = parts;
  }

  /** Rows gathered since the last `commit`. */
  get gathered(): number {
    return this.#rows.length;
  }

  /**
   * Takes the next record of a topic, in log order. Returns whether it was applied, not ignored.
   *
   * @throws REGISTRY_UNAVAILABLE when the schema of an external key is not known and cannot be looked up.
   */
  take(store: StorePlan, record: LogRecord): boolean {
    const { progress } = this.#parts;
    // Once each: an adapter may make them when they are asked for.
    const { offset, value, headers } = record;
    const ordered = this.#ordered(store, record, headers);
    // Behind what may fail, so that the record is met again.
    progress.pass(store.index, offset);
    if (ordered === undefined) return false;
    // Headers of an external topic are those of another system of this kind: its epochs say nothing of this partition's.
    if (headers === undefined || store.isExternal) {
      progress.unshadow(store.name, ordered);
      const time = headers?.time ?? record.timestamp;
      this.#change(store, ordered, value && { value, epoch: 0, batch: 0, offset, time });
      return true;
    }
    if (!progress.admits(headers)) {
      progress.shadow(store.name, ordered);
      return false;
    }
    const isNewBatch = headers.epoch !== progress.epoch || headers.batch !== progress.batch;
    progress.advance(headers.epoch, headers.batch, headers.writer, headers.index);
    progress.unshadow(store.name, ordered);
    const kept = headers.repair === undefined ? undefined : decodeRepair(headers.repair);
    const { epoch, batch, time } = headers;
    this.#change(
      store,
      ordered,
      value && {
        value,
        epoch: kept?.epoch ?? epoch,
        batch: kept?.batch ?? batch,
        offset: kept?.offset ?? offset,
        time,
      },
    );
    this.#answer(store, offset, headers, isNewBatch);
    return true;
  }

  /** Makes what was taken visible, with its checkpoint. */
  commit(): void {
    const { store, progress } = this.#parts;
    store.apply({ rows: this.#rows, answers: this.#answers, checkpoint: progress.checkpoint() });
    this.#rows = [];
    this.#answers = [];
  }

  #change(store: StorePlan, key: string, row: StoredRow | null): void {
    this.#rows.push({ store: store.name, key, row: row ?? undefined });
  }

  #answer(store: StorePlan, offset: bigint, headers: RecordHeaders, isNewBatch: boolean): void {
    const { plan, partition, answersFrom } = this.#parts;
    if (plan.stores.length > 1) {
      if (isNewBatch) this.#places = [];
      this.#places.push({ index: headers.index, topic: store.topic, offset });
    }
    if (headers.idempotencyKey === undefined || headers.reply === undefined) return;
    const answer = decodeHeaderAnswer(headers.reply);
    if (answer === undefined || answer.time < answersFrom()) return;
    const offsets =
      answer.records === 1 || plan.stores.length === 1
        ? [{ topic: store.topic, offset: offset + 1n }]
        : lastOffsets(this.#places.filter(({ index }) => index > headers.index - answer.records));
    this.#answers.push({
      key: headers.idempotencyKey,
      time: answer.time,
      answer: encodeRemembered({
        fingerprint: answer.fingerprint,
        existed: answer.existed,
        reply: answer.reply,
        replySchema: answer.replySchema,
        position: { partition, epoch: headers.epoch, batch: headers.batch, offsets },
      }),
    });
  }

  // Only records of other programs can have a key that is none of ours, or lie where no request looks for it. Owners of external
  // topics may place keys as they like.
  #ordered(store: StorePlan, record: LogRecord, headers: RecordHeaders | undefined): string | undefined {
    const { key } = record;
    const isOurs = headers !== undefined && !store.isExternal;
    if (key === null) return this.#skip(store, record, notOfKeyspace);
    let ordered: string;
    try {
      ordered = store.keys.orderedOf(key);
    } catch (error) {
      if (isOurs || !isAffinityError(error) || error.code !== "KEY_INVALID") throw error;
      return this.#skip(store, record, notOfKeyspace);
    }
    if (isOurs || store.isExternal || store.keys.partitionOf(key) === this.#parts.partition) return ordered;
    return this.#skip(store, record, otherPartition);
  }

  #skip(store: StorePlan, { offset }: LogRecord, why: string): undefined {
    const { plan, partition, logger } = this.#parts;
    this.#skipped += 1;
    if (this.#skipped === 1 || this.#skipped % 10_000 === 0)
      logger.warn(
        { keyspace: plan.name, partition, topic: store.topic, offset: String(offset), skipped: this.#skipped },
        `a record of another program ${why}; such records are skipped`,
      );
    return undefined;
  }
}

/** By topic, the next offset after the last of these places, in the order in which topics were first written. */
export function lastOffsets(places: readonly { readonly topic: string; readonly offset: bigint }[]) {
  const byTopic = new Map<string, bigint>();
  for (const { topic, offset } of places) byTopic.set(topic, offset + 1n);
  return [...byTopic].map(([topic, offset]) => ({ topic, offset }));
}
