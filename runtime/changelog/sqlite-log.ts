/** The embedded changelog as its writer thread sees it: topics, parts, ownership, and groups written as transactions. */
import { assert, messageOf } from "../core/errors.js";
import { ByteWriter } from "../disk/byte-writer.js";
import type { Database, Statement } from "../disk/sqlite.js";
import { failureOf } from "../disk/sqlite-failure.js";
import { BlockCursor, type BlockRow, blockRow } from "./block.js";
import type { TopicInfo, TopicSpec } from "./changelog.js";
import type { GroupReader, OutcomeName } from "./group.js";
import { packBlock } from "./packed-blocks.js";
import type { LogCalls, PartState } from "./sqlite-calls.js";
import { openLogFile } from "./sqlite-file.js";
import { topicConflict, topicUnknown, unavailable } from "./topics.js";

/** One topic's log of one partition. */
export interface Part {
  readonly id: number;
  readonly topic: string;
  readonly partition: number;
  /** Offset that the next record gets; undefined until somebody asks. */
  endOffset: number | undefined;
  /** The log that may append, and its epoch. */
  owner: number | undefined;
  epoch: number;
}

interface Statements {
  readonly insert: Statement;
  readonly floor: Statement;
  readonly from: Statement;
  readonly first: Statement;
  readonly last: Statement;
  readonly end: Statement;
  readonly next: Statement;
}

/** Rows that a read fetches at once. */
const readRows = 256;

/** See the head of the file. */
export class SqliteLog {
  readonly #path: string;
  /** undefined after an error that leaves it open what the file holds. */
  #db: Database | undefined;
  #begin: Statement | undefined;
  #commit: Statement | undefined;
  readonly #parts = new Map<number, Part>();
  readonly #byName = new Map<string, Part>();
  readonly #statements = new Map<number, Statements>();

  /** @throws as `openLogFile`. */
  constructor(path: string) {
    this.#path = path;
    this.#use(openLogFile(path));
  }

  ensureTopics(topics: readonly TopicSpec[], incarnations: readonly string[]): readonly TopicInfo[] {
    const db = this.database();
    const find = db.prepare<[string], { id: number; partitions: number; incarnation: string }>(
      "select id, partitions, incarnation from topics where name = ?",
    );
    const insert = db.prepare(
      "insert into topics (name, partitions, incarnation, history_ms, tombstone_ms) values (?, ?, ?, ?, ?)",
    );
    const insertPart = db.prepare("insert into parts (topic, partition) values (?, ?)");
    const update = db.prepare(
      "update topics set history_ms = ?, tombstone_ms = ? where id = ? and (history_ms != ? or tombstone_ms != ?)",
    );
    const infos = this.transaction(() =>
      topics.map((spec, index): TopicInfo => {
        const known = find.get(spec.name);
        if (known !== undefined) {
          if (known.partitions !== spec.partitions) throw topicConflict(spec, known.partitions);
          update.run(spec.historyMs, spec.tombstoneMs, known.id, spec.historyMs, spec.tombstoneMs);
          return { name: spec.name, partitions: known.partitions, incarnation: known.incarnation };
        }
        const incarnation = incarnations[index] ?? "";
        const topic = insert.run(spec.name, spec.partitions, incarnation, spec.historyMs, spec.tombstoneMs);
        for (let partition = 0; partition < spec.partitions; partition += 1) {
          const part = insertPart.run(topic.lastInsertRowid, partition);
          db.exec(`create table log_${part.lastInsertRowid} (base integer primary key, body blob not null)`);
        }
        return { name: spec.name, partitions: spec.partitions, incarnation };
      }),
    );
    this.#loadParts(db);
    return infos;
  }

