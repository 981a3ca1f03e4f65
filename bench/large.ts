/**
 * npm run bench:large [-- --keys N --folder DIR --stages a,b --json FILE]: rows with a million keys and more.
 *
 * Values of 100 bytes; the cache of rows is bounded to 64 MiB, so that a million of them do not fit. Filling takes minutes and
 * may share the machine, measuring may not: with `--folder` the data and the figures stay, and the stages may run in calls of
 * their own, in their order. Without it all run, and the data is removed.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { generate, tempProject } from "../test/support/project.js";
import { Server } from "../test/support/server.js";
import { fill } from "./bulk.js";
import { load } from "./load/load.js";
import { atMost, machine, median, type Row, table } from "./rows.js";

const { values } = parseArgs({
  options: {
    large: { type: "boolean" },
    keys: { type: "string", default: "1000000" },
    folder: { type: "string" },
    stages: { type: "string" },
    json: { type: "string" },
  },
});
const million = Number(values.keys);
const few = 10_000;
const overwrites = 10;
const historyMs = 2_000;

/** What is measured of one amount of keys. */
interface Amount {
  /** From the start of the process until it is ready, after an orderly stop; each round. */
  readonly restartSeconds: readonly number[];
  readonly getP99Ms: readonly number[];
  readonly getsPerSecond: readonly number[];
  /** After the reads, of the process that did nothing else. */
  readonly residentMb: number;
}

/** What stays between calls. */
interface Figures {
  /** Folder of the project. */
  project: string;
  few?: Amount;
  million?: Amount;
  five?: Amount;
  fills: { readonly rows: number; readonly seconds: number; readonly peakResidentMb: number }[];
  oneCopyBytes?: number;
  /** After each round of overwriting, before history has passed. */
  growthBytes?: number[];
  afterBytes?: number;
}

const isKept = values.folder !== undefined;
const figures = begin();
const figuresFile = join(figures.project, "..", "figures.json");
let server: Server | undefined;

const stages: { readonly [stage: string]: () => Promise<void> } = {
  "fill-few": () => fillRows(0, few, 0),
  few: async () => {
    figures.few = await amount(few);
  },
  "fill-million": () => fillRows(few, million, 0),
  million: async () => {
    figures.million = await amount(million);
  },
  "one-copy": async () => {
    figures.oneCopyBytes = await settledSize();
  },
  overwrite: async () => {
    figures.growthBytes = [];
    for (let round = 1; round <= overwrites; round += 1) {
      await fillRows(0, million, round);
      figures.growthBytes.push(logBytes());
    }
    figures.afterBytes = await settledSize();
  },
  "fill-five": () => fillRows(million, 5 * million, 0),
  five: async () => {
    figures.five = await amount(5 * million);
  },
};

try {
  for (const stage of (values.stages ?? Object.keys(stages).join(",")).split(",")) {
    const run = stages[stage];
    if (run === undefined) throw new Error(`--stages ${stage}: one of ${Object.keys(stages).join(", ")}`);
    const start = performance.now();
    await run();
    await stop();
    say(`${stage}: ${((performance.now() - start) / 1000).toFixed(0)} s`);
    if (isKept) writeFileSync(figuresFile, JSON.stringify(figures, undefined, 2));
  }
  const rows = rowsOf(figures);
  const facts = Object.entries(machine()).map(([name, fact]) => `${name}: ${fact}`);
  console.log(`${facts.join(", ")}\n\n${table(rows)}\n\n${JSON.stringify({ ...figures, project: undefined })}\n`);
  if (values.json !== undefined)
    writeFileSync(values.json, `${JSON.stringify({ ...machine(), rows }, undefined, 2)}\n`);
} finally {
  Server.killAll();
  if (!isKept) rmSync(figures.project, { recursive: true, force: true });
}

function begin(): Figures {
  const folder = values.folder === undefined ? undefined : resolve(values.folder);
  const known = folder === undefined ? undefined : join(folder, "figures.json");
  if (known !== undefined && existsSync(known)) {
    const kept: Figures = JSON.parse(readFileSync(known, "utf8"));
    return kept;
  }
  if (folder !== undefined) mkdirSync(folder, { recursive: true });
  const project = tempProject(
    {
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
    },
    folder,
  );
  generate(project);
  return { project: project.folder, fills: [] };
}

