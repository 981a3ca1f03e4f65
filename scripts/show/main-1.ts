/** Line 1: a fresh clone on a bare machine. Not for continuous integration: it installs and compiles from nothing. */
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repository } from "../../test/support/project.js";
import { isAsShown, tourCommands } from "../../test/support/tour.js";
import { barePath } from "./fresh/bare-path.js";
import { family, isAlive, openTerminal, type Terminal } from "./fresh/terminal.js";
import { Report, showOptions } from "./report.js";

const report = new Report("main.1", "a fresh clone: two commands", showOptions());
const work = realpathSync(mkdtempSync(join(tmpdir(), "affinity-fresh-")));
const clone = join(work, "affinity");
const url = "http://127.0.0.1:8080";
const ready = /is ready in/;
const coldMs = 300_000;
const warmMs = 5000;
const stopMs = 5000;

try {
  if (await isAnswered()) {
    report.fail("port 8080 is free", `something listens at ${url}, where the README says that the bank is; stop it`);
  } else {
    run("git", ["clone", "--quiet", repository, clone], work, process.env);
    const env = bareEnvironment();
    await cold(env);
    await again(env);
    test(env);
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
report.finish();

/** Whether a stranger has the port. */
async function isAnswered(): Promise<boolean> {
  const socket = connect(Number(new URL(url).port), new URL(url).hostname);
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** Nothing of this session: no packages, no corpus beside the clone, no settings of npm but where packages come from. */
function bareEnvironment(): NodeJS.ProcessEnv {
  const { HOME, LANG, TMPDIR, USER } = process.env;
  const kept = Object.entries(process.env).filter(([name]) =>
    /^(npm_config_|NPM_CONFIG_|https?_proxy|no_proxy|NODE_EXTRA_CA_CERTS|SSL_CERT)/i.test(name),
  );
  const own = Object.fromEntries(kept.filter(([name]) => !/prefix|local_prefix|package_json/i.test(name)));
  return { ...own, HOME, LANG, TMPDIR, USER, TERM: "xterm", PATH: barePath(join(work, "bin")) };
}

function run(command: string, parameters: readonly string[], folder: string, env: NodeJS.ProcessEnv): string {
  const result = spawnSync(command, parameters, { cwd: folder, env, encoding: "utf8", maxBuffer: 1 << 28 });
  return `${result.stdout}${result.stderr}`;
}

async function started(env: NodeJS.ProcessEnv, limitMs: number, kind: string): Promise<Terminal> {
  const terminal = openTerminal(["npm", "start"], clone, env);
  const seconds = await terminal.shows(ready, 2 * coldMs);
  report.say(`npm start, ${kind}: ready after ${seconds?.toFixed(1)} s`);
  report.check(
    `npm start is ready within ${limitMs / 1000} s, ${kind}`,
    seconds !== undefined && seconds <= limitMs / 1000,
    () => `${seconds} s; ${terminal.output().slice(-2000)}`,
  );
  // What comes behind the ready line: rows at the first start.
  await terminal.shows(/Try it:/, 10_000);
  report.count(`npm start, ${kind}`);
  return terminal;
}

async function stopped(terminal: Terminal): Promise<void> {
  const members = family(terminal.pid);
  report.say(`one Ctrl-C to ${members.length} processes`);
  const seconds = await terminal.interrupt(3 * stopMs);
  report.check(
    "one Ctrl-C ends it within 5 s",
    seconds !== undefined && seconds <= stopMs / 1000,
    () => `${seconds} s: ${terminal.output().slice(-500)}`,
  );
  const left = members.filter(isAlive);
  report.check("no process is left", left.length === 0, () => left.join(", "));
  report.count("Ctrl-C in a pseudo-terminal");
  terminal.kill();
}

async function balances(): Promise<string> {
  return (await fetch(`${url}/accounts?limit=1000`)).text();
}

async function cold(env: NodeJS.ProcessEnv): Promise<void> {
  const terminal = await started(env, coldMs, "cold");
  const tour = tourCommands(readFileSync(join(clone, "README.md"), "utf8"));
  let folder = clone;
  for (const { command, expected } of tour) {
    const output = run("bash", ["-c", command], folder, env);
    const [, target] = /^cd (\S+)$/.exec(command) ?? [];
    if (target !== undefined) folder = join(folder, target);
    report.check(
      "a line of the README gives what the README says",
      isAsShown(output, expected),
      () => `$ ${command}\n${output}\ninstead of\n${expected}`,
    );
    report.count("lines of the README run");
  }
  const before = await balances();
  await stopped(terminal);
  const next = await started(env, warmMs, "second time");
  const after = await balances();
  report.check(
    "the next start has the same balances",
    after === before && before.includes('"balance"'),
    () => `${before} became ${after}`,
  );
  report.count("answers compared across the restart");
  await stopped(next);
}

/** kill -9 in place of the Ctrl-C. */
async function again(env: NodeJS.ProcessEnv): Promise<void> {
  const terminal = await started(env, warmMs, "third time");
  await fetch(`${url}/accounts/a-1/deposit`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: '{ "amount": 77 }',
  });
  const before = await balances();
  for (const pid of [...family(terminal.pid)].reverse()) process.kill(pid, "SIGKILL");
  const next = await started(env, warmMs, "after kill -9");
  const after = await balances();
  report.check(
    "after kill -9 the next start has the same balances",
    after === before,
    () => `${before} became ${after}`,
  );
  await stopped(next);
}

function test(env: NodeJS.ProcessEnv): void {
  const output = run("npm", ["test"], clone, env);
  const counts = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?/m.exec(output);
  report.check("npm test passes", counts !== null && counts[2] === "0", () => output.slice(-4000));
  report.count("tests passed in the clone", Number(counts?.[1] ?? 0));
  report.count("tests skipped by name there", Number(counts?.[3] ?? 0));
}
