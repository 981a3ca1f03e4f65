/**
 * The data folder: exists, can be written, has a format that this version reads, and belongs to one process. All of it is
 * found out before any adapter writes.
 *
 *   format.json   { "format": 1 }
 *   lock          an empty SQLite database, held by an exclusive lock that ends with the process however it ends
 *   owner.json    { "pid": … } of the last process that held the lock, for the message to the second one
 */
import { mkdir, realpath, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { AffinityError, isAffinityError, messageOf } from "../core/errors.js";
import { readIfThere, replaceFile, syncFolder } from "../disk/atomic-file.js";
import { type Database, openDatabase } from "../disk/sqlite.js";
import { failureOf } from "../disk/sqlite-failure.js";

/** The folder's format; each file in it has a format of its own beside. */
export const dataFormat = 1;

/** A data folder that this process holds. */
export interface DataDir {
  /** Its real path. */
  readonly path: string;
  /** Gives it back. Idempotent. */
  close(): Promise<void>;
}

/**
 * Creates the folder where it is missing and takes it for this process.
 *
 * @throws DATA_DIR_UNUSABLE when it cannot be made, read or written, DATA_DIR_LOCKED when another process (or another part
 * of this one) holds it, DATA_FORMAT_NEWER when a later version wrote it, SQLITE_MISSING. In each case nothing in it has
 * changed.
 */
export async function openDataDir(dataDir: string): Promise<DataDir> {
  const path = await createdFolder(dataDir);
  await checkFormat(path);
  const lock = await takeLock(path);
  try {
    await checkFormat(path);
    await writeMarks(path);
  } catch (error) {
    lock.close();
    throw unusable(path, error);
  }
  return new HeldDataDir(path, lock);
}

class HeldDataDir implements DataDir {
  readonly path: string;
  #lock: Database | undefined;

  constructor(path: string, lock: Database) {
    this.path = path;
    this.#lock = lock;
  }

  async close(): Promise<void> {
    const lock = this.#lock;
    if (lock === undefined) return;
    this.#lock = undefined;
    await rm(join(this.path, "owner.json"), { force: true }).catch(() => undefined);
    lock.close();
  }
}

async function createdFolder(dataDir: string): Promise<string> {
  try {
    await makeFolder(resolve(dataDir));
    return await realpath(dataDir);
  } catch (error) {
    throw unusable(dataDir, error);
  }
}

/**
 * Makes a folder and those above it, their names as durable as what will be acknowledged in them. `mkdir` with `recursive`
 * neither syncs nor ends where the system refuses a folder with ENOENT, as in /proc.
 */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "EEXIST" && (await stat(path)).isDirectory()) return;
    if (code !== "ENOENT" || dirname(path) === path) throw error;
    await makeFolder(dirname(path));
    await mkdir(path);
  }
  await syncFolder(dirname(path));
}

async function checkFormat(path: string): Promise<void> {
  const file = join(path, "format.json");
  let format: unknown;
  try {
    const text = await readIfThere(file);
    if (text === undefined) return;
    const content: unknown = JSON.parse(text);
    format = typeof content === "object" && content !== null ? Reflect.get(content, "format") : undefined;
  } catch (error) {
    throw unusable(path, error);
  }
  if (typeof format !== "number")
    throw unusable(path, new Error(`${file} names no format, so this may be no data folder of affinity`));
  if (format > dataFormat)
    throw new AffinityError(
      "DATA_FORMAT_NEWER",
      `${path}: the data folder has format ${format}, this version reads up to ${dataFormat}; it is left untouched; start ` +
        "the version that wrote it, or a later one",
    );
}

async function takeLock(path: string): Promise<Database> {
  let lock: Database | undefined;
  try {
    lock = openDatabase(join(path, "lock"));
    // Never written, so the lock file stays empty; the lock is the operating system's and ends with the process.
    lock.exec("begin exclusive");
    return lock;
  } catch (error) {
    lock?.close();
    if (failureOf(error) === "locked") throw await locked(path);
    throw unusable(path, error);
  }
}

async function writeMarks(path: string): Promise<void> {
  // Also finds out whether the folder can be written.
  await writeFile(join(path, "owner.json"), `${JSON.stringify({ pid: process.pid })}\n`);
  const format = join(path, "format.json");
  if ((await readIfThere(format)) !== undefined) return;
  await replaceFile(format, `${JSON.stringify({ "x-generated-by": "affinity", format: dataFormat })}\n`);
}

async function locked(path: string): Promise<AffinityError> {
  const owner = await readIfThere(join(path, "owner.json")).catch(() => undefined);
  const pid = owner === undefined ? undefined : /"pid":\s*(\d+)/.exec(owner)?.[1];
  const who = pid === undefined ? "another process" : `another process (${pid})`;
  return new AffinityError(
    "DATA_DIR_LOCKED",
    `${path}: ${who} uses the data folder; one process may; stop it, or choose another \`dataDir\``,
  );
}

function unusable(path: string, error: unknown): Error {
  if (isAffinityError(error)) return error;
  return new AffinityError(
    "DATA_DIR_UNUSABLE",
    `${path}: ${messageOf(error)}; the data folder must be a folder that this process may read and write; correct its ` +
      "owner or mode, free space, or choose another `dataDir`",
    { cause: error },
  );
}
