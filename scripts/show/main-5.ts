/** Line 5: docs/performance.md has every row of the table, with its figure; what misses its goal has its reason. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "../../test/support/project.js";
import { Report, showOptions } from "./report.js";

const report = new Report("main.5", "the table of docs/performance.md", showOptions());

/** Rows that must be there: words of the measure, and of its goal. */
const wanted: readonly (readonly [measure: RegExp, goal: RegExp])[] = [
  [/codec encode.*bigint/i, /2\.0/],
  [/codec decode.*bigint/i, /1\.5/],
  [/codec encode.*number/i, /1\.2/],
  [/codec decode.*number/i, /1\.0/],
  [/GET against raw/i, /0\.85/],
  [/PUT against raw/i, /0\.7/],
  [/PUT against fastify/i, /1\.2/],
  [/every sync 1 ms slower/i, /10/],
  [/clean restart/i, /1 s/],
  [/memory with/i, /×/],
  [/GET p99/i, /3/],
  [/changelog after/i, /2\.5/],
  [/500 schemas.*cold/i, /3 s/],
  [/500 schemas.*again/i, /1 s/],
  [/client bundle/i, /8 kB/],
];

const text = readFileSync(join(repository, "docs/performance.md"), "utf8");
const rows = text.split("\n").filter((line) => line.startsWith("|"));
for (const [measure, goal] of wanted) {
  const row = rows.find((line) => measure.test(line));
  const cells = row?.split("|").map((cell) => cell.trim()) ?? [];
  report.check("a row of the table", row !== undefined, () => `no row for ${measure}`);
  report.check("its goal is the one that was set", goal.test(cells[2] ?? ""), () => `${row}: not ${goal}`);
  report.check("it has a figure", /^[\d.]+/.test(cells[3] ?? ""), () => `${row}`);
  if (/missed/.test(cells[4] ?? "")) {
    const name = (cells[1] ?? "").replaceAll(/[`*]/g, "");
    const hasReason = text.includes(`### ${name}`);
    report.check(
      "what misses its goal has its profile and reason beside it",
      hasReason,
      () => `no section "### ${name}"`,
    );
    report.count("rows that miss their goal");
  } else report.count("rows that meet their goal");
  if (row !== undefined) console.log(row);
}
report.finish();
