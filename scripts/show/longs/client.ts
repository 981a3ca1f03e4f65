/** Longs through the generated client, in Node.js and in Chromium: the same code in both. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { chromium } from "playwright-core";
import type { Report } from "../report.js";
import { sharpest } from "./numbers.js";

const executablePath = "/usr/bin/chromium";
const args = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"];

/** A user's module: calls everything that has a long, and tells what is not exact. */
export const clientModule = `import { createClient } from "./generated/client.js";

const text = (value) => JSON.stringify(value, (_name, inner) => (typeof inner === "bigint" ? inner + "n" : inner));

function everywhere(n) {
  const inner = { number: n, deep: [{ a: n, b: n }, { a: n, b: n }] };
  return {
    plain: n, list: [n, n], map: { a: n, b: n }, maybe: n, choice: { long: n }, inner,
    more: [{ "longs.Inner": inner }, { "longs.Inner": inner }],
    timeMicros: n, micros: n, nanos: n, localMillis: n, localMicros: n, localNanos: n, moments: [n, n],
  };
}

async function codeOf(call) {
  try {
    return "the value " + text(await call);
  } catch (error) {
    return error.code;
  }
}

async function keysOf(list) {
  const keys = [];
  for await (const [key] of list) keys.push(key);
  return text(keys);
}

export async function run(url, longs) {
  const client = createClient({ url });
  const faults = [];
  let checks = 0;
  const same = (what, actual, expected) => {
    checks += 1;
    if (text(actual) !== text(expected)) faults.push(what + ": " + text(actual) + " instead of " + text(expected));
  };
  const numbers = longs.map(BigInt);
  const one = async (n) => {
    await client.numbers.put(n, n);
    same("get " + n, await client.numbers.get(n), n);
    const row = await client.numbers.getWithMeta(n);
    same("getWithMeta " + n, row.value, n);
    await client.numbers.put(n, n, { ifMatch: row.etag });
    same("ifMatch " + n, await codeOf(client.numbers.put(n, 0n, { ifMatch: row.etag })), "CONDITION_FAILED");
    same("list " + n, await keysOf(client.numbers.list({ from: n, limit: 1 })), text([n]));
    const to = n === 2n ** 63n - 1n ? {} : { to: n + 1n };
    same("bounds " + n, await keysOf(client.numbers.list({ from: n, ...to })), text([n]));
    const value = everywhere(n);
    await client.rows.put(n, value);
    same("row " + n, await client.rows.get(n), value);
    same("keep " + n, await client.rows.keep(n, value), value);
    same("echo " + n, await client.rows.echo(n, { number: n, at: n }), { number: n, at: n });
    same("whole " + n, await client.rows.whole(n), value);
    const pair = { group: n, number: n };
    await client.pairs.put(pair, n);
    same("pair " + n, await client.pairs.get(pair), n);
    const groups = [];
    for await (const [key, value] of client.pairs.list({ prefix: { group: n }, limit: 10 })) groups.push([key.group, value]);
    same("prefix " + n, groups.every(([group, value]) => group === n && value === n) && groups.length > 0, true);
    await client.spans.put({ bounds: [n, -1n - n] }, n);
    same("span " + n, await client.spans.get({ bounds: [n, -1n - n] }), n);
    await client.moments.put(n, n);
    same("moment " + n, await client.moments.get(n), n);
    same("defaults " + n, (await client.defaults.get(n)).low, -(2n ** 63n));
  };
  const work = async () => {
    for (let n = numbers.pop(); n !== undefined; n = numbers.pop()) await one(n);
  };
  await Promise.all(Array.from({ length: 8 }, work));
  const keys = [];
  for await (const [key, value] of client.numbers.list()) {
    same("a page's row", key, value);
    keys.push(key);
  }
  same("order of pages", keys.every((key, index) => index === 0 || keys[index - 1] < key) && keys.length >= longs.length, true);
  for (const n of [2n ** 63n, -(2n ** 63n) - 1n]) {
    same("a key beyond " + n, await codeOf(client.numbers.get(n)), "KEY_INVALID");
    same("a value beyond " + n, await codeOf(client.numbers.put(1n, n)), "VALUE_INVALID");
  }
  await client.close();
  return { checks, faults };
}
`;

interface Outcome {
  readonly checks: number;
  readonly faults: readonly string[];
}

export async function clients({
  report,
  folder,
  url,
}: {
  readonly report: Report;
  readonly folder: string;
  readonly url: string;
}): Promise<void> {
  const module = join(folder, "src/client.ts");
  const longs = sharpest.map(String);
  const imported: { run(url: string, longs: readonly string[]): Promise<Outcome> } = await import(
    pathToFileURL(module).href
  );
  take(report, "the generated client in Node.js", await imported.run(url, longs));
  if (existsSync(executablePath))
    take(report, "the generated client in Chromium", await inChromium(module, url, longs));
  else {
    report.skip(`the client in a browser: ${executablePath} is not there`);
    if (process.env.AFFINITY_REQUIRE_ALL !== undefined) report.fail("Chromium is required", "see above");
  }
}

function take(report: Report, kind: string, { checks, faults }: Outcome): void {
  report.count(kind, checks);
  report.check(kind, faults.length === 0 && checks > 0, () => faults.slice(0, 5).join("; "));
}

/** On a page of the service itself, with the module as its script. */
async function inChromium(module: string, url: string, longs: readonly string[]): Promise<Outcome> {
  const { outputFiles } = await build({
    entryPoints: [module],
    bundle: true,
    format: "iife",
    globalName: "longs",
    platform: "browser",
    write: false,
  });
  const folder = mkdtempSync(join(tmpdir(), "affinity-chromium-"));
  const context = await chromium.launchPersistentContext(folder, { executablePath, args, timeout: 60_000 });
  try {
    const page = await context.newPage();
    await page.goto(`${url}/_affinity/live`);
    await page.addScriptTag({ content: outputFiles[0]?.text ?? "" });
    return await page.evaluate<Outcome>(`longs.run(${JSON.stringify(url)}, ${JSON.stringify(longs)})`);
  } finally {
    await context.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
