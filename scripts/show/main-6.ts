/** Line 6: faults, each with the answer that names it and its cure, none with a loss. */
import { chmodSync, readdirSync, unlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import Database from "better-sqlite3";
import { canPreload, preloaded } from "../../test/support/preload.js";
import { generate, tempProject } from "../../test/support/project.js";
import { type ServeOptions, Server, serveToEnd } from "../../test/support/server.js";
import { changedFiles, snapshot } from "../../test/support/snapshot.js";
import { configuration, faultFiles, thingSchema } from "./faults/project.js";
import { call, checkProblem, Rows } from "./faults/rows.js";
import { Report, showOptions } from "./report.js";

const report = new Report("main.6", "faults that are answered, cured and lose nothing", showOptions());
const project = tempProject(faultFiles);
const { folder } = project;
const data = join(folder, "data");
const rows = new Rows(report);

try {
  generate(project);
  await handlers();
  await blockedLoop();
  await fullMailbox();
  await fullDisk();
  await readOnlyFolder();
  await portInUse();
  await secondProcess();
  await newerFormat();
  await changedSchema();
} catch (error) {
  report.fail("the line could not go on", error instanceof Error ? (error.stack ?? error.message) : String(error));
} finally {
  Server.killAll();
  project.remove();
}
report.finish();

/** Runs a server for one fault and compares every row before and after it is stopped. */
async function during(
  fault: string,
  act: (server: Server) => Promise<void>,
  options: Partial<ServeOptions> = {},
): Promise<void> {
  const server = await Server.start({ folder, ...options });
  try {
    await act(server);
    await rows.compare(server.url, fault);
  } finally {
    const { code } = await server.stop();
    report.check(
      "a server outlives the fault",
      code === 0,
      () => `${fault}: exit code ${code}: ${server.output.slice(-2000)}`,
    );
  }
  const again = await Server.start({ folder });
  await rows.compare(again.url, `${fault}, and a restart`);
  const { code } = await again.stop();
  report.check("SIGTERM ends the server with exit code 0", code === 0, () => `${fault}: exit code ${code}`);
}

async function handlers(): Promise<void> {
  const server = await Server.start({ folder });
  try {
    await rows.seed(server.url);
  } finally {
    const { code } = await server.stop();
    report.check(
      "a server outlives plain writes",
      code === 0,
      () => `exit code ${code}: ${server.output.slice(-2000)}`,
    );
  }
  await during("a handler that throws", async ({ url }) => {
    const cure = /things|fail|look|log/;
    for (const how of ["error", "text", "nothing", "frozen", "rejected"]) {
      const answer = await call(url, "POST", "/things/thing-3/fail", JSON.stringify(how));
      checkProblem(report, "a handler that throws", answer, {
        status: 500,
        code: "HANDLER_FAILED",
        applied: "no",
        cure,
      });
      const isSilent = !answer.text.includes("on purpose") || answer.text.length < 2000;
      report.check(
        "a handler that throws: no stack is sent",
        isSilent && !answer.text.includes(" at "),
        () => answer.text,
      );
    }
    const answer = await call(url, "POST", "/things/thing-3/look", '"error"');
    checkProblem(report, "a read handler that throws", answer, { status: 500, code: "HANDLER_FAILED", cure });
  });
  await during("a handler that never returns", async ({ url }) => {
    const stuck = call(url, "POST", "/things/thing-4/never");
    const behind = call(url, "POST", "/things/thing-4/add", "5");
    const answer = await stuck;
    const expected = { status: 504, code: "HANDLER_TIMEOUT", applied: "no", cure: /handlerTimeoutMs/ } as const;
    checkProblem(report, "a handler that never returns", answer, expected);
    const next = await behind;
    report.check("the partition goes on behind it", next.status === 200, () => `${next.status} ${next.text}`);
    rows.added("thing-4", 5n);
    // Until the handler would write with its revoked context.
    await wait(2500);
  });
}

async function blockedLoop(): Promise<void> {
  const server = await Server.start({ folder });
  const lost = call(server.url, "POST", "/things/thing-5/block");
  const ending = await Promise.race([server.ended, wait(15_000)]);
  if (ending === undefined) await server.kill();
  await lost;
  report.check(
    "a blocked event loop: exit code 3",
    ending?.code === 3,
    () => `${JSON.stringify(ending)}: ${server.output}`,
  );
  for (const word of ["things", "block", "thing-5"]) {
    report.check(
      "a blocked event loop: the watchdog names keyspace, message and key",
      server.output.includes(word),
      () => `${word} is not in ${server.output}`,
    );
  }
  report.count("a blocked event loop: exit code 3");
  await during("a blocked event loop", async () => {});
}

async function fullMailbox(): Promise<void> {
  await during("a full mailbox", async ({ url }) => {
    const calls = Array.from({ length: 100 }, () => call(url, "POST", "/things/thing-6/hold"));
    // Requests for other partitions, and reads of this one, are not held up.
    const read = await call(url, "GET", "/things/thing-6");
    report.check("a full mailbox: reads go on", read.status === 200, () => read.text);
    let taken = 0;
    for (const answer of await Promise.all(calls)) {
      if (answer.status === 200) taken += 1;
      else
        checkProblem(report, "a full mailbox", answer, {
          status: 503,
          code: "MAILBOX_FULL",
          applied: "no",
          cure: /retry|later|again|mailboxLimit/i,
        });
    }
    rows.added("thing-6", BigInt(taken));
    report.count("calls that a full mailbox still took", taken);
    report.check(
      "a full mailbox: some calls are taken, some refused",
      taken > 0 && taken < 100,
      () => `${taken} of 100`,
    );
  });
}

async function fullDisk(): Promise<void> {
  if (!canPreload()) {
    report.skip("a full disk: needs Linux and gcc");
    return;
  }
  const flag = join(folder, "disk-is-full");
  const env = preloaded(["enospc"], { ENOSPC_DIR: data, ENOSPC_FLAG: flag });
  await during(
    "a full disk",
    async ({ url }) => {
      const expected = { status: 503, code: "CHANGELOG_UNAVAILABLE", applied: "no", cure: /disk|space|free/i } as const;
      for (let round = 0; round < 3; round += 1) {
        writeFileSync(flag, "");
        for (let attempt = 0; attempt < 5; attempt += 1) {
          checkProblem(report, "a full disk", await call(url, "POST", "/things/thing-7/add", "7"), expected);
          checkProblem(report, "a full disk", await call(url, "PUT", `/things/new-${round}`, '{"id":"new"}'), expected);
          const read = await call(url, "GET", "/things/thing-7");
          report.check("a full disk: reads go on", read.status === 200, () => `${read.status} ${read.text}`);
        }
        unlinkSync(flag);
        report.check("a full disk: writes go on when it is freed", await recovers(url), () => "not within 30 s");
        rows.added("thing-7", 1n);
        const absent = await call(url, "GET", `/things/new-${round}`);
        report.check(
          "a full disk: what was refused is not there",
          absent.status === 404,
          () => `${absent.status} ${absent.text}`,
        );
      }
    },
    { env },
  );
}

async function recovers(url: string): Promise<boolean> {
  for (let attempt = 0; attempt < 60; attempt += 1) {
    const answer = await call(url, "POST", "/things/thing-7/add", "1");
    if (answer.status === 200) return true;
    await wait(500);
  }
  return false;
}

/** A start that must fail with exit code 3, say why and what to do, and leave the data folder byte for byte as it is. */
async function refusesToStart(
  fault: string,
  code: string,
  cure: RegExp,
  options: Partial<ServeOptions> = {},
): Promise<void> {
  const before = snapshot(data);
  const run = await serveToEnd({ folder, readyMs: 30_000, ...options });
  report.check(`${fault}: exit code 3`, run.code === 3, () => `exit code ${run.code ?? run.signal}: ${run.output}`);
  report.check(`${fault}: ${code}`, run.output.includes(code), () => run.output);
  report.check(`${fault}: the cure is named`, cure.test(run.output), () => `${run.output} (wanted ${cure})`);
  const changed = changedFiles(before, snapshot(data));
  report.check(`${fault}: nothing is written`, changed.length === 0, () => changed.join(", "));
  report.count(`${fault}: exit 3 ${code}`);
}

async function readOnlyFolder(): Promise<void> {
  // Nothing is read-only to root: the server runs as nobody then, for whom the folder is not.
  const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  const cure = /permission|write|owner|chmod|read-only/i;
  setModes(data, 0o555, 0o444);
  await refusesToStart("a read-only data folder", "DATA_DIR_UNUSABLE", cure, nobody);
  setModes(data, 0o755, 0o644);
  chmodSync(folder, 0o555);
  project.write({ "nowhere.json": { ...configuration, dataDir: "absent/data" } });
  const parameters = ["--config", "nowhere.json"];
  await refusesToStart("a data folder that cannot be made", "DATA_DIR_UNUSABLE", cure, { ...nobody, parameters });
  chmodSync(folder, 0o755);
  await during("a read-only data folder", async () => {});
}

function setModes(path: string, folderMode: number, fileMode: number): void {
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const inner = join(path, entry.name);
    if (entry.isDirectory()) setModes(inner, folderMode, fileMode);
    else chmodSync(inner, fileMode);
  }
  chmodSync(path, folderMode);
}

