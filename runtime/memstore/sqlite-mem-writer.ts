/** The embedded memstore as its writer thread sees it. */
import { assert, messageOf } from "../core/errors.js";
import { ByteReader } from "../disk/byte-reader.js";
import type { Database, Statement } from "../disk/sqlite.js";
import { type FlushSteps, replayGroup } from "./flush-group.js";
import type { MemCalls, PartitionName, PartitionState } from "./sqlite-mem-calls.js";
import { openMemFile } from "./sqlite-mem-file.js";

/** Rows that one slice of clearing deletes. */
const garbageRows = 1_000;
/** Free pages that one slice gives back to the file system. */
const vacuumPages = 256;
/** Rows that one statement puts: a call for each costs a quarter more. */
const rowsAtOnce = 25;
const valuesOfRow = 3;

/** See the head of the file. */
export class MemWriter {
  readonly #db: Database;
  readonly #flushing: FlushTransaction;

  /** @throws as `openMemFile`. */
  constructor(path: string, walPages?: number) {
    this.#db = openMemFile(path, walPages);
    this.#flushing = new FlushTransaction(this.#db);
  }

  open({ keyspace, partition, stores }: PartitionName): PartitionState {
    return this.#transaction(() => {
      const db = this.#db;
      db.prepare("insert into partitions (keyspace, partition) values (?, ?) on conflict do nothing").run(
        keyspace,
        partition,
      );
      const found = db
        .prepare<[string, number], { id: number; checkpoint: string | null; answers: number }>(
          "select id, checkpoint, answers from partitions where keyspace = ? and partition = ?",
        )
        .get(keyspace, partition);
      assert(found !== undefined, "a partition that was inserted is there");
      const newest = db.prepare("select max(time) from answers where partition = ?").pluck().get(found.id);
      return {
        partition: found.id,
        stores: stores.map((name) => this.#storeId(found.id, name)),
        checkpoint: found.checkpoint,
        answers: found.answers,
        newestAnswer: typeof newest === "number" ? newest : null,
      };
    });
  }

  /** @returns By partition of the group, how many answers the file has of it. */
  flush({ group }: MemCalls["flush"]["request"]): MemCalls["flush"]["reply"] {
    return this.#transaction(() => this.#flushing.run(Buffer.from(group.buffer, 0, group.length)));
  }

  clear(name: PartitionName): PartitionState {
    this.#transaction(() => {
      const db = this.#db;
      const id = db
        .prepare("select id from partitions where keyspace = ? and partition = ?")
        .pluck()
        .get(name.keyspace, name.partition);
      db.prepare("insert into garbage (store) select id from stores where partition = ?").run(id);
      db.prepare("insert into garbage (partition) values (?)").run(id);
      db.prepare("delete from stores where partition = ?").run(id);
      db.prepare("delete from partitions where id = ?").run(id);
    });
    return this.open(name);
  }

  /** Deletes a slice of what was cleared, or gives a slice of free pages back. @returns Whether there is more. */
  sweep(): boolean {
    const db = this.#db;
    const found = db
      .prepare<[], { rowid: number; store: number | null; partition: number | null }>(
        "select rowid, store, partition from garbage limit 1",
      )
      .get();
    if (found === undefined) {
      if (integerOf(db, "freelist_count") === 0) return false;
      db.pragma(`incremental_vacuum(${vacuumPages})`);
      return integerOf(db, "freelist_count") > 0;
    }
    const [table, column, id] =
      found.store === null
        ? (["answers", "partition", found.partition] as const)
        : (["rows", "store", found.store] as const);
    this.#transaction(() => {
      const deleted = db
        .prepare(
          `delete from ${table} where ${column} = ? and key <= coalesce(
             (select key from ${table} where ${column} = ? order by key limit 1 offset ${garbageRows}),
             (select max(key) from ${table} where ${column} = ?))`,
        )
        .run(id, id, id);
      if (deleted.changes === 0) db.prepare("delete from garbage where rowid = ?").run(found.rowid);
    });
    return true;
  }

  close(): void {
    this.#db.close();
  }

  #storeId(partition: number, name: string): number {
    const db = this.#db;
    db.prepare("insert into stores (partition, name) values (?, ?) on conflict do nothing").run(partition, name);
    const id = db.prepare("select id from stores where partition = ? and name = ?").pluck().get(partition, name);
    assert(typeof id === "number", "a store that was inserted has an id");
    return id;
  }

  #transaction<T>(run: () => T): T {
    const db = this.#db;
    db.exec("begin immediate");
    try {
      const result = run();
      db.exec("commit");
      return result;
    } catch (error) {
      // Better-sqlite3's errors do not cross threads whole.
      if (db.inTransaction) db.exec("rollback");
      throw new Error(messageOf(error), { cause: error });
    }
  }
}

