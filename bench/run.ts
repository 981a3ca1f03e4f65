/**
 * npm run bench [-- --only http,codec,generate,bundle,kafka] [--rounds N] [--seconds N] [--node PATH] [--json FILE]
 *
 * Measures in one run, at most ten minutes, everything but the rows with a million keys; those with --large.
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { bundleRow } from "./bundle.js";
import { codecRows } from "./codec/rows.js";
import { generateRows } from "./generate.js";
import { httpRows } from "./http.js";
import { kafkaRows } from "./kafka/rows.js";
import { loadProgram } from "./load/load.js";
import { machine, type Row, table } from "./rows.js";

const { values } = parseArgs({
  options: {
    large: { type: "boolean", default: false },
    // Read by large.ts.
    keys: { type: "string" },
    folder: { type: "string" },
    stages: { type: "string" },
    only: { type: "string", default: "codec,http,generate,bundle" },
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "4" },
    node: { type: "string" },
    json: { type: "string" },
  },
});
if (values.large) await import("./large.js");
else await small();

async function small(): Promise<void> {
  const rounds = Number(values.rounds);
  const started = performance.now();
  const rows: Row[] = [];
  const parts: { readonly [part: string]: () => Promise<readonly Row[]> } = {
    codec: codecRows,
    http: () =>
      httpRows({
        rounds,
        seconds: Number(values.seconds),
        ...(values.node === undefined ? {} : { node: values.node }),
      }),
    generate: async () => generateRows(3),
    bundle: async () => [await bundleRow()],
    // Not in the usual run: it needs Java and Maven, and takes minutes.
    kafka: () => kafkaRows({ rounds, seconds: Number(values.seconds), records: Number(values.keys ?? "1000000") }),
  };

  for (const part of values.only.split(",")) {
    const measure = parts[part];
    if (measure === undefined) throw new Error(`--only ${part}: one of ${Object.keys(parts).join(", ")}`);
    console.error(`${part} …`);
    rows.push(...(await measure()));
  }

  const facts = {
    ...machine(),
    load: loadProgram,
    minutes: Number(((performance.now() - started) / 60_000).toFixed(1)),
  };
  console.log(
    Object.entries(facts)
      .map(([name, fact]) => `${name}: ${fact}`)
      .join(", "),
  );
  console.log(`\n${table(rows)}\n`);
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify({ ...facts, rows }, undefined, 2)}\n`);
}
