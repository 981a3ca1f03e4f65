/**
 * Measures reading with a writer's schema, in a process of its own: medians of alternating rounds of our resolution and avsc's
 * resolver, after both were found to read the same. Arguments: JSON of a ResolveTask. Prints JSON of a ResolveMeasured.
 */

import { pathToFileURL } from "node:url";
import { resolve } from "../../runtime/schema/resolution.js";
import type { EntityType } from "../../runtime/schema/type.js";
import { nodeOf } from "../../runtime/schema/type-node.js";
import { avscValue, resolvingAvscType } from "./avsc-side.js";
import { cpuRate } from "./cpu-rate.js";
import { Samples } from "./samples.js";

export interface ResolveTask {
  /** Modules that export `type`: of the writer and of the reader. */
  readonly writer: string;
  readonly reader: string;
  readonly writerSchema: string;
  readonly readerSchema: string;
  readonly longs: "bigint" | "number";
  readonly seed: number;
  readonly rounds: number;
  readonly roundMs: number;
}

/** Values read a second. */
export interface ResolveMeasured {
  readonly ours: number;
  readonly avsc: number;
}

const sampleCount = 1000;

const task: ResolveTask = JSON.parse(process.argv[2] ?? "");
const written: { readonly type: EntityType<unknown> } = await import(pathToFileURL(task.writer).href);
const read: { readonly type: EntityType<unknown> } = await import(pathToFileURL(task.reader).href);
const resolution = resolve(task.writerSchema, read.type);
const rival = resolvingAvscType(JSON.parse(task.readerSchema), task.longs);
const resolver = rival.createResolver(resolvingAvscType(JSON.parse(task.writerSchema), task.longs));
const samples = new Samples(task.seed, task.longs);
const buffers = Array.from({ length: sampleCount }, () =>
  Buffer.from(written.type.encode(samples.value(nodeOf(written.type.define)))),
);
for (const [index, bytes] of buffers.entries()) {
  const ours = rival.toBuffer(avscValue(nodeOf(read.type.define), resolution.decode(bytes)));
  if (!ours.equals(rival.toBuffer(rival.fromBuffer(bytes, resolver))))
    throw new Error(`value ${index} of ${read.type.name}: avsc reads another`);
}

let kept: unknown;
const runs = {
  ours: () => {
    for (const bytes of buffers) kept = resolution.decode(bytes);
  },
  avsc: () => {
    for (const bytes of buffers) kept = rival.fromBuffer(bytes, resolver);
  },
};

/** Values a second over one round. */
function perSecond(run: () => void): number {
  return cpuRate(run, sampleCount, task.roundMs);
}

const rates: { readonly ours: number[]; readonly avsc: number[] } = { ours: [], avsc: [] };
for (const run of Object.values(runs)) perSecond(run);
for (let round = 0; round < task.rounds; round += 1) {
  rates.ours.push(perSecond(runs.ours));
  rates.avsc.push(perSecond(runs.avsc));
}
const median = (list: readonly number[]): number => [...list].sort((a, b) => a - b)[list.length >> 1] ?? 0;
const measured: ResolveMeasured = { ours: median(rates.ours), avsc: median(rates.avsc) };
console.log(JSON.stringify(measured));
if (kept === undefined) throw new Error("nothing was measured");
