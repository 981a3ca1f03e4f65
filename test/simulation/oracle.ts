/** The log as it ever was, and what it means: written apart from the runtime, by the words of the reader's rule. */
import type { LogRecord } from "../../runtime/changelog/changelog.js";
import type { MemoryLogStorage } from "../../runtime/changelog/memory-log-storage.js";

/** A row as the whole log gives it. */
export interface TrueRow {
  readonly value: Uint8Array;
}

export class Oracle {
  readonly #storage: MemoryLogStorage;
  /** By topic and partition, every record that ever stood there. */
  readonly #all = new Map<string, LogRecord[]>();
  readonly #ends = new Map<string, bigint>();

  constructor(storage: MemoryLogStorage) {
    this.#storage = storage;
  }

  /** Takes note of new records; called before anything is compacted away. */
  look(): void {
    for (const [topic, { logs }] of this.#storage.topics)
      for (const [partition, { records }] of logs.entries()) {
        const name = `${topic}/${partition}`;
        const all = this.#all.get(name) ?? [];
        this.#all.set(name, all);
        const end = this.#ends.get(name) ?? -1n;
        const fresh: LogRecord[] = [];
        for (let at = records.length - 1; at >= 0; at--) {
          const record = records[at];
          if (record === undefined || record.offset <= end) break;
          fresh.unshift(record);
        }
        all.push(...fresh);
        const last = fresh.at(-1);
        if (last !== undefined) this.#ends.set(name, last.offset);
      }
  }

  records(topic: string, partition: number): readonly LogRecord[] {
    return this.#all.get(`${topic}/${partition}`) ?? [];
  }

  /** Records that count, by the reader's rule over each topic's own order. */
  valid(topic: string, partition: number): readonly LogRecord[] {
    let [epoch, batch, index] = [0, 0, -1];
    let writer = 0n;
    return this.records(topic, partition).filter(({ headers }) => {
      if (headers === undefined) return true;
      const isAbove = headers.epoch > epoch || (headers.epoch === epoch && headers.batch > batch);
      const isNextOfBatch =
        headers.epoch === epoch && headers.batch === batch && headers.writer === writer && headers.index > index;
      if (!isAbove && !isNextOfBatch) return false;
      ({ epoch, batch, index, writer } = headers);
      return true;
    });
  }

  /** The rows of a topic, by the hexadecimal text of their keys. */
  rows(topic: string, partition: number): ReadonlyMap<string, TrueRow> {
    const rows = new Map<string, TrueRow>();
    for (const { key, value } of this.valid(topic, partition)) {
      if (key === null) continue;
      const name = Buffer.from(key).toString("hex");
      if (value === null) rows.delete(name);
      else rows.set(name, { value });
    }
    return rows;
  }

  /** The highest (epoch, batch) of a partition over topics. */
  highest(topics: readonly string[], partition: number): readonly [epoch: number, batch: number] {
    let [epoch, batch] = [0, 0];
    for (const topic of topics)
      for (const { headers } of this.valid(topic, partition))
        if (headers !== undefined && (headers.epoch > epoch || (headers.epoch === epoch && headers.batch > batch)))
          ({ epoch, batch } = headers);
    return [epoch, batch];
  }
}
