/** Line avro.5: docs/evolution.md done word for word, in two terminals, beside a copy of a clone. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { missingPrograms, tourOf } from "../../test/support/tour-of.js";
import { Report, showOptions } from "./report.js";

const page = "docs/evolution.md";
const report = new Report("avro.5", `${page}: a schema evolves with data in place`, showOptions());
const missing = await missingPrograms();
const folder = mkdtempSync(join(tmpdir(), "affinity-evolution-"));
let refusals = 0;
try {
  if (missing.length > 0) report.fail("a program is missing", missing.join(", "));
  else
    for await (const { step, output, problem } of tourOf(page, folder)) {
      if (step.kind === "file") {
        report.count("files written as the page shows them");
        continue;
      }
      const typed = step.command === "^C" ? "Ctrl-C" : `$ ${step.command}`;
      report.say(`${page}:${step.line}: ${typed}`);
      const how = { first: "commands whose output was compared", second: "commands in the second terminal" };
      report.count(how[step.terminal]);
      report.check(
        "prints what the page shows",
        problem === undefined,
        () => `${typed}: ${problem}:\n${output}\ninstead of\n${step.expected}`,
      );
      const places = [...output.matchAll(/^\S+:\d+:\d+ - error [A-Z_]+: /gm)];
      for (const [place] of places) report.say(`    refused at ${place}…`);
      refusals += places.length;
    }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
report.count("breaking changes refused with place, rule and cure", refusals);
report.check("breaking changes were refused", refusals >= 5, () => `${refusals} of at least 5`);
report.finish();
