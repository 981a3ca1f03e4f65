/**
 * Compaction of the embedded changelog, in rounds of one part each. A part is clean up to `clean_end`: below it no key
 * stands twice. A round notes the newest offset of each key from there up to where records are older than the history,
 * then walks over everything below in slices, leaves out what is superseded and tombstones that are old enough, and packs
 * what stays into larger blocks.
 *
 * Whatever a slice leaves out has a newer record behind it, or is a tombstone whose older records went before it; so a
 * crash between two slices leaves a log that reads the same. Slices are not synced: the next append is, and with it all
 * before.
 */

import { ByteWriter } from "../disk/byte-writer.js";
import type { Database } from "../disk/sqlite.js";
import { BlockCursor, type BlockHead, type BlockRow, blockRow } from "./block.js";
import { KeyOffsets } from "./key-offsets.js";
import type { Part, SqliteLog } from "./sqlite-log.js";

/** Bytes of blocks that one slice reads. */
const sliceBytes = 128 * 1024;
/** Rows that are fetched at once. */
const fetchRows = 128;
/** Blocks are packed until they have this many bytes. */
const packedBytes = 12 * 1024;
/** Below this many aged records a part is left alone. */
const smallestRound = 200;
/** A round begins when aged records are more than this share of the clean ones, so that no more is rewritten than written. */
const dirtyShare = 0.5;
/** Memory for the newest offsets of keys; a round ends where it is full. */
const keyBytes = 64 * 1024 * 1024;
/** Free pages are given back when they are more than this share of the file, in slices of so many pages. */
const freeShare = 0.1;
const smallestFree = 256;
const vacuumPages = 256;

interface PartState {
  readonly cleanEnd: number;
  readonly cleanRecords: number;
  /** Timestamp of the oldest tombstone of the clean piece. */
  readonly tombstoneTime: number | null;
  readonly historyMs: number;
  readonly tombstoneMs: number;
}

/** What is to be done next: one call, one slice. */
type Step = () => Step | undefined;

/** See the head of the file. */
export class Compaction {
  readonly #log: SqliteLog;
  #now = 0;
  #isForced = false;
  /** Parts that are still to be looked at. */
  #waiting: Part[] = [];
  /** Whether free pages are still to be given back, which comes last. */
  #isVacuumDue = false;
  #step: Step | undefined;

  constructor(log: SqliteLog) {
    this.#log = log;
  }

  /**
   * Does one slice of work; begins to look at all parts when there is none.
   *
   * @param now The changelog's time, ms.
   * @param isForced Whether parts are compacted that would not be worth it yet.
   * @returns Whether there is more to do.
   */
  run(now: number, isForced: boolean): boolean {
    if (!this.#hasMore) {
      this.#isVacuumDue = true;
      this.#now = now;
      this.#isForced = isForced;
      this.#waiting = this.#log.allParts();
    }
    try {
      this.#step = (this.#step ?? this.#nextStep())();
    } catch (error) {
      // The round is lost, nothing else; the next look begins anew.
      this.#step = undefined;
      this.#waiting = [];
      this.#isVacuumDue = false;
      throw error;
    }
    return this.#hasMore;
  }

  get #hasMore(): boolean {
    return this.#step !== undefined || this.#waiting.length > 0 || this.#isVacuumDue;
  }

  #nextStep(): Step {
    for (let part = this.#waiting.pop(); part !== undefined; part = this.#waiting.pop()) {
      const round = this.#roundOf(part);
      if (round !== undefined) return () => round.map();
    }
    return () => this.#vacuum();
  }

  #roundOf(part: Part): Round | undefined {
    const db = this.#log.database();
    const state = db
      .prepare<[number], PartState>(
        `select clean_end as cleanEnd, clean_records as cleanRecords, tombstone_time as tombstoneTime,
           history_ms as historyMs, tombstone_ms as tombstoneMs
         from parts join topics on topics.id = parts.topic where parts.id = ?`,
      )
      .get(part.id);
    if (state === undefined) return undefined;
    const hasExpired = state.tombstoneTime !== null && state.tombstoneTime < this.#now - state.tombstoneMs;
    const most = this.#log.endOffset(part) - state.cleanEnd;
    const least = this.#isForced ? 1 : Math.max(smallestRound, state.cleanRecords * dirtyShare);
    if (most < least && !hasExpired) return undefined;
    const agedEnd = this.#log.agedEnd(part, state.cleanEnd, this.#now - state.historyMs);
    if (agedEnd - state.cleanEnd < least && !hasExpired) return undefined;
    return new Round(this.#log, part, { ...state, agedEnd, now: this.#now });
  }

  #vacuum(): Step | undefined {
    this.#isVacuumDue = false;
    const db = this.#log.database();
    const free = integer(db, "freelist_count");
    if (free < smallestFree || free < integer(db, "page_count") * freeShare) return undefined;
    this.#log.unsynced(() => db.pragma(`incremental_vacuum(${vacuumPages})`));
    return () => this.#vacuum();
  }
}

/** One part's round. */
class Round {
  readonly #log: SqliteLog;
  readonly #part: Part;
  readonly #state: PartState & { readonly agedEnd: number; readonly now: number };
  readonly #newest = new KeyOffsets(keyBytes);
  readonly #packer = new Packer();
  /** Up to where keys are noted, and after that, up to where the round goes. */
  #mapped: number;
  #isFull = false;
  /** Up to where the log is rewritten. */
  #done = 0;
  #kept = 0;
  #tombstoneTime: number | null = null;

  constructor(log: SqliteLog, part: Part, state: PartState & { readonly agedEnd: number; readonly now: number }) {
    this.#log = log;
    this.#part = part;
    this.#state = state;
    this.#mapped = state.cleanEnd;
  }

