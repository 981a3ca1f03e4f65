/** Line avro.3: one contract for five registries, the clients of others against our server, and kill -9 among eight processes. */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { systemClock } from "../../runtime/core/clock.js";
import { silentLogger } from "../../runtime/core/logger.js";
import { systemRandom } from "../../runtime/core/random.js";
import { openConfluentRegistry } from "../../runtime/registry/confluent-registry.js";
import { openEmbeddedRegistry } from "../../runtime/registry/embedded-registry.js";
import type { Registry } from "../../runtime/registry/registry.js";
import { openZookeeperRegistry } from "../../runtime/registry/zookeeper-registry.js";
import { interpretedType } from "../../runtime/schema/entity-type.js";
import { frame, unframe } from "../../runtime/schema/framing.js";
import { definedBy } from "../../runtime/schema/raw-schema.js";
import type { EntityType } from "../../runtime/schema/type.js";
import { faultsOf, registerAndKill } from "../../test/contract/registry-kill.js";
import { repository, tempProject } from "../../test/support/project.js";
import {
  type ClientRun,
  missingPython,
  runKafkajsClient,
  runPythonClients,
} from "../../test/support/servers/foreign-clients.js";
import { missingJava } from "../../test/support/servers/java.js";
import { freePorts } from "../../test/support/servers/process.js";
import { RegistryProcess } from "../../test/support/servers/registry-process.js";
import { Zookeeper } from "../../test/support/servers/zookeeper.js";
import { Report, showOptions } from "./report.js";

const options = showOptions();
const report = new Report("avro.3", "registries: one contract, clients of others, kill -9 while registering", options);
const parts = { clock: systemClock, random: systemRandom };
const size = options.isCi ? { processes: 8, kills: 8, answers: 4 } : { processes: 8, kills: 40, answers: 20 };

await contract();
const project = tempProject({ "affinity.json": { name: "registry" } });
try {
  await foreignClients();
  await killedFile();
  await killedServer();
  await killedAtZookeeper();
} finally {
  project.remove();
}
report.finish();

/** Something that this machine lacks, which is a failure where everything is required. */
function lacks(what: string): void {
  report.skip(what);
  if (process.env.AFFINITY_REQUIRE_ALL === "1") report.fail("everything is required", what);
}

