/**
 * One topic's log of one partition in memory: its records in offset order, and its end, which gaps move too. What it holds is
 * open, so that tests may play a log that was lost or written by others.
 */
import type { LogRecord, LogSlice, TopicSpec } from "./changelog.js";
import { dropAfter, isDropDue, type TombstoneDrop } from "./tombstone-drop.js";

/** See the head of the file. */
export class MemoryLog {
  records: LogRecord[] = [];
  /** Offset that the next record gets. */
  end = 0n;
  /** Of the newest record, ms; later ones are not older. */
  timestamp = 0;
  #drop: TombstoneDrop<bigint> | undefined;

  /** @returns The record's offset. */
  append({ key, value, timestamp, headers }: Omit<LogRecord, "offset">): bigint {
    const offset = this.end;
    this.records.push({ offset, key, value, timestamp, headers });
    this.timestamp = timestamp;
    this.end = offset + 1n;
    return offset;
  }

  /** Takes offsets that no record gets. */
  skip(offsets: bigint): void {
    this.end += offsets;
  }

  read(fromOffset: bigint, maxBytes: number): LogSlice {
    const records: LogRecord[] = [];
    let bytes = 0;
    let index = firstAtOrAfter(this.records, fromOffset);
    for (; index < this.records.length; index += 1) {
      const record = this.records[index];
      if (record === undefined || (records.length > 0 && bytes >= maxBytes)) break;
      records.push(record);
      bytes += (record.key?.length ?? 0) + (record.value?.length ?? 0);
    }
    // A reader past the end stays where it is, so that it sees that it is.
    const behind = fromOffset > this.end ? fromOffset : this.end;
    return { records, nextOffset: this.records[index]?.offset ?? behind, endOffset: this.end };
  }

  /** The newest of each key stays of what is older than the history; of tombstones see `tombstone-drop.ts`. */
  compact({ historyMs, tombstoneMs }: TopicSpec, now: number): void {
    const isAged = (record: LogRecord): boolean => record.timestamp < now - historyMs;
    const newest = new Map<string, bigint>();
    for (const record of this.records)
      if (record.key !== null && isAged(record)) newest.set(Buffer.from(record.key).toString("latin1"), record.offset);
    const dropEnd = isDropDue(this.#drop, now) ? this.#drop.end : 0n;
    this.records = this.records.filter((record) => {
      if (record.key === null || !isAged(record)) return true;
      if (newest.get(Buffer.from(record.key).toString("latin1")) !== record.offset) return false;
      return record.value !== null || record.offset >= dropEnd;
    });
    const young = this.records.find((record) => !isAged(record));
    const hasTombstone = this.records.some((record) => isAged(record) && record.value === null);
    const made = { end: young?.offset ?? this.end, time: now + tombstoneMs };
    this.#drop = dropAfter(this.#drop, now, made, hasTombstone);
  }
}

function firstAtOrAfter(records: readonly LogRecord[], offset: bigint): number {
  let low = 0;
  let high = records.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((records[middle]?.offset ?? 0n) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