  /** Notes the newest offsets of a slice. */
  map(): Step {
    let bytes = 0;
    while (bytes < sliceBytes && !this.#isFull) {
      const rows = this.#rows(this.#mapped, this.#state.agedEnd);
      for (const row of rows) {
        if (!this.#note(row)) break;
        bytes += row.body.length;
      }
      if (rows.length < fetchRows) {
        if (!this.#isFull) this.#mapped = this.#state.agedEnd;
        return () => this.rewrite();
      }
    }
    return this.#isFull ? () => this.rewrite() : () => this.map();
  }

  /** Rewrites a slice. */
  rewrite(): Step | undefined {
    const slice: BlockRow[] = [];
    let bytes = 0;
    let isLast = false;
    for (let from = this.#done; bytes < sliceBytes && !isLast; ) {
      const rows = this.#rows(from, this.#mapped);
      isLast = rows.length < fetchRows;
      for (const row of rows) {
        slice.push(row);
        bytes += row.body.length;
        from = row.base + 1;
      }
    }
    const end = slice.at(-1);
    this.#log.unsynced(() =>
      this.#log.transaction(() => {
        this.#replace(slice);
        if (isLast) this.#finish();
      }),
    );
    if (isLast || end === undefined) return undefined;
    this.#done = end.base + 1;
    return () => this.rewrite();
  }

  #note(row: BlockRow): boolean {
    const cursor = new BlockCursor(row.body, row.base);
    while (cursor.next()) {
      if (this.#newest.set(row.body, cursor.keyStart, cursor.keyEnd, cursor.offset)) continue;
      this.#isFull = true;
      // The round ends in front of this block.
      this.#mapped = row.base;
      return false;
    }
    this.#mapped = row.base + 1;
    return true;
  }

  #replace(slice: readonly BlockRow[]): void {
    const db = this.#log.database();
    const table = `log_${this.#part.id}`;
    const remove = db.prepare(`delete from ${table} where base = ?`);
    const insert = db.prepare(`insert into ${table} (base, body) values (?, ?)`);
    const packed = this.#packer.pack(slice, (cursor, body) => this.#isKept(cursor, body));
    const before = new Set(slice);
    const same = new Set(packed.filter((row) => before.has(row)));
    for (const row of slice) if (!same.has(row)) remove.run(row.base);
    for (const row of packed) if (!same.has(row)) insert.run(row.base, row.body);
    // The last block may be gone now, and the end must not move back.
    db.prepare("update parts set end_offset = max(end_offset, ?) where id = ?").run(
      this.#log.endOffset(this.#part),
      this.#part.id,
    );
  }

  #isKept(cursor: BlockCursor, body: Buffer): boolean {
    if (this.#newest.get(body, cursor.keyStart, cursor.keyEnd) > cursor.offset) return false;
    if (cursor.isTombstone) {
      const { timestamp } = cursor.head;
      if (timestamp < this.#state.now - this.#state.tombstoneMs) return false;
      this.#tombstoneTime = Math.min(this.#tombstoneTime ?? timestamp, timestamp);
    }
    this.#kept += 1;
    return true;
  }

  #finish(): void {
    this.#log
      .database()
      .prepare("update parts set clean_end = ?, clean_records = ?, tombstone_time = ? where id = ?")
      .run(this.#mapped, this.#kept, this.#tombstoneTime, this.#part.id);
  }

  #rows(from: number, to: number): readonly BlockRow[] {
    return this.#log
      .database()
      .prepare<[number, number, number]>(
        `select base, body from log_${this.#part.id} where base >= ? and base < ? order by base limit ?`,
      )
      .raw()
      .all(from, to, fetchRows)
      .map(blockRow);
  }
}

/** Makes few large blocks of many small ones. Large blocks that lose nothing stay as they are. */
class Packer {
  readonly #out = new ByteWriter();
  #packed: BlockRow[] = [];
  #base = 0;
  #into: { nextOffset: number; head: BlockHead } | undefined;

  pack(rows: readonly BlockRow[], isKept: (cursor: BlockCursor, body: Buffer) => boolean): readonly BlockRow[] {
    this.#packed = [];
    for (const row of rows) this.#packRow(row, isKept);
    this.#close();
    return this.#packed;
  }

  #packRow(row: BlockRow, isKept: (cursor: BlockCursor, body: Buffer) => boolean): void {
    const verdicts: boolean[] = [];
    const judge = new BlockCursor(row.body, row.base);
    while (judge.next()) verdicts.push(isKept(judge, row.body));
    if (row.body.length >= packedBytes / 2 && !verdicts.includes(false)) {
      this.#close();
      this.#packed.push(row);
      return;
    }
    const cursor = new BlockCursor(row.body, row.base);
    for (const verdict of verdicts) {
      cursor.next();
      if (verdict) this.#add(cursor);
    }
  }

  #add(cursor: BlockCursor): void {
    if (this.#out.length >= packedBytes) this.#close();
    if (this.#into === undefined) this.#base = cursor.offset;
    cursor.copyTo(this.#out, this.#into);
    this.#into = { nextOffset: cursor.offset + 1, head: cursor.head };
  }

  #close(): void {
    const { length } = this.#out;
    if (length > 0) this.#packed.push({ base: this.#base, body: Buffer.from(this.#out.bytes.subarray(0, length)) });
    this.#out.length = 0;
    this.#into = undefined;
  }
}

function integer(db: Database, pragma: string): number {
  const value = db.pragma(pragma, { simple: true });
  return typeof value === "number" ? value : 0;
}