/** The suite of test/contract/ over memory, the file, ZooKeeper, and HTTP against our server and Apicurio's. */
async function contract(): Promise<void> {
  const missing = missingJava();
  if (missing !== undefined) lacks(`Apicurio Registry and ZooKeeper: ${missing}`);
  const folder = mkdtempSync(join(tmpdir(), "affinity-contract-"));
  try {
    const file = join(folder, "results.json");
    const suites = ["test/contract/registry.test.ts", "test/contract/registry-servers.test.ts"];
    const vitest = ["node_modules/vitest/vitest.mjs", "run", ...suites, "--reporter=json", `--outputFile=${file}`];
    const child = spawn(process.execPath, vitest, { cwd: repository, stdio: ["ignore", "ignore", "inherit"] });
    await new Promise((resolve) => child.on("close", resolve));
    for (const { status, ancestorTitles, title, failureMessages } of results(file)) {
      const adapter = ancestorTitles.findLast((text) => text.startsWith("the registry contract: ")) ?? "";
      const name = adapter.replace("the registry contract: ", "");
      if (status === "pending" || status === "skipped") {
        report.count(`${name}: promises left out, by its own rules or for want of Java`);
        continue;
      }
      report.count(`${name}: promises of the contract`);
      report.check(`the contract holds: ${name}`, status === "passed", () => `${title}: ${failureMessages.join(" ")}`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface TestResult {
  readonly status: string;
  readonly title: string;
  readonly ancestorTitles: readonly string[];
  readonly failureMessages: readonly string[];
}

function results(file: string): readonly TestResult[] {
  const { testResults }: { testResults: readonly { assertionResults: readonly TestResult[] }[] } = JSON.parse(
    readFileSync(file, "utf8"),
  );
  return testResults.flatMap(({ assertionResults }) => assertionResults);
}

function client(url: string): Promise<Registry> {
  return openConfluentRegistry({
    ...parts,
    urls: [url],
    auth: { type: "none" },
    timeoutMs: 30_000,
    retries: 10,
    cacheBytes: 1_048_576,
    logger: silentLogger,
  });
}

/** Clients of others against `affinity registry serve`; frames both ways. */
async function foreignClients(): Promise<void> {
  const server = await RegistryProcess.start(project.folder, 0);
  const registry = await client(server.url);
  try {
    const missing = missingPython();
    if (missing === undefined) await pythonClients(server.url, registry);
    else lacks(`Python's clients: ${missing}`);
    const kafkajs = runKafkajsClient(server.url, "k-");
    take("kafkajs", kafkajs);
    const { told } = kafkajs;
    await reads(registry, "kafkajs", String(told.frame), { id: "a", count: 5 });
  } finally {
    await registry.close();
    const code = await server.stop();
    report.check("SIGTERM ends the server with exit code 0", code === 0, () => `exit code ${code}`);
  }
}

async function pythonClients(url: string, registry: Registry): Promise<void> {
  const text = JSON.stringify({
    type: "record",
    name: "Order",
    namespace: "shop",
    fields: [
      { name: "text", type: "string" },
      { name: "number", type: "long" },
      { name: "maybe", type: ["null", "double"] },
    ],
  });
  const ours = [
    { text: "ä€𝄞", number: 2n ** 63n - 1n, maybe: null },
    { text: "", number: -(2n ** 63n), maybe: -0.5 },
  ];
  const { id } = await registry.register("shop-value", text);
  const type: EntityType<unknown> = interpretedType(definedBy(text));
  const frames = ours.map((value) => Buffer.from(frame(id, type.encode(value))).toString("hex"));
  const run = runPythonClients(url, "p-", frames);
  take("Python", run);
  const { frames: written, read } = run.told;
  const expected = ours.map((value) => ({ ...value, number: Number(value.number) }));
  report.check("Confluent's deserializer reads our frames", JSON.stringify(read) === JSON.stringify(expected), () =>
    JSON.stringify(read),
  );
  for (const { frame: hex, value } of listOf(written)) await reads(registry, "Confluent's serializer", hex, value);
}

interface Written {
  readonly frame: string;
  readonly value: unknown;
}

function listOf(written: unknown): readonly Written[] {
  return Array.isArray(written) ? written : [];
}

function take(whose: string, { checks }: ClientRun): void {
  report.count(`things that clients of others do: ${whose}`, checks.length);
  for (const { check, holds, found } of checks) report.check(`${whose}: ${check}`, holds, () => found);
}

/** Our client reads a frame that somebody else wrote. */
async function reads(registry: Registry, whose: string, hex: string, value: unknown): Promise<void> {
  const { schemaId, payload } = unframe(Buffer.from(hex, "hex"));
  const text = await registry.schemaById(schemaId);
  const type: EntityType<unknown> | undefined = text === undefined ? undefined : interpretedType(definedBy(text));
  const read = type?.toJson(type.decode(payload)) ?? "no schema";
  // Python's integers are exact and JSON's are not, so the longs of these values are powers of two.
  const isSame = JSON.stringify(JSON.parse(read)) === JSON.stringify(value);
  report.count("frames of others that our client read");
  report.check(`our client reads what ${whose} wrote`, isSame, () => `${hex} is ${read}, not ${JSON.stringify(value)}`);
}

async function compare(
  what: string,
  answers: Awaited<ReturnType<typeof registerAndKill>>,
  registry: Registry,
): Promise<void> {
  report.count(`${what}: processes killed while registering`, answers.kills);
  report.count(`${what}: registrations acknowledged`, answers.registered.length);
  report.count(`${what}: schemas among them`, new Set(answers.registered.map(({ id }) => id)).size);
  const faults = await faultsOf(answers, registry);
  report.check(`${what}: ids, versions and schemas survive`, faults.length === 0, () => faults.slice(0, 5).join("; "));
  report.check(`${what}: registrations were acknowledged`, answers.registered.length > size.kills, () => "too few");
  report.say(`${what}: ${answers.registered.length} registrations, ${answers.kills} kills, ${faults.length} faults`);
}

/** Eight processes on one file. */
async function killedFile(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "affinity-registry-"));
  try {
    const answers = await registerAndKill("embedded", folder, size);
    report.check("file: nothing was refused", answers.failed.length === 0, () => answers.failed.slice(0, 3).join("; "));
    const registry = await openEmbeddedRegistry({ dataDir: folder, ...parts });
    await compare("file", answers, registry);
    await registry.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Eight processes at our server, which is killed as well and comes back. */
async function killedServer(): Promise<void> {
  const [port = 0] = await freePorts(1);
  let server = await RegistryProcess.start(project.folder, port);
  const over = new AbortController();
  let kills = 0;
  const killing = (async (): Promise<void> => {
    while (!over.signal.aborted) {
      await wait(3_000);
      if (over.signal.aborted) return;
      await server.kill();
      kills += 1;
      server = await RegistryProcess.start(project.folder, port);
    }
  })();
  const answers = await registerAndKill("confluent", server.url, size).finally(() => over.abort());
  await killing;
  const registry = await client(server.url);
  await compare("server", answers, registry);
  report.count("server: times that it was killed itself", kills);
  await registry.close();
  await server.stop();
}

/** Eight processes at an ensemble of three, one of which is killed and comes back, and one frozen for a while. */
async function killedAtZookeeper(): Promise<void> {
  const missing = missingJava();
  if (missing !== undefined) {
    lacks(`ZooKeeper: ${missing}`);
    return;
  }
  const zookeeper = await Zookeeper.start(3);
  try {
    const place = `${zookeeper.servers}/killed`;
    const troubles = (async (): Promise<void> => {
      await wait(4_000);
      await zookeeper.kill(0);
      await wait(1_000);
      await zookeeper.restart(0);
      await zookeeper.freeze(1);
      await wait(2_000);
      await zookeeper.thaw(1);
    })();
    const answers = await registerAndKill("zookeeper", place, size);
    await troubles;
    const registry = await openZookeeperRegistry({
      ...parts,
      connect: place,
      sessionTimeoutMs: 4_000,
      timeoutMs: 5_000,
    });
    await compare("ZooKeeper", answers, registry);
    await registry.close();
  } finally {
    await zookeeper.stop();
  }
}
