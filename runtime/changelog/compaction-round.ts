/**
 * A round of compaction: one part, from its beginning to where records are older than the history. See `compaction.ts`.
 */
import { BlockCursor, type BlockRow, blockRow } from "./block.js";
import { BlockPacker } from "./block-packer.js";
import { KeyOffsets } from "./key-offsets.js";
import type { LogConnection } from "./log-connection.js";
import type { Part, Parts } from "./parts.js";
import type { SqliteLog } from "./sqlite-log.js";
import { dropAfter, isDropDue, type TombstoneDrop } from "./tombstone-drop.js";

/** Bytes of blocks that one slice reads. */
const sliceBytes = 128 * 1024;
/** Memory for the newest offsets of keys; a round ends where it is full. */
const keyBytes = 64 * 1024 * 1024;

/** What is to be done next: one call, one slice. */
export type Step = () => Step | undefined;

/** What a round is about. */
export interface RoundPlan {
  /** Below it no key stands twice. */
  readonly cleanEnd: number;
  /** Up to where it goes. */
  readonly agedEnd: number;
  /** What earlier rounds have noted of tombstones. */
  readonly drop: TombstoneDrop<number> | undefined;
  readonly tombstoneMs: number;
  /** When the round began, ms. */
  readonly now: number;
  /** The present time, ms: whoever read what a slice takes away did so before. */
  readonly sliceTime: () => number;
}

/** See the head of the file. */
export class CompactionRound {
  readonly #connection: LogConnection;
  readonly #parts: Parts;
  readonly #part: Part;
  readonly #plan: RoundPlan;
  readonly #newest = new KeyOffsets(keyBytes);
  readonly #packer = new BlockPacker();
  /** Tombstones below it go. */
  readonly #dropEnd: number;
  /** Up to where keys are noted; when that is done, up to where the round goes. */
  #mapped: number;
  /** Up to where the log is rewritten. */
  #done = 0;
  #kept = 0;
  /** Whether a tombstone stays. */
  #hasTombstone = false;

  constructor(log: SqliteLog, part: Part, plan: RoundPlan) {
    this.#connection = log.connection;
    this.#parts = log.parts;
    this.#part = part;
    this.#plan = plan;
    this.#mapped = plan.cleanEnd;
    this.#dropEnd = isDropDue(plan.drop, plan.now) ? plan.drop.end : 0;
  }

  /** Notes the newest offsets of a slice. */
  map(): Step {
    const { rows, isLast } = this.#slice(this.#mapped, this.#plan.agedEnd);
    for (const row of rows) if (!this.#note(row)) return () => this.rewrite();
    if (!isLast) return () => this.map();
    this.#mapped = this.#plan.agedEnd;
    return () => this.rewrite();
  }

  /** Rewrites a slice. */
  rewrite(): Step | undefined {
    const { rows, bytes, isLast } = this.#slice(this.#done, this.#mapped);
    this.#connection.unsynced(() => {
      this.#replace(rows);
      if (isLast) this.#finish();
    }, bytes * 2);
    if (isLast) return undefined;
    this.#done = (rows.at(-1)?.base ?? this.#done) + 1;
    return () => this.rewrite();
  }

  #note(row: BlockRow): boolean {
    const cursor = new BlockCursor(row.body, row.base);
    while (cursor.next()) {
      if (this.#newest.set(row.body, cursor.keyStart, cursor.keyEnd, cursor.offset)) continue;
      // The round ends in front of this block.
      this.#mapped = row.base;
      return false;
    }
    this.#mapped = row.base + 1;
    return true;
  }

  #replace(slice: readonly BlockRow[]): void {
    const db = this.#connection.database();
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
      this.#parts.endOffset(this.#part),
      this.#part.id,
    );
  }

  #isKept(cursor: BlockCursor, body: Buffer): boolean {
    if (this.#newest.get(body, cursor.keyStart, cursor.keyEnd) > cursor.offset) return false;
    if (cursor.isTombstone) {
      if (cursor.offset < this.#dropEnd) return false;
      this.#hasTombstone = true;
    }
    this.#kept += 1;
    return true;
  }

  #finish(): void {
    const { drop, now, sliceTime, tombstoneMs } = this.#plan;
    const made = { end: this.#mapped, time: sliceTime() + tombstoneMs };
    const noted = dropAfter(drop, now, made, this.#hasTombstone);
    this.#connection
      .database()
      .prepare("update parts set clean_end = ?, clean_records = ?, drop_end = ?, drop_time = ? where id = ?")
      .run(this.#mapped, this.#kept, noted?.end ?? 0, noted?.time ?? null, this.#part.id);
  }

  /** Blocks of `[from, to)`, up to the bytes of a slice. */
  #slice(from: number, to: number): { readonly rows: BlockRow[]; readonly bytes: number; readonly isLast: boolean } {
    const statement = this.#connection
      .database()
      .prepare<[number, number]>(
        `select base, body from log_${this.#part.id} where base >= ? and base < ? order by base`,
      );
    const rows: BlockRow[] = [];
    let bytes = 0;
    for (const found of statement.raw().iterate(from, to)) {
      if (bytes >= sliceBytes) return { rows, bytes, isLast: false };
      const row = blockRow(found);
      rows.push(row);
      bytes += row.body.length;
    }
    return { rows, bytes, isLast: true };
  }
}
