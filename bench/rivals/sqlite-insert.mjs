// better-sqlite3 alone: rows that lie in memory go into a table, in transactions of 10,000.
// argv: file, rows
import Database from "better-sqlite3";

const [file, count] = process.argv.slice(2);
const rows = Array.from({ length: Number(count) }, (_, number) => [
  Buffer.from(`00000r-${number}`),
  Buffer.from(`00000${`row ${number} `.padEnd(101, "abcdefgh")}`),
]);

const database = new Database(file);
database.pragma("journal_mode = WAL");
database.pragma("synchronous = NORMAL");
database.exec("CREATE TABLE rows (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID");
const insert = database.prepare("INSERT OR REPLACE INTO rows VALUES (?, ?)");
const many = database.transaction((from) => {
  for (const row of rows.slice(from, from + 10_000)) insert.run(row);
});
const start = performance.now();
for (let from = 0; from < rows.length; from += 10_000) many(from);
console.log(JSON.stringify({ perSecond: rows.length / ((performance.now() - start) / 1000) }));