function rowsOf({ few: small, million: one, five, oneCopyBytes, growthBytes, afterBytes }: Figures): Row[] {
  const rows: Row[] = [];
  const latency = (keys: number, { getP99Ms, getsPerSecond }: Amount, base: Amount): Row =>
    atMost(
      `GET p99 with ${keys} keys against ${few}`,
      { value: 3, unit: "×" },
      median(getP99Ms) / median(base.getP99Ms),
      {
        p99Ms: getP99Ms,
        withFewP99Ms: base.getP99Ms,
        perSecond: median(getsPerSecond),
        withFewPerSecond: median(base.getsPerSecond),
      },
    );
  if (one !== undefined && small !== undefined) {
    rows.push(
      atMost(`${million} keys: clean restart until ready`, { value: 1, unit: "s" }, median(one.restartSeconds), {
        seconds: one.restartSeconds,
        withFewSeconds: small.restartSeconds,
      }),
      latency(million, one, small),
    );
  }
  if (oneCopyBytes !== undefined && afterBytes !== undefined)
    rows.push(
      atMost(
        `changelog after ${overwrites} overwrites of ${million} keys, history passed`,
        { value: 2.5, unit: "× one copy" },
        afterBytes / oneCopyBytes,
        { oneCopyBytes, afterBytes, growthBytes: growthBytes ?? [] },
      ),
    );
  if (five !== undefined && one !== undefined && small !== undefined)
    rows.push(
      atMost(
        `memory with ${5 * million} against ${million} values of 100 bytes`,
        { value: 1.2, unit: "×" },
        five.residentMb / one.residentMb,
        { residentMbOne: one.residentMb, residentMbFive: five.residentMb },
      ),
      latency(5 * million, five, small),
    );
  return rows;
}

function say(text: string): void {
  console.error(`${(performance.now() / 1000).toFixed(0).padStart(5)} s  ${text}`);
}

async function running(): Promise<Server> {
  server ??= await Server.start({ folder: figures.project });
  return server;
}

async function stop(): Promise<void> {
  await server?.stop();
  server = undefined;
}

async function fillRows(from: number, to: number, round: number): Promise<void> {
  const { url } = await running();
  const start = performance.now();
  await fill({ url, path: "/rows", from, to, line: (number) => line(number, round) });
  const seconds = (performance.now() - start) / 1000;
  figures.fills.push({ rows: to - from, seconds, peakResidentMb: await memoryMb("VmHWM") });
  say(`${to - from} rows in ${seconds.toFixed(0)} s; changelog ${(logBytes() / 1e6).toFixed(0)} MB`);
}

/** A hundred bytes that differ from row to row and from round to round. */
function line(number: number, round: number): string {
  const text = `row ${number} round ${round} `.padEnd(100, "abcdefghijklmnopqrstuvwxyz0123456789");
  return JSON.stringify({ key: `r-${number}`, value: { text } });
}

/** Restarts; then reads of keys by chance, measured when the cache is warm. */
async function amount(keys: number): Promise<Amount> {
  const restartSeconds: number[] = [];
  await running();
  for (let round = 0; round < 5; round += 1) {
    await stop();
    const start = performance.now();
    await running();
    restartSeconds.push((performance.now() - start) / 1000);
  }
  const { url } = await running();
  const getP99Ms: number[] = [];
  const getsPerSecond: number[] = [];
  for (let round = 0; round < 8; round += 1) {
    const request = {
      mode: "get",
      connections: 64,
      seconds: 5,
      keys: keys - 1,
      seed: round,
      prefix: "/rows/r-",
    } as const;
    const result = await load({ url, ...request });
    if (result.failed > 0) throw new Error(`${result.failed} reads failed`);
    if (round < 4) continue;
    getP99Ms.push(result.p99Ms);
    getsPerSecond.push(result.perSecond);
  }
  return { restartSeconds, getP99Ms, getsPerSecond, residentMb: await memoryMb("VmRSS") };
}

async function memoryMb(name: "VmRSS" | "VmHWM"): Promise<number> {
  const { pid } = await running();
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Math.round(Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1024);
}

/** Bytes of the changelog's file and its write-ahead log. */
function logBytes(): number {
  const data = join(figures.project, "data");
  const files = readdirSync(data, { recursive: true, encoding: "utf8" }).filter((path) => /changelog/.test(path));
  return files.reduce((sum, path) => sum + statSync(join(data, path)).size, 0);
}

/** Its size when history has passed and compaction has nothing more to give back: unchanged for 20 s, or after five minutes. */
async function settledSize(): Promise<number> {
  await running();
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
