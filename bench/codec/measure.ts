/**
 * Measures one schema in a process of its own: medians of alternating rounds of our codec and avsc, after both were found to
 * give the same bytes. Arguments: JSON of a MeasureTask. Prints JSON of a Measured.
 */

import { pathToFileURL } from "node:url";
import type { EntityType } from "../../runtime/schema/type.js";
import { nodeOf } from "../../runtime/schema/type-node.js";
import { avscType, avscValue } from "./avsc-side.js";
import { cpuRate } from "./cpu-rate.js";
import { Samples } from "./samples.js";

export interface MeasureTask {
  /** Module that exports `type`. */
  readonly module: string;
  readonly schema: string;
  readonly longs: "bigint" | "number";
  readonly seed: number;
  readonly rounds: number;
  readonly roundMs: number;
}

/** Operations a second. */
export interface Measured {
  readonly bytes: number;
  readonly ours: { readonly encode: number; readonly decode: number };
  readonly avsc: { readonly encode: number; readonly decode: number };
}

/** Values that each round goes through. */
const sampleCount = 1000;

const task: MeasureTask = JSON.parse(process.argv[2] ?? "");
const { type }: { readonly type: EntityType<unknown> } = await import(pathToFileURL(task.module).href);
const rival = avscType(JSON.parse(task.schema), task.longs);
const node = nodeOf(type.define);
const samples = new Samples(task.seed, task.longs);
const values = Array.from({ length: sampleCount }, () => samples.value(node));
const rivalValues = values.map((value) => avscValue(node, value));
const encoded = values.map((value) => type.encode(value));
const rivalEncoded = rivalValues.map((value) => rival.toBuffer(value));
for (const [index, bytes] of encoded.entries()) {
  if (!rivalEncoded[index]?.equals(bytes)) throw new Error(`value ${index} of ${type.name}: other bytes than avsc`);
  if (!type.equals(type.decode(bytes), values[index]))
    throw new Error(`value ${index} of ${type.name} does not come back`);
}
// Both decode Buffers, as they come from files and sockets.
const buffers = encoded.map((bytes) => Buffer.from(bytes));

let kept: unknown;
const runs = {
  oursEncode: () => {
    for (const value of values) kept = type.encode(value);
  },
  avscEncode: () => {
    for (const value of rivalValues) kept = rival.toBuffer(value);
  },
  oursDecode: () => {
    for (const bytes of buffers) kept = type.decode(bytes);
  },
  avscDecode: () => {
    for (const bytes of buffers) kept = rival.fromBuffer(bytes);
  },
};

/** Operations a second over one round. */
function perSecond(run: () => void): number {
  return cpuRate(run, sampleCount, task.roundMs);
}

const rates = { oursEncode: [], avscEncode: [], oursDecode: [], avscDecode: [] } as {
  [name in keyof typeof runs]: number[];
};
for (const run of Object.values(runs)) perSecond(run);
for (let round = 0; round < task.rounds; round += 1) {
  for (const [name, run] of Object.entries(runs)) rates[name as keyof typeof runs].push(perSecond(run));
}
const median = (list: readonly number[]): number => [...list].sort((a, b) => a - b)[list.length >> 1] ?? 0;
const measured: Measured = {
  bytes: encoded.reduce((sum, bytes) => sum + bytes.length, 0) / sampleCount,
  ours: { encode: median(rates.oursEncode), decode: median(rates.oursDecode) },
  avsc: { encode: median(rates.avscEncode), decode: median(rates.avscDecode) },
};
console.log(JSON.stringify(measured));
if (kept === undefined) throw new Error("nothing was measured");
