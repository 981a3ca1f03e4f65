/** The writer thread's connection to the file: transactions, what becomes of it after errors, its write-ahead log. */
import { messageOf } from "../core/errors.js";
import type { Database, Statement } from "../disk/sqlite.js";
import { failureOf } from "../disk/sqlite-failure.js";
import { openLogFile } from "./sqlite-file.js";
import { unavailable } from "./topics.js";

/** Bytes written before the write-ahead log is copied into the file: about so large it becomes. */
const walBytes = 8 * 1024 * 1024;

/** See the head of the file. */
export class LogConnection {
  readonly path: string;
  /** Grows each time the file is opened: statements and whatever was learnt before are void. */
  generation = 1;
  /** undefined after an error that leaves it open what the file holds. */
  #db: Database | undefined;
  #begin: Statement | undefined;
  #commit: Statement | undefined;
  /** An estimate of what the write-ahead log holds. */
  #walBytes = 0;

  /** @throws as `openLogFile`. */
  constructor(path: string) {
    this.path = path;
    this.#open();
  }

  /**
   * The connection; opened anew when it was abandoned, which makes the write-ahead log part of the file.
   *
   * @throws CHANGELOG_UNAVAILABLE
   */
  database(): Database {
    if (this.#db !== undefined) return this.#db;
    try {
      this.generation += 1;
      return this.#open();
    } catch (error) {
      throw unavailable(this.path, `${messageOf(error)}; appends are taken again when the file can be written`, error);
    }
  }

  /** Begins a transaction. */
  begin(): void {
    this.database();
    this.#begin?.run();
  }

  /** Commits it. */
  commit(): void {
    this.#commit?.run();
  }

  /** Ends the open transaction without effect. @returns false when nobody knows whether that worked. */
  rollback(): boolean {
    try {
      if (this.#db?.inTransaction === true) this.#db.exec("rollback");
      return true;
    } catch {
      return false;
    }
  }

  /** Closes the file; whoever needs it next opens it and learns what it holds. */
  abandon(): void {
    try {
      this.#db?.close();
    } catch {
      // What it could not write is looked for when the file is opened again.
    }
    this.#db = undefined;
  }

  /** Runs a function in a transaction; an error undoes it. @throws CHANGELOG_UNAVAILABLE for errors of SQLite. */
  transaction<T>(run: (db: Database) => T): T {
    const db = this.database();
    try {
      this.begin();
      const result = run(db);
      this.commit();
      return result;
    } catch (error) {
      const failure = failureOf(error);
      if (!this.rollback() || failure === "io") this.abandon();
      if (failure === "other") throw error;
      throw unavailable(this.path, messageOf(error), error);
    }
  }

  /**
   * Runs a function in a transaction that may be lost in a power failure, and with it none of those before. The next synced
   * one makes it durable too.
   *
   * @param bytes About how much it writes.
   */
  unsynced(run: (db: Database) => void, bytes: number): void {
    const db = this.database();
    this.wrote(bytes);
    try {
      db.pragma("synchronous = NORMAL");
      this.transaction(run);
    } finally {
      // After an error it may be another connection.
      if (this.#db === db) db.pragma("synchronous = FULL");
    }
  }

  /** Counts what a transaction writes, for `tidy`. */
  wrote(bytes: number): void {
    this.#walBytes += bytes;
  }

  /** Copies the write-ahead log into the file when it is long. To be called when nobody waits. @throws as `checkpoint`. */
  tidy(): void {
    // It keeps its size and is written over: a file that does not grow is synced faster.
    if (this.#walBytes >= walBytes) this.checkpoint("PASSIVE");
  }

  /**
   * Copies the write-ahead log into the file.
   *
   * A sync that fails may leave what it should have written unwritten and look clean afterwards: a later sync succeeds and
   * the hole stays. So after any failure the file is opened anew, which writes all of the log again.
   *
   * @param mode TRUNCATE also gives back the space of the write-ahead log.
   * @throws CHANGELOG_UNAVAILABLE
   */
  checkpoint(mode: "PASSIVE" | "TRUNCATE"): void {
    const db = this.database();
    this.#walBytes = 0;
    try {
      db.pragma(`wal_checkpoint(${mode})`);
    } catch (error) {
      this.abandon();
      throw unavailable(this.path, messageOf(error), error);
    }
  }

  /** Writes the write-ahead log into the file and closes it. */
  close(): void {
    this.#db?.close();
    this.#db = undefined;
  }

  #open(): Database {
    const db = openLogFile(this.path);
    this.#begin = db.prepare("begin immediate");
    this.#commit = db.prepare("commit");
    this.#db = db;
    return db;
  }
}
