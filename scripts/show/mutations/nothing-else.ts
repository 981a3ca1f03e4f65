/** After all mutants: no row stands that nobody was told to have written, and every row is still a value of its type. */
import { Pool } from "undici";
import type { Report } from "../report.js";
import { ask } from "./problems.js";

/** @param written keys of samples; the other keyspaces were given nothing that they take */
export async function checkNothingElse(report: Report, url: string, written: ReadonlySet<string>): Promise<void> {
  const pool = new Pool(url, { connections: 1 });
  for (const path of ["/samples", "/places", "/numbers"]) {
    const answer = await ask(pool, { method: "GET", path, headers: { accept: "application/x-ndjson" } });
    const lines = answer.text.trim().split("\n");
    const rows = lines.map((line): { readonly key?: unknown; readonly error?: unknown } => JSON.parse(line));
    report.check(
      "the list comes to its end",
      lines.at(-1)?.startsWith('{"end":true') === true,
      () => `${lines.at(-1)}`,
    );
    for (const row of rows.slice(0, -1)) {
      const isKnown = path === "/samples" && typeof row.key === "string" && written.has(row.key);
      const what = (): string => `${path}: ${JSON.stringify(row).slice(0, 300)}`;
      report.check("no row stands that nobody was told to have written", isKnown && row.error === undefined, what);
      report.count("rows that stand in the end");
    }
  }
  await pool.close();
}
