/** Former place of `disk/sqlite.ts`, for modules that still import it from here. */
export { openDatabase, requireSqlite } from "../disk/sqlite.js";