async function portInUse(): Promise<void> {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  const address = other.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  project.write({ "taken.json": { ...configuration, http: { port } } });
  await refusesToStart("a port in use", "PORT_IN_USE", /http\.port|port/, { parameters: ["--config", "taken.json"] });
  project.write({ "taken.json": { ...configuration, http: { port }, dataDir: "fresh" } });
  const run = await serveToEnd({ folder, parameters: ["--config", "taken.json"] });
  const made = snapshot(join(folder, "fresh"));
  report.check("a port in use: no data is made in a fresh folder", run.code === 3 && made.size === 0, () =>
    [...made.keys()].join(", "),
  );
  await new Promise((resolve) => other.close(resolve));
  await during("a port in use", async () => {});
}

async function secondProcess(): Promise<void> {
  await during("a second process", async ({ url }) => {
    // The first has written behind by then what it still gathers.
    await wait(3000);
    await refusesToStart("a second process on the same folder", "DATA_DIR_LOCKED", /process|dataDir|stop/i);
    const answer = await call(url, "POST", "/things/thing-8/add", "8");
    report.check("a second process: the first goes on", answer.status === 200, () => answer.text);
    rows.added("thing-8", 8n);
  });
}

async function newerFormat(): Promise<void> {
  for (const file of readdirSync(data, { recursive: true, encoding: "utf8" })) {
    const path = join(data, file);
    if (!isDatabase(path)) continue;
    const format = formatOf(path, undefined);
    formatOf(path, 999);
    await refusesToStart(`${file.replace(/\d+/, "n")} of a newer format`, "DATA_FORMAT_NEWER", /version|newer/i);
    formatOf(path, format);
  }
  await during("a newer format", async () => {});
}

