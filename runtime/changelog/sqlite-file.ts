/**
 * The file of the embedded changelog: its tables, its opening, its format. Runs in the writer thread.
 *
 *   topics    id, name, partitions, incarnation, history_ms, tombstone_ms
 *   parts     id, topic, partition, end_offset, clean_end, clean_records, drop_end, drop_time: one topic's log of one partition
 *   log_<id>  base, body: the blocks of part <id>, see `block.ts`
 *
 * A table a part, because appending at the end of a table fills its pages, and appending in the middle leaves them half
 * empty. `end_offset` of a part is what compaction last knew; the last block may reach further.
 */
import { AffinityError } from "../core/errors.js";
import { type Database, openDatabase } from "../disk/sqlite.js";
import { openFailure } from "../disk/sqlite-failure.js";

/** `user_version` of the file. */
export const formatVersion = 2;
/** "AFlg": what makes a SQLite file a changelog. */
const applicationId = 0x41466c67;

/** What is left of the write-ahead log after it was copied. */
const walLimitBytes = 16 * 1024 * 1024;
const cacheKb = 16 * 1024;

const tables = `
  create table topics (
    id integer primary key,
    name text not null unique,
    partitions integer not null,
    incarnation text not null,
    history_ms integer not null,
    tombstone_ms integer not null
  );
  create table parts (
    id integer primary key,
    topic integer not null references topics (id),
    partition integer not null,
    end_offset integer not null default 0,
    clean_end integer not null default 0,
    clean_records integer not null default 0,
    drop_end integer not null default 0,
    drop_time integer,
    unique (topic, partition)
  );
`;

/** What format 1 knew of tombstones says nothing of readers; the next round begins to count anew. */
const fromFirstFormat = `
  begin immediate;
  alter table parts drop column tombstone_time;
  alter table parts add column drop_end integer not null default 0;
  alter table parts add column drop_time integer;
  pragma user_version = ${formatVersion};
  commit;
`;

const cure = "restore it from a backup, or move it away to start with empty data";

/**
 * Opens or creates the file and holds it against other processes.
 *
 * @throws DATA_FORMAT_NEWER, DATA_DIR_LOCKED, DATA_DIR_UNUSABLE, SQLITE_MISSING; nothing is written before these are ruled
 * out.
 */
export function openLogFile(path: string): Database {
  let db: Database | undefined;
  try {
    db = openDatabase(path);
    prepare(path, db);
    return db;
  } catch (error) {
    db?.close();
    throw openFailure(path, error, cure);
  }
}

function prepare(path: string, db: Database): void {
  db.pragma("locking_mode = EXCLUSIVE");
  const version = integer(db, "user_version");
  if (version > formatVersion) throw newer(path, version);
  if (version === 0) {
    if (db.prepare("select 1 from sqlite_schema limit 1").get() !== undefined) throw foreign(path);
    db.pragma("auto_vacuum = INCREMENTAL");
  } else if (integer(db, "application_id") !== applicationId) throw foreign(path);
  db.pragma("journal_mode = WAL");
  db.pragma("synchronous = FULL");
  // SQLite's own checkpoints swallow their errors, and a sync that failed once must not be forgotten: see `log-connection.ts`.
  db.pragma("wal_autocheckpoint = 0");
  db.pragma(`journal_size_limit = ${walLimitBytes}`);
  db.pragma(`cache_size = -${cacheKb}`);
  if (version > 0) {
    settleWal(path, db);
    if (version === 1) db.exec(fromFirstFormat);
    return;
  }
  db.exec(`
    begin immediate;
    ${tables}
    pragma application_id = ${applicationId};
    pragma user_version = ${formatVersion};
    commit;
  `);
}

/**
 * Makes what the write-ahead log holds part of the file before anybody sees it: after a crash, or a commit whose sync failed,
 * it may hold a transaction that was not synced and could still be lost.
 */
function settleWal(path: string, db: Database): void {
  const result: unknown = db.pragma("wal_checkpoint(TRUNCATE)", { simple: true });
  if (result !== 0) throw new Error(`${path}: the write-ahead log cannot be written into the file`);
}

/** An integer that a pragma answers. */
export function integer(db: Database, pragma: string): number {
  const value = db.pragma(pragma, { simple: true });
  return typeof value === "number" ? value : 0;
}

function newer(path: string, version: number): AffinityError {
  return new AffinityError(
    "DATA_FORMAT_NEWER",
    `${path}: it has format ${version}, this version reads up to ${formatVersion}; it is left untouched; start the ` +
      "version that wrote it, or a later one",
  );
}

function foreign(path: string): AffinityError {
  return new AffinityError(
    "DATA_DIR_UNUSABLE",
    `${path}: it is a SQLite database, but no changelog; it is left untouched; choose another \`dataDir\`, or move it away`,
  );
}
