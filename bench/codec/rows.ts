/**
 * Our codecs against avsc, with BigInt longs and with number longs, over several schemas.
 *
 * By itself: npx tsx bench/codec/rows.ts [--rounds N]
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { atLeast, type Row, table } from "../rows.js";
import { compileSchema } from "./compile.js";
import type { Measured, MeasureTask } from "./measure.js";
import { benchSchemas } from "./schemas.js";

const repository = fileURLToPath(new URL("../..", import.meta.url));
const goals = { bigint: { encode: 2.0, decode: 1.5 }, number: { encode: 1.2, decode: 1.0 } } as const;
const directions = ["encode", "decode"] as const;
const seed = 7;

/** A measure for each kind of long and direction: the geometric mean over all schemas, which stand in the details. */
export async function codecRows({ rounds = 5, roundMs = 120, only = "" } = {}): Promise<readonly Row[]> {
  // Within the repository, so that the measuring program finds avsc.
  const cache = join(repository, "node_modules/.cache");
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, "bench-codec-"));
  try {
    const program = join(folder, "measure.mjs");
    const entry = fileURLToPath(new URL("./measure.ts", import.meta.url));
    await build({
      entryPoints: [entry],
      bundle: true,
      format: "esm",
      platform: "node",
      external: ["avsc"],
      outfile: program,
    });
    const rows: Row[] = [];
    for (const longs of ["bigint", "number"] as const) {
      const ratios = { encode: new Map<string, number>(), decode: new Map<string, number>() };
      for (const { name, text } of benchSchemas().filter((schema) => schema.name.includes(only))) {
        const own = join(folder, longs, name.replace(/\W/g, "-"));
        mkdirSync(own, { recursive: true });
        const module = await compileSchema(text, longs, own);
        const task: MeasureTask = { module, schema: text, longs, seed, rounds, roundMs };
        const measured: Measured = JSON.parse(
          execFileSync(process.execPath, [program, JSON.stringify(task)], { encoding: "utf8" }),
        );
        for (const direction of directions) {
          ratios[direction].set(name, measured.ours[direction] / measured.avsc[direction]);
        }
        const shown = directions.map((direction) => `${direction} ${ratios[direction].get(name)?.toFixed(2)}`);
        console.error(`codec, ${longs} longs: ${name} (${Math.round(measured.bytes)} bytes): ${shown.join(", ")}`);
      }
      for (const direction of directions) rows.push(row(longs, direction, ratios[direction]));
    }
    return rows;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function row(longs: "bigint" | "number", direction: "encode" | "decode", ratios: ReadonlyMap<string, number>): Row {
  const list = [...ratios.values()];
  const mean = Math.exp(list.reduce((sum, ratio) => sum + Math.log(ratio), 0) / list.length);
  const details = Object.fromEntries([...ratios].map(([name, ratio]) => [name, Number(ratio.toFixed(2))]));
  const measure = `codec ${direction} against avsc with ${longs === "bigint" ? "BigInt" : "number"} longs`;
  return atLeast(measure, goals[longs][direction], mean, details);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const rows = await codecRows({ only: process.argv[2] });
  console.log(table(rows));
  console.log(JSON.stringify(rows, undefined, 2));
}
