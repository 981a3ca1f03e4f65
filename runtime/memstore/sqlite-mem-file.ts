/**
 * The file of the embedded memstore: its tables, its opening, its format.
 *
 *   partitions   id, keyspace, partition, checkpoint, answers (their number)
 *   stores       id, partition, name
 *   rows         store, key, row (see `row-bytes.ts`)
 *   answers      partition, key, time, answer
 *   garbage      stores and partitions that were cleared and whose content is still to be deleted
 *
 * Ids are never used twice, so that clearing is giving a new one.
 */
import { AffinityError } from "../core/errors.js";
import { type Database, openDatabase } from "../disk/sqlite.js";
import { openFailure } from "../disk/sqlite-failure.js";

/** `user_version` of the file. */
export const formatVersion = 1;
/** "AFms": what makes a SQLite file a memstore. */
const applicationId = 0x41466d73;

/** Pages of 4 kB in the write-ahead log before it is copied into the file. */
const defaultWalPages = 4_000;
const walLimitBytes = 32 * 1024 * 1024;

const tables = `
  create table partitions (
    id integer primary key autoincrement,
    keyspace text not null,
    partition integer not null,
    checkpoint text,
    answers integer not null default 0,
    unique (keyspace, partition)
  );
  create table stores (
    id integer primary key autoincrement,
    partition integer not null,
    name text not null,
    unique (partition, name)
  );
  create table rows (
    store integer not null,
    key blob not null,
    row blob not null,
    primary key (store, key)
  ) without rowid;
  create table answers (
    partition integer not null,
    key text not null,
    time integer not null,
    answer blob not null,
    primary key (partition, key)
  ) without rowid;
  create index answers_time on answers (partition, time);
  create table garbage (store integer, partition integer);
`;

const cure = "remove it: it is built anew from the changelog at the next start";

/**
 * Opens or creates the file for writing.
 *
 * @throws DATA_FORMAT_NEWER, DATA_DIR_LOCKED, DATA_DIR_UNUSABLE, SQLITE_MISSING; nothing is written before these are ruled
 * out.
 */
export function openMemFile(path: string, walPages: number = defaultWalPages): Database {
  return opened(path, {}, (db) => {
    const version = integer(db, "user_version");
    if (version > formatVersion) throw newer(path, version);
    if (version === 0) {
      if (db.prepare("select 1 from sqlite_schema limit 1").get() !== undefined) throw foreign(path);
      db.pragma("auto_vacuum = INCREMENTAL");
    } else if (integer(db, "application_id") !== applicationId) throw foreign(path);
    db.pragma("journal_mode = WAL");
    // The changelog is the recovery: what a power failure takes is applied again.
    db.pragma("synchronous = NORMAL");
    // A statement that puts many rows notes what it would take back.
    db.pragma("temp_store = MEMORY");
    db.pragma(`wal_autocheckpoint = ${walPages}`);
    db.pragma(`journal_size_limit = ${walLimitBytes}`);
    if (version > 0) return;
    db.exec(`
      begin immediate;
      ${tables}
      pragma application_id = ${applicationId};
      pragma user_version = ${formatVersion};
      commit;
    `);
  });
}

/** Time that a reader waits while the write-ahead log is set up, ms. */
const readerWaitMs = 1_000;

/** Opens the file, which has a writer already, for reading. */
export function openMemReader(path: string, cacheBytes: number): Database {
  return opened(path, { timeout: readerWaitMs }, (db) => {
    db.pragma("query_only = ON");
    db.pragma(`cache_size = -${Math.ceil(cacheBytes / 1024)}`);
  });
}

function opened(path: string, options: { readonly timeout?: number }, prepare: (db: Database) => void): Database {
  let db: Database | undefined;
  try {
    db = openDatabase(path, options);
    prepare(db);
    return db;
  } catch (error) {
    db?.close();
    throw openFailure(path, error, cure);
  }
}

function integer(db: Database, pragma: string): number {
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
    `${path}: it is a SQLite database, but no memstore; it is left untouched; choose another \`dataDir\`, or move it away`,
  );
}
