/**
 * The one place that loads better-sqlite3.
 *
 * This folder holds what embedded adapters share: SQLite, its errors and threads, and small files that are replaced whole.
 * It knows no port and no table.
 */
import { createRequire } from "node:module";
import type BetterSqlite3 from "better-sqlite3";
import { AffinityError } from "../core/errors.js";

/** A connection. */
export type Database = BetterSqlite3.Database;
/** A prepared statement whose parameters are given by position. */
export type Statement = BetterSqlite3.Statement<unknown[], unknown>;

const packageName = "better-sqlite3";

/**
 * The packages that may be there, the better first. Version 12, compiled against the headers of Node.js 24.19 or later, aborts
 * the process when a statement is collected (nodejs/node#65446). Version 13 uses Node-API instead, and needs Node.js 22: npm
 * leaves it out before.
 */
const candidates =
  Number(process.versions.node.split(".")[0]) >= 22 ? ["better-sqlite3-13", packageName] : [packageName];

// better-sqlite3 is CommonJS and an optional dependency: a front end installs without it.
let loaded: typeof BetterSqlite3 | undefined;

/**
 * Opens a SQLite file, creating it where it is missing.
 *
 * @param options `timeout`: how long to wait for another connection's lock, ms. Default 0.
 *
 * @throws SQLITE_MISSING when the package better-sqlite3 is not installed; else the SqliteError of the package.
 */
export function openDatabase(path: string, options: { readonly timeout?: number } = {}): Database {
  loaded ??= loadConstructor();
  return new loaded(path, { timeout: 0, ...options });
}

/** @throws SQLITE_MISSING when the package better-sqlite3 is not installed or cannot be loaded here. */
export function requireSqlite(): void {
  loaded ??= loadConstructor();
}

function loadConstructor(): typeof BetterSqlite3 {
  const require = createRequire(import.meta.url);
  let cause: unknown;
  for (const candidate of candidates) {
    try {
      const found: typeof BetterSqlite3 = require(candidate);
      // The package loads its native part only when the first connection is opened.
      new found(":memory:").close();
      return found;
    } catch (error) {
      cause = error;
    }
  }
  throw new AffinityError(
    "SQLITE_MISSING",
    `${packageName}: the package is not installed or was built for another Node.js; embedded storage needs it; ` +
      `run \`npm install ${packageName}\`, or \`npm rebuild ${packageName}\` after a change of Node.js`,
    { cause },
  );
}