/** The steps of a flush as prepared statements. */
class FlushTransaction implements FlushSteps {
  readonly #putRow: Statement;
  readonly #putRows: Statement;
  readonly #deleteRow: Statement;
  readonly #putAnswer: Statement;
  readonly #removeAnswer: Statement;
  readonly #forgetAnswers: Statement;
  readonly #countAnswers: Statement;
  readonly #setCheckpoint: Statement;
  readonly #answersOf: Statement;
  #counts = new Map<number, number>();
  #answers = 0;
  /** Rows that are to be put together: store, key and row of each. A key is in a group once, so that their order is free. */
  #rows: (number | Uint8Array)[] = [];

  constructor(db: Database) {
    const rows = (count: number): string =>
      `insert or replace into rows (store, key, row) values ${Array(count).fill("(?, ?, ?)").join(", ")}`;
    this.#putRow = db.prepare(rows(1));
    this.#putRows = db.prepare(rows(rowsAtOnce));
    this.#deleteRow = db.prepare("delete from rows where store = ? and key = ?");
    // A group is written twice when the thread ended before it could tell that it had written it.
    this.#putAnswer = db.prepare(
      "insert into answers (partition, key, time, answer) values (?, ?, ?, ?) on conflict do nothing",
    );
    this.#removeAnswer = db.prepare("delete from answers where partition = ? and key = ?");
    this.#forgetAnswers = db.prepare("delete from answers where partition = ? and time < ?");
    this.#countAnswers = db.prepare("update partitions set answers = answers + ? where id = ?");
    this.#setCheckpoint = db.prepare("update partitions set checkpoint = ? where id = ?");
    this.#answersOf = db.prepare("select answers from partitions where id = ?").pluck();
  }

  run(group: Buffer): ReadonlyMap<number, number> {
    this.#counts = new Map();
    // Left over where the group before could not be written.
    this.#answers = 0;
    this.#rows = [];
    replayGroup(new ByteReader(group), this);
    for (let at = 0; at < this.#rows.length; at += valuesOfRow)
      this.#putRow.run(this.#rows.slice(at, at + valuesOfRow));
    return this.#counts;
  }

  removeAnswer(partition: number, key: string): void {
    this.#answers -= this.#removeAnswer.run(partition, key).changes;
  }

  forgetAnswers(partition: number, beforeTime: number): void {
    this.#answers -= this.#forgetAnswers.run(partition, beforeTime).changes;
  }

  putAnswer(
    partition: number,
    answer: { readonly key: string; readonly time: number; readonly answer: Uint8Array },
  ): void {
    this.#answers += this.#putAnswer.run(partition, answer.key, answer.time, answer.answer).changes;
  }

  putRow(store: number, key: Uint8Array, row: Uint8Array): void {
    this.#rows.push(store, key, row);
    if (this.#rows.length < rowsAtOnce * valuesOfRow) return;
    this.#putRows.run(this.#rows);
    this.#rows = [];
  }

  deleteRow(store: number, key: Uint8Array): void {
    this.#deleteRow.run(store, key);
  }

  endPartition(partition: number, checkpoint: string | undefined): void {
    if (checkpoint !== undefined) this.#setCheckpoint.run(checkpoint, partition);
    if (this.#answers !== 0) this.#countAnswers.run(this.#answers, partition);
    this.#answers = 0;
    this.#counts.set(partition, Number(this.#answersOf.get(partition)));
  }
}

function integerOf(db: Database, pragma: string): number {
  const value = db.pragma(pragma, { simple: true });
  return typeof value === "number" ? value : 0;
}
