/** The shared rows as our node serves and takes them. */
import { setTimeout as wait } from "node:timers/promises";
import type { Report } from "../report.js";
import { plainRow, type Row } from "./rows.js";
import type { Shared } from "./shared.js";

/** Writes our rows, as NDJSON. */
export async function putOurs(report: Report, url: string, { kind, type, ours }: Shared): Promise<void> {
  const lines = ours.map((row) => {
    const { key, value } = plainRow(type, row);
    return `{"key":${key},"value":${value}}\n`;
  });
  const headers = { "content-type": "application/x-ndjson" };
  const response = await fetch(`${url}/${kind.name}`, { method: "PUT", headers, body: lines.join("") });
  const last = (await response.text()).trimEnd().split("\n").at(-1) ?? "{}";
  const answer: { readonly written?: number } = JSON.parse(last);
  report.count("rows that we wrote over HTTP", ours.length);
  report.check("our rows are written", answer.written === ours.length, () => `${kind.name}: ${last}`);
}

/** Every keyspace lists the rows of its writers, later ones over earlier ones, and nothing else. */
export async function assertServed(
  report: Report,
  url: string,
  shared: readonly Shared[],
  { what, writers }: { readonly what: string; readonly writers: (one: Shared) => readonly (readonly Row[])[] },
): Promise<void> {
  let count = 0;
  for (const one of shared) {
    const wanted = new Map<string, string>();
    for (const row of writers(one).flat()) {
      const { key, value } = plainRow(one.type, row);
      wanted.set(normal(key), normal(value));
    }
    const { name } = one.kind;
    const found = await listedAs(wanted, url, name);
    for (const [key, value] of wanted) {
      const served = found.get(key);
      report.check(`served: ${what}`, served === value, () => `${name} ${key}: ${served}, not ${value}`);
    }
    const isAll = found.size === wanted.size;
    report.check(`nothing else is served: ${what}`, isAll, () => `${name}: ${found.size} rows, not ${wanted.size}`);
    count += wanted.size;
  }
  report.count(`rows served: ${what}`, count);
  report.say(`served, ${what}: ${count} rows of ${shared.length} kinds of key`);
}

/** A partition that nothing is written to looks every 30 s whether others wrote to its log; this waits twice as long, ms. */
const lookMs = 60_000;

/** The rows as soon as they are as wanted, or what they are after a while. */
async function listedAs(
  wanted: ReadonlyMap<string, string>,
  url: string,
  name: string,
): Promise<ReadonlyMap<string, string>> {
  const deadline = AbortSignal.timeout(lookMs);
  for (;;) {
    const found = await listed(url, name);
    const isAsWanted = found.size === wanted.size && [...wanted].every(([key, value]) => found.get(key) === value);
    if (isAsWanted || deadline.aborted) return found;
    await wait(500);
  }
}

/** All rows of a keyspace: value by key, each as JSON text without a space. */
export async function listed(url: string, keyspace: string): Promise<ReadonlyMap<string, string>> {
  const response = await fetch(`${url}/${keyspace}`, { headers: { accept: "application/x-ndjson" } });
  const rows = new Map<string, string>();
  for (const line of (await response.text()).split("\n")) {
    if (line === "") continue;
    const fact: { readonly key?: unknown; readonly value?: unknown } = JSON.parse(line);
    if ("key" in fact) rows.set(JSON.stringify(fact.key), JSON.stringify(fact.value));
  }
  return rows;
}

/** JSON text as `listed` has it; no number here is longer than a double. */
export function normal(json: string): string {
  return JSON.stringify(JSON.parse(json));
}
