/**
 * Line 1 of Kafka: the contract suite of the changelog, and the tests of rows, lists and messages over HTTP, on a changelog in
 * memory, in SQLite and on a real broker.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type { ChangelogKind } from "../../test/support/changelog-of-tests.js";
import { repository } from "../../test/support/project.js";
import { Report, showOptions } from "./report.js";

const report = new Report("kafka.1", "one contract and the store tests, on three changelogs", showOptions());
const stores = ["rows", "lists", "messages"].map((name) => `test/integration/http/${name}.test.ts`);

tests("the contract, in memory and in SQLite", ["test/contract/changelog.test.ts"], "memory");
tests("the contract, on Kafka", ["test/contract/changelog-kafka.test.ts"], "kafka");
for (const kind of ["memory", "sqlite", "kafka"] as const) tests(`the stores, on ${kind}`, stores, kind);
report.finish();

function tests(what: string, files: readonly string[], kind: ChangelogKind): void {
  const parameters = [join(repository, "node_modules/vitest/vitest.mjs"), "run", ...files];
  const env = {
    ...process.env,
    NO_COLOR: "1",
    FORCE_COLOR: undefined,
    AFFINITY_TEST_CHANGELOG: kind,
    AFFINITY_REQUIRE_ALL: "1",
  };
  const run = spawnSync(process.execPath, parameters, { cwd: repository, encoding: "utf8", env, maxBuffer: 1 << 28 });
  const counts = /^(\d+) passed, (\d+) failed, (\d+) skipped/m.exec(run.stdout);
  const [, passed = "0", failed = "1", skipped = "0"] = counts ?? [];
  report.count(`tests passed: ${what}`, Number(passed));
  if (Number(skipped) > 0) report.count(`tests that say why they do not apply: ${what}`, Number(skipped));
  const isGood = Number(passed) > 0 && failed === "0";
  report.check(what, isGood, () => `${run.stdout}${run.stderr}`.slice(-4_000));
  report.say(`${what}: ${passed} passed, ${failed} failed, ${skipped} skipped`);
}
