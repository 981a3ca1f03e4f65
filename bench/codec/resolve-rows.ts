/**
 * Reading with the writer's schema against avsc with its resolver: where both schemas are the same, and with a plan.
 *
 * By itself: npx tsx bench/codec/resolve-rows.ts [schema]
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { atLeast, type Row, table } from "../rows.js";
import { compileSchema } from "./compile.js";
import { evolved } from "./evolve.js";
import type { ResolveMeasured, ResolveTask } from "./resolve-measure.js";
import { benchSchemas } from "./schemas.js";

const repository = fileURLToPath(new URL("../..", import.meta.url));
const goals = { same: 1.5, plan: 1 } as const;
const seed = 7;

/** A measure for each: the geometric mean over schemas and kinds of longs, which stand in the details. */
export async function resolveRows({ rounds = 5, roundMs = 100, only = "" } = {}): Promise<readonly Row[]> {
  // Within the repository, so that the measuring program finds avsc.
  const cache = join(repository, "node_modules/.cache");
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, "bench-resolve-"));
  try {
    const program = join(folder, "measure.mjs");
    const entry = fileURLToPath(new URL("./resolve-measure.ts", import.meta.url));
    await build({
      entryPoints: [entry],
      bundle: true,
      format: "esm",
      platform: "node",
      external: ["avsc"],
      outfile: program,
    });
    const ratios = { same: new Map<string, number>(), plan: new Map<string, number>() };
    for (const longs of ["bigint", "number"] as const) {
      for (const { name, text } of benchSchemas().filter((schema) => schema.name.includes(only))) {
        const compiled = async (kind: string, schema: string): Promise<string> => {
          const own = join(folder, longs, kind, name.replace(/\W/g, "-"));
          mkdirSync(own, { recursive: true });
          return compileSchema(schema, longs, own);
        };
        const writer = await compiled("writer", text);
        const later = evolved(text);
        const readers = { same: [writer, text], plan: [await compiled("reader", later), later] } as const;
        for (const kind of ["same", "plan"] as const) {
          const [reader, readerSchema] = readers[kind];
          const task: ResolveTask = { writer, reader, writerSchema: text, readerSchema, longs, seed, rounds, roundMs };
          const printed = execFileSync(process.execPath, [program, JSON.stringify(task)], { encoding: "utf8" });
          const measured: ResolveMeasured = JSON.parse(printed);
          ratios[kind].set(`${name}, ${longs}`, measured.ours / measured.avsc);
          console.error(`${kind}, ${longs} longs: ${name}: ${(measured.ours / measured.avsc).toFixed(2)}`);
        }
      }
    }
    return [
      row("decode with the writer's schema, the reader's own", goals.same, ratios.same),
      row("decode with the writer's schema, with a plan", goals.plan, ratios.plan),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function row(measure: string, goal: number, ratios: ReadonlyMap<string, number>): Row {
  const list = [...ratios.values()];
  const mean = Math.exp(list.reduce((sum, ratio) => sum + Math.log(ratio), 0) / list.length);
  const details = Object.fromEntries([...ratios].map(([name, ratio]) => [name, Number(ratio.toFixed(2))]));
  return atLeast(`${measure}, against avsc with its resolver`, goal, mean, details);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const rows = await resolveRows({ only: process.argv[2] });
  console.log(table(rows));
  console.log(JSON.stringify(rows, undefined, 2));
}
