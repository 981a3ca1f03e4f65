/** The parts of the embedded changelog: one topic's log of one partition each, with its table and its end. */
import { assert } from "../core/errors.js";
import type { Statement } from "../disk/sqlite.js";
import { BlockCursor, type BlockRow, blockRow } from "./block.js";
import type { LogConnection } from "./log-connection.js";
import { topicPartitionName, topicUnknown } from "./topics.js";

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

/** Statements on a part's table. */
export interface PartStatements {
  /** base, body */
  readonly insert: Statement;
  /** The body of the block at a base. */
  readonly body: Statement;
  /** The base of the last block that begins at an offset or before. */
  readonly floor: Statement;
  /** Blocks that begin at an offset or after. */
  readonly from: Statement;
  readonly last: Statement;
}

/** See the head of the file. */
export class Parts {
  readonly #connection: LogConnection;
  #generation = 0;
  readonly #byId = new Map<number, Part>();
  readonly #byName = new Map<string, Part>();
  readonly #statements = new Map<number, PartStatements>();

  constructor(connection: LogConnection) {
    this.#connection = connection;
  }

  /** Finds parts that were made since. */
  load(): void {
    const rows = this.#connection
      .database()
      .prepare<[], { id: number; topic: string; partition: number }>(
        "select parts.id, topics.name as topic, partition from parts join topics on topics.id = parts.topic",
      );
    for (const row of rows.all()) {
      if (this.#byId.has(row.id)) continue;
      const part: Part = { ...row, endOffset: undefined, owner: undefined, epoch: 0 };
      this.#byId.set(part.id, part);
      this.#byName.set(topicPartitionName(part.topic, part.partition), part);
    }
  }

  all(): Part[] {
    return [...this.#byId.values()];
  }

  /** @throws CONFIG_INVALID when nobody made it. */
  named(topic: string, partition: number): Part {
    const part = this.#byName.get(topicPartitionName(topic, partition));
    if (part === undefined) throw topicUnknown(topic, partition);
    return part;
  }

  of(id: number): Part {
    const part = this.#byId.get(id);
    assert(part !== undefined, `part ${id} is one of the file`);
    return part;
  }

  /** Offset that the next record of a part gets. */
  endOffset(part: Part): number {
    // Also forgets ends that were learnt from a file that was closed since.
    this.statementsOf(part);
    part.endOffset ??= this.end(part).endOffset;
    return part.endOffset;
  }

  /** The end of a part as the file holds it: where its last block ends, or further on where compaction has removed more. */
  end(part: Part): { readonly endOffset: number; readonly timestamp: number } {
    const kept = this.#connection.database().prepare("select end_offset from parts where id = ?").pluck().get(part.id);
    let endOffset = typeof kept === "number" ? kept : 0;
    let timestamp = 0;
    const row = this.statementsOf(part).last.get();
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

  /** The offset from `from` on at which records stop being older than a time: timestamps do not go back within a part. */
  agedEnd(part: Part, from: number, time: number): number {
    const { from: next } = this.statementsOf(part);
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

  statementsOf(part: Part): PartStatements {
    const db = this.#connection.database();
    if (this.#generation !== this.#connection.generation) {
      this.#generation = this.#connection.generation;
      this.#statements.clear();
      for (const known of this.#byId.values()) known.endOffset = undefined;
    }
    const known = this.#statements.get(part.id);
    if (known !== undefined) return known;
    const table = `log_${part.id}`;
    const statements: PartStatements = {
      insert: db.prepare(`insert into ${table} (base, body) values (?, ?)`),
      body: db.prepare(`select body from ${table} where base = ?`).pluck(),
      floor: db.prepare(`select max(base) from ${table} where base <= ?`).pluck(),
      from: db.prepare(`select base, body from ${table} where base >= ? order by base`).raw(),
      last: db.prepare(`select base, body from ${table} order by base desc limit 1`).raw(),
    };
    this.#statements.set(part.id, statements);
    return statements;
  }
}

function firstTimestamp(row: BlockRow): number {
  const cursor = new BlockCursor(row.body, row.base);
  return cursor.next() ? cursor.head.timestamp : 0;
}
