/**
 * npm run bench:large [-- --keys N --json FILE]: rows with a million keys and more, about half an hour.
 *
 * Values of 100 bytes; the cache of rows is bounded to 64 MiB, so that a million of them do not fit.
 */
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { generate, tempProject } from "../test/support/project.js";
import { Server } from "../test/support/server.js";
import { fill } from "./bulk.js";
import { load } from "./load/load.js";
import { atMost, machine, median, type Row, table } from "./rows.js";

const { values } = parseArgs({
  options: { large: { type: "boolean" }, keys: { type: "string", default: "1000000" }, json: { type: "string" } },
});
const million = Number(values.keys);
const few = 10_000;
const overwrites = 10;
const historyMs = 2_000;

const project = tempProject({
  "affinity.json": {
    name: "large",
    http: { port: 0 },
    logLevel: "warn",
    changelog: { type: "sqlite", historyMs },
    memstore: { type: "sqlite", cacheMb: 64 },
  },
  "schemas/value.avsc": {
    type: "record",
    name: "Value",
    namespace: "large",
    fields: [{ name: "text", type: "string" }],
  },
  "keyspaces/rows.json": { keyspace: "rows", key: "string", value: "large.Value" },
});
const rows: Row[] = [];
let server: Server;

try {
  generate(project);
  server = await Server.start({ folder: project.folder });
  const small = await readLatency(few, () => fillRows(0, few, 0));
  const emptyStart = await restart();
  say(`restart with ${few} keys: ${emptyStart.toFixed(2)} s`);

  const one = await readLatency(million, () => fillRows(few, million, 0));
  const oneMemory = residentMb();
  say(`${million} keys: ${oneMemory} MB, GET p99 ${one.p99Ms} ms`);
  const fullStart = await restart();
  rows.push(
    atMost(`${million} keys: clean restart until ready`, { value: 1, unit: "s" }, fullStart, {
      withTenThousandKeysSeconds: emptyStart,
    }),
  );
  rows.push(latencyRow(million, one, small));

  const once = await settledSize();
  for (let round = 1; round <= overwrites; round += 1) {
    await fillRows(0, million, round);
    say(`overwritten ${round} times: changelog ${(logBytes() / 1e6).toFixed(0)} MB`);
  }
  const after = await settledSize();
  rows.push(
    atMost(
      `changelog after ${overwrites} overwrites of ${million} keys, history passed`,
      { value: 2.5, unit: "× one copy" },
      after / once,
      {
        oneCopyBytes: once,
        afterBytes: after,
      },
    ),
  );

  const five = await readLatency(5 * million, () => fillRows(million, 5 * million, 0));
  const fiveMemory = residentMb();
  say(`${5 * million} keys: ${fiveMemory} MB, GET p99 ${five.p99Ms} ms`);
  rows.push(
    atMost(
      `memory with ${5 * million} against ${million} values of 100 bytes`,
      { value: 1.2, unit: "×" },
      fiveMemory / oneMemory,
      {
        residentMbOne: oneMemory,
        residentMbFive: fiveMemory,
      },
    ),
  );
  rows.push(latencyRow(5 * million, five, small));
  await server.stop();
} finally {
  Server.killAll();
  project.remove();
}
console.log(
  Object.entries(machine())
    .map(([name, fact]) => `${name}: ${fact}`)
    .join(", "),
);
console.log(`\n${table(rows)}\n`);
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify({ ...machine(), rows }, undefined, 2)}\n`);

function say(text: string): void {
  console.error(`${(performance.now() / 1000).toFixed(0).padStart(5)} s  ${text}`);
}

async function fillRows(from: number, to: number, round: number): Promise<void> {
  const start = performance.now();
  await fill({ url: server.url, path: "/rows", from, to, line: (number) => line(number, round) });
  say(`${to - from} rows in ${((performance.now() - start) / 1000).toFixed(0)} s`);
}

/** A hundred bytes that differ from row to row and from round to round. */
function line(number: number, round: number): string {
  const text = `row ${number} round ${round} `.padEnd(100, "abcdefghijklmnopqrstuvwxyz0123456789");
  return JSON.stringify({ key: `r-${number}`, value: { text } });
}

interface Latency {
  readonly p99Ms: number;
  readonly perSecond: number;
}

/** After filling: reads of keys by chance, the cache warm. */
async function readLatency(keys: number, fillFirst: () => Promise<void>): Promise<Latency> {
  await fillFirst();
  const results: Latency[] = [];
  for (let round = 0; round < 4; round += 1) {
    const request = {
      url: server.url,
      mode: "get",
      connections: 64,
      seconds: 5,
      keys: keys - 1,
      seed: round,
      prefix: "/rows/r-",
    } as const;
    const result = await load(request);
    if (result.failed > 0) throw new Error(`${result.failed} reads failed`);
    if (round > 0) results.push(result);
  }
  const p99Ms = median(results.map((result) => result.p99Ms));
  return { p99Ms, perSecond: median(results.map(({ perSecond }) => perSecond)) };
}

function latencyRow(keys: number, many: Latency, small: Latency): Row {
  const details = {
    p99Ms: many.p99Ms,
    withTenThousandKeysP99Ms: small.p99Ms,
    perSecond: many.perSecond,
    withTenThousandKeysPerSecond: small.perSecond,
  };
  return atMost(`GET p99 with ${keys} keys against ${few}`, { value: 3, unit: "×" }, many.p99Ms / small.p99Ms, details);
}

/** Seconds from the start of the process until it is ready, after an orderly stop. */
async function restart(): Promise<number> {
  const seconds: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    await server.stop();
    const start = performance.now();
    server = await Server.start({ folder: project.folder });
    seconds.push((performance.now() - start) / 1000);
  }
  return median(seconds);
}

function residentMb(): number {
  const status = readFileSync(`/proc/${server.pid}/status`, "utf8");
  return Math.round(Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024);
}

/** Bytes of the changelog's file and its write-ahead log. */
function logBytes(): number {
  const data = join(project.folder, "data");
  if (!existsSync(data)) return 0;
  const files = readdirSync(data, { recursive: true, encoding: "utf8" }).filter((path) => /changelog|log/.test(path));
  return files.reduce((sum, path) => sum + statSync(join(data, path)).size, 0);
}

/** Its size when history has passed and compaction has nothing more to give back: unchanged for 20 s, or after five minutes. */
async function settledSize(): Promise<number> {
  await wait(2 * historyMs);
  let size = logBytes();
  let quiet = 0;
  for (let second = 0; second < 300 && quiet < 20; second += 1) {
    await wait(1000);
    const now = logBytes();
    quiet = now === size ? quiet + 1 : 0;
    size = now;
  }
  return size;
}