  fence(request: LogCalls["fence"]["request"]): LogCalls["fence"]["reply"] {
    this.database();
    const parts = request.topics.map((topic) => this.#part(topic, request.partition));
    const isOwner = parts.every((part) => part.owner === undefined || part.epoch <= request.epoch);
    if (isOwner) {
      for (const part of parts) {
        part.owner = request.log;
        part.epoch = request.epoch;
      }
    }
    return {
      isOwner,
      parts: parts.map((part): PartState => ({ topic: part.topic, part: part.id, ...this.#end(part) })),
    };
  }

  read(request: LogCalls["read"]["request"]): LogCalls["read"]["reply"] {
    this.database();
    const part = this.#part(request.topic, request.partition);
    const endOffset = this.endOffset(part);
    const { floor, from } = this.#statementsOf(part);
    const first = floor.get(request.fromOffset);
    let base = typeof first === "number" ? first : request.fromOffset;
    const out = new ByteWriter(new ArrayBuffer(Math.min(request.maxBytes + 64 * 1024, 1024 * 1024)));
    let nextOffset: number | undefined;
    for (let count = 0; nextOffset === undefined; ) {
      const rows = from.all(base, readRows);
      for (const row of rows) {
        const { base: rowBase, body } = blockRow(row);
        // The first block may end before the offset asked for, so it does not count.
        if (count >= 2 && out.length >= request.maxBytes) {
          nextOffset = rowBase;
          break;
        }
        packBlock(out, rowBase, body);
        count += 1;
        base = rowBase + 1;
      }
      if (rows.length < readRows) break;
    }
    return {
      blocks: out.buffer.slice(0, out.length),
      nextOffset: nextOffset ?? Math.max(endOffset, request.fromOffset),
      endOffset,
    };
  }

  /**
   * Writes a group as one transaction and notes in it what became of each append.
   *
   * @returns The reason of what was not acknowledged.
   */
  write(group: GroupReader): string | undefined {
    const ends = new Map<Part, number>();
    let db: Database | undefined;
    let isCommitting = false;
    try {
      db = this.database();
      this.#begin?.run();
      this.#insert(group, ends);
      isCommitting = true;
      this.#commit?.run();
      return undefined;
    } catch (error) {
      for (const [part, endOffset] of ends) part.endOffset = endOffset;
      const failure = failureOf(error);
      const reason = failure === "full" ? `${this.#path}: no space left on the device; free some` : messageOf(error);
      const isUndone = db === undefined || rollback(db);
      // A commit that fails for want of space is not in the file. Of any other failed commit nobody knows.
      if (!isUndone || (isCommitting && failure !== "full")) return this.#look(group, reason);
      settle(group, "refused");
      if (failure === "io" || failure === "damaged") this.#abandon();
      return reason;
    }
  }

  /** Writes the write-ahead log into the file and closes it. */
  close(): void {
    this.#db?.close();
    this.#db = undefined;
  }

  /**
   * The connection. After an error of unknown outcome it is opened anew, and what the write-ahead log holds is made part of
   * the file before anybody sees it, since what was not synced could still be lost.
   *
   * @throws CHANGELOG_UNAVAILABLE
   */
  database(): Database {
    if (this.#db !== undefined) return this.#db;
    let db: Database | undefined;
    try {
      db = openLogFile(this.#path);
      this.#use(db);
      return db;
    } catch (error) {
      closeQuietly(db);
      this.#db = undefined;
      throw unavailable(this.#path, `${messageOf(error)}; appends are taken again when the file can be written`, error);
    }
  }

  /** Offset that the next record of a part gets. */
  endOffset(part: Part): number {
    part.endOffset ??= this.#end(part).endOffset;
    return part.endOffset;
  }

  allParts(): Part[] {
    return [...this.#parts.values()];
  }

  /** The offset from `from` on at which records stop being older than a time: timestamps do not go back within a part. */
  agedEnd(part: Part, from: number, time: number): number {
    const { next } = this.#statementsOf(part);
    const end = this.endOffset(part);
    let low = from;
    let high = end;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const found = next.get(middle);
      const row = found === undefined ? undefined : blockRow(found);
      const isAged = row !== undefined && row.base < high && firstTimestamp(row) < time;
      if (isAged) low = row.base + 1;
      else high = middle;
    }
    const first = next.get(low);
    return first === undefined ? end : blockRow(first).base;
  }

  /**
   * Runs transactions that may be lost in a power failure, and with them none of those before. The next synced one makes
   * them durable too.
   */
  unsynced(run: () => void): void {
    const db = this.database();
    db.pragma("synchronous = NORMAL");
    try {
      run();
    } finally {
      // After an error it may be another connection.
      if (this.#db === db) db.pragma("synchronous = FULL");
    }
  }

  /** Runs a function in a transaction; an error undoes it. @throws CHANGELOG_UNAVAILABLE for errors of SQLite. */
  transaction<T>(run: () => T): T {
    const db = this.database();
    try {
      db.exec("begin immediate");
      const result = run();
      db.exec("commit");
      return result;
    } catch (error) {
      if (!rollback(db) || failureOf(error) === "io") this.#abandon();
      if (failureOf(error) === "other") throw error;
      throw unavailable(this.#path, messageOf(error), error);
    }
  }

  #insert(group: GroupReader, ends: Map<Part, number>): void {
    for (const append of group.each()) {
      if (!this.#mayAppend(group, append)) {
        group.setOutcome(append, "fenced");
        continue;
      }
      for (const block of group.blocksOf(append)) {
        const part = this.#partOf(group.partAt(block));
        const base = this.endOffset(part);
        if (!ends.has(part)) ends.set(part, base);
        this.#statementsOf(part).insert.run(base, group.bodyAt(block));
        group.setBase(block, base);
        part.endOffset = base + group.recordsAt(block);
      }
    }
  }

  #mayAppend(group: GroupReader, append: number): boolean {
    const log = group.logAt(append);
    for (const block of group.blocksOf(append)) if (this.#partOf(group.partAt(block)).owner !== log) return false;
    return true;
  }

  /** After a commit that failed half-way: opens the file again and looks whether the group is in it. */
  #look(group: GroupReader, reason: string): string | undefined {
    this.#abandon();
    try {
      this.database();
      const isThere = this.#holds(group);
      settle(group, isThere ? "acknowledged" : "refused");
      return isThere ? undefined : reason;
    } catch {
      settle(group, "unknown");
      return reason;
    }
  }

  /** Whether the first block of a group that was to be written is there: all of them are, or none. */
  #holds(group: GroupReader): boolean {
    for (const append of group.each()) {
      if (group.outcomeAt(append) !== "acknowledged") continue;
      for (const block of group.blocksOf(append)) {
        const body = this.#statementsOf(this.#partOf(group.partAt(block))).first.get(group.baseAt(block));
        return Buffer.isBuffer(body) && body.equals(group.bodyAt(block));
      }
    }
    return false;
  }

  #abandon(): void {
    closeQuietly(this.#db);
    this.#db = undefined;
    this.#statements.clear();
  }

  #use(db: Database): void {
    this.#db = db;
    this.#begin = db.prepare("begin immediate");
    this.#commit = db.prepare("commit");
    this.#statements.clear();
    this.#loadParts(db);
    for (const part of this.#parts.values()) part.endOffset = undefined;
  }

  #loadParts(db: Database): void {
    const rows = db.prepare<[], { id: number; topic: string; partition: number }>(
      "select parts.id, topics.name as topic, partition from parts join topics on topics.id = parts.topic",
    );
    for (const row of rows.all()) {
      if (this.#parts.has(row.id)) continue;
      const part: Part = { ...row, endOffset: undefined, owner: undefined, epoch: 0 };
      this.#parts.set(part.id, part);
      this.#byName.set(`${part.topic}/${part.partition}`, part);
    }
  }

  /** The end of a part as the file holds it: where its last block ends, or further on where compaction has removed more. */
  #end(part: Part): { readonly endOffset: number; readonly timestamp: number } {
    const { end, last } = this.#statementsOf(part);
    const kept = end.get(part.id);
    let endOffset = typeof kept === "number" ? kept : 0;
    let timestamp = 0;
    const row = last.get();
    if (row !== undefined) {
      const { base, body } = blockRow(row);
      const cursor = new BlockCursor(body, base);
      while (cursor.next()) {
        endOffset = Math.max(endOffset, cursor.offset + 1);
        timestamp = cursor.head.timestamp;
      }
    }
    return { endOffset, timestamp };
  }

  #part(topic: string, partition: number): Part {
    const part = this.#byName.get(`${topic}/${partition}`);
    if (part === undefined) throw topicUnknown(topic, partition);
    return part;
  }

  #partOf(id: number): Part {
    const part = this.#parts.get(id);
    assert(part !== undefined, `part ${id} is one of the file`);
    return part;
  }

  #statementsOf(part: Part): Statements {
    const known = this.#statements.get(part.id);
    if (known !== undefined) return known;
    const db = this.database();
    const table = `log_${part.id}`;
    const statements: Statements = {
      insert: db.prepare(`insert into ${table} (base, body) values (?, ?)`),
      floor: db.prepare(`select max(base) from ${table} where base <= ?`).pluck(),
      from: db.prepare(`select base, body from ${table} where base >= ? order by base limit ?`).raw(),
      first: db.prepare(`select body from ${table} where base = ?`).pluck(),
      last: db.prepare(`select base, body from ${table} order by base desc limit 1`).raw(),
      next: db.prepare(`select base, body from ${table} where base >= ? order by base limit 1`).raw(),
      end: db.prepare("select end_offset from parts where id = ?").pluck(),
    };
    this.#statements.set(part.id, statements);
    return statements;
  }
}

function firstTimestamp(row: BlockRow): number {
  const cursor = new BlockCursor(row.body, row.base);
  return cursor.next() ? cursor.head.timestamp : 0;
}

/** Gives what was to be written its outcome; fenced appends keep theirs. */
function settle(group: GroupReader, outcome: OutcomeName): void {
  for (const append of group.each()) if (group.outcomeAt(append) !== "fenced") group.setOutcome(append, outcome);
}

/** Whether no transaction is open any more. */
function rollback(db: Database): boolean {
  try {
    if (db.inTransaction) db.exec("rollback");
    return true;
  } catch {
    return false;
  }
}

function closeQuietly(db: Database | undefined): void {
  try {
    db?.close();
  } catch {
    // What it could not write is looked for when the file is opened again.
  }
}
