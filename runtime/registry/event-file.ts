/**
 * The file of the embedded registry, `registry.sqlite`: a table with one row an entry. Runs in a thread of its own, and in
 * several processes at once: SQLite's locks end with the process that holds them.
 *
 *   entries   number, events: JSON of the events of one append
 *
 * Opening a file that is there writes nothing, so that a start that is refused leaves it as it was.
 */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, statSync } from "node:fs";
import { AffinityError } from "../core/errors.js";
import { type Database, openDatabase } from "../disk/sqlite.js";
import { failureOf, openFailure } from "../disk/sqlite-failure.js";
import { eventsFrom, eventsText, type RegistryEvent } from "./registry-event.js";
import { eventsOfLines } from "./schema-lines.js";

/** `user_version` of the file. */
const formatVersion = 1;
/** "AFrg": what makes a SQLite file a registry. */
const applicationId = 0x41467267;

/** How long a process waits for another one's append, ms. */
const lockWaitMs = 10_000;
/** Entries, and bytes of them, that one read gives. */
const readEntries = 1_000;
const readBytes = 4 * 1024 * 1024;

const cure = "restore it from a backup: ids of schemas must not change, so nothing is guessed";

/** See the head of the file. */
export class EventFile {
  readonly #path: string;
  readonly #db: Database;
  /** Which file it is, whatever stands at its path later. */
  readonly #inode: number;

  /**
   * Opens or creates the file.
   *
   * @param linesPath What an earlier version kept instead; its registrations become the first entry.
   * @throws DATA_FORMAT_NEWER, DATA_DIR_UNUSABLE, DATA_DIR_LOCKED, SQLITE_MISSING
   */
  constructor(path: string, linesPath: string) {
    this.#path = path;
    let db: Database | undefined;
    try {
      db = openDatabase(path, { timeout: lockWaitMs });
      prepare(path, db);
      this.#db = db;
      this.#inode = statSync(path).ino;
      this.#takeLines(linesPath);
    } catch (error) {
      db?.close();
      throw openFailure(path, error, cure);
    }
  }

  read(from: number): readonly (readonly RegistryEvent[])[] {
    this.#checkThere();
    const rows = this.#db.prepare("select number, events from entries where number >= ? order by number limit ?");
    const found: (readonly RegistryEvent[])[] = [];
    let bytes = 0;
    for (const row of rows.iterate(from, readEntries)) {
      const text = textOf(row);
      const events = eventsFrom(text);
      if (events === undefined) throw this.#unreadable(from + found.length);
      found.push(events);
      bytes += text.length;
      if (bytes >= readBytes) break;
    }
    return found;
  }

  append(at: number, events: readonly RegistryEvent[]): boolean {
    this.#checkThere();
    this.#db.exec("begin immediate");
    try {
      const isFree = this.#length() === at;
      if (isFree) this.#db.prepare("insert into entries (number, events) values (?, ?)").run(at, eventsText(events));
      this.#db.exec("commit");
      return isFree;
    } catch (error) {
      if (this.#db.inTransaction) this.#db.exec("rollback");
      throw error;
    }
  }

  close(): void {
    this.#db.close();
  }

  /** `affinity reset` may have removed the file: what is written into it from then on nobody finds again. */
  #checkThere(): void {
    if (statSync(this.#path, { throwIfNoEntry: false })?.ino === this.#inode) return;
    throw new AffinityError(
      "REGISTRY_UNAVAILABLE",
      `${this.#path}: the file was removed or replaced; start this process again`,
      { applied: "no" },
    );
  }

  #length(): number {
    return Number(this.#db.prepare("select coalesce(max(number) + 1, 0) from entries").pluck().get());
  }

  #takeLines(path: string): void {
    if (!existsSync(path)) return;
    if (this.#length() === 0) {
      const events = eventsOfLines(path, readFileSync(path));
      if (events.length > 0) this.append(0, events);
    }
    renameSync(path, `${path}.taken`);
  }

  #unreadable(number: number): AffinityError {
    return new AffinityError("DATA_DIR_UNUSABLE", `${this.#path}: entry ${number} cannot be understood; ${cure}`);
  }
}

function prepare(path: string, db: Database): void {
  const version = Number(db.pragma("user_version", { simple: true }));
  if (version > formatVersion)
    throw new AffinityError(
      "DATA_FORMAT_NEWER",
      `${path}: it has format ${version}, this version reads up to ${formatVersion}; it is left untouched; start the ` +
        "version that wrote it, or a later one",
    );
  if (isForeign(db, version))
    throw new AffinityError(
      "DATA_DIR_UNUSABLE",
      `${path}: it is a SQLite database, but no registry; it is left untouched; choose another \`dataDir\`, or move it away`,
    );
  journal(db);
  db.pragma("synchronous = FULL");
  if (version === 0)
    db.exec(`
      begin immediate;
      create table if not exists entries (number integer primary key, events text not null);
      pragma application_id = ${applicationId};
      pragma user_version = ${formatVersion};
      commit;
    `);
  else syncLog(db, path);
}

/**
 * What a process that was killed had written and not synced is in the file for the next one that opens it; nobody may be told of
 * it while a power failure could still take it back. The read makes SQLite recover the write-ahead log, and what is read is synced
 * before it is given away. (The write-ahead log alone is opened here: closing a database's file would drop SQLite's locks on it.)
 */
function syncLog(db: Database, path: string): void {
  db.prepare("select 1 from entries limit 1").get();
  const logPath = `${path}-wal`;
  if (!existsSync(logPath)) return;
  const file = openSync(logPath, "r");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function isForeign(db: Database, version: number): boolean {
  if (version > 0) return db.pragma("application_id", { simple: true }) !== applicationId;
  if (db.prepare("select 1 from sqlite_schema limit 1").get() === undefined) return false;
  // Another process may have made the tables since the version was read; it made both at once.
  return Number(db.pragma("user_version", { simple: true })) === 0;
}

// Two processes that create the file at once meet here, and SQLite does not wait by itself then.
function journal(db: Database): void {
  for (let attempt = 0; ; attempt += 1) {
    try {
      db.pragma("journal_mode = WAL");
      return;
    } catch (error) {
      if (failureOf(error) !== "locked" || attempt >= lockWaitMs / 10) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}

function textOf(row: unknown): string {
  return typeof row === "object" && row !== null && "events" in row ? String(row.events) : "";
}