function isDatabase(path: string): boolean {
  return /\.(db|sqlite|sqlite3)$/.test(path);
}

/** Reads a database's format, or writes it. */
function formatOf(path: string, format: number | undefined): number {
  const database = new Database(path);
  try {
    if (format !== undefined) database.pragma(`user_version = ${format}`);
    const version: unknown = database.pragma("user_version", { simple: true });
    return Number(version);
  } finally {
    database.close();
  }
}

async function changedSchema(): Promise<void> {
  // What can be read as the new schema is read; these cannot.
  const [id, count] = thingSchema.fields;
  const changes = {
    "a field more without a default": {
      ...thingSchema,
      fields: [...thingSchema.fields, { name: "note", type: "string" }],
    },
    "a narrower number": { ...thingSchema, fields: [id, { ...count, type: "int" }] },
    "another type": { ...thingSchema, fields: [id, { ...count, type: "boolean", default: false }] },
  };
  for (const [name, schema] of Object.entries(changes)) {
    project.write({ "schemas/thing.avsc": schema });
    generate(project);
    await refusesToStart(`a changed schema (${name})`, "SCHEMA_CHANGED", /reset|affinity/);
  }
  project.write({ "schemas/thing.avsc": thingSchema });
  generate(project);
  await during("a changed schema", async () => {});
}
