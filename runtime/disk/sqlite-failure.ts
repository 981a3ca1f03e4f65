/** What an error of SQLite means for who uses the file. */
import { AffinityError, isAffinityError, messageOf } from "../core/errors.js";

/**
 * - `full`: no space; the transaction is not in the file.
 * - `locked`: another process holds the file.
 * - `damaged`: not a database, or a broken one.
 * - `unwritable`: it cannot be opened, or only for reading.
 * - `io`: a read, write or sync failed; after a failed commit nobody knows what is in the file.
 * - `other`: a mistake of ours.
 */
export type SqliteFailure = "full" | "locked" | "damaged" | "unwritable" | "io" | "other";

/** Sorts an error by its SQLite result code. Source: https://www.sqlite.org/rescode.html */
export function failureOf(error: unknown): SqliteFailure {
  const code = codeOf(error);
  if (code.startsWith("SQLITE_FULL")) return "full";
  if (code.startsWith("SQLITE_BUSY") || code.startsWith("SQLITE_LOCKED")) return "locked";
  if (code.startsWith("SQLITE_NOTADB") || code.startsWith("SQLITE_CORRUPT")) return "damaged";
  if (code.startsWith("SQLITE_READONLY") || code.startsWith("SQLITE_CANTOPEN") || code.startsWith("SQLITE_PERM"))
    return "unwritable";
  if (code.startsWith("SQLITE_IOERR")) return "io";
  // better-sqlite3 looks at the folder itself before it opens the file.
  if (error instanceof TypeError && error.message.startsWith("Cannot open database")) return "unwritable";
  return "other";
}

/**
 * The error for a file that cannot be opened.
 *
 * @param damagedCure What to do when the content is broken.
 */
export function openFailure(path: string, error: unknown, damagedCure: string): Error {
  if (isAffinityError(error)) return error;
  switch (failureOf(error)) {
    case "locked":
      return new AffinityError(
        "DATA_DIR_LOCKED",
        `${path}: another process has it open; one process may use a data folder; stop that process, or choose another \`dataDir\``,
        { cause: error },
      );
    case "damaged":
      return new AffinityError("DATA_DIR_UNUSABLE", `${path}: ${messageOf(error)}; ${damagedCure}`, { cause: error });
    case "full":
      return new AffinityError("DATA_DIR_UNUSABLE", `${path}: no space left on the device; free some and start again`, {
        cause: error,
      });
    default:
      return new AffinityError(
        "DATA_DIR_UNUSABLE",
        `${path}: ${messageOf(error)}; the file and its folder must be readable and writable by this process; ` +
          "correct their owner or mode, or choose another `dataDir`",
        { cause: error },
      );
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}
