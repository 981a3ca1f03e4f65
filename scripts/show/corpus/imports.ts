/**
 * Generated files refer to each other in circles; each must work as the first that is imported, and all of them through a
 * bundler.
 */
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import type { TypeSample } from "./check-values.js";
import { runProgram } from "./compile.js";
import { type CorpusProject, filesBelow } from "./workspace.js";

/** A generated file that could not be imported first, and what Node said. */
export interface ImportFault {
  readonly file: string;
  readonly text: string;
}

// Touches whatever is assembled on first use.
const probe = `
const [file] = process.argv.slice(-1);
const module = await import(file);
for (const value of Object.values(module)) {
  if (typeof value !== "object" || value === null || !("fingerprint" in value)) continue;
  if (typeof value.fingerprint !== "bigint" || value.schema === undefined) throw new Error("no schema");
}
`;

/** Imports each compiled file in a process of its own, as many at once as there are cores. */
export async function importEachFirst(
  projects: readonly CorpusProject[],
): Promise<{ tried: number; faults: readonly ImportFault[] }> {
  const files = projects.flatMap(({ compiled }) => filesBelow(compiled, ".js").map((file) => join(compiled, file)));
  const faults: ImportFault[] = [];
  const queue = [...files];
  const work = async (): Promise<void> => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      const text = await importFirst(file);
      if (text !== undefined) faults.push({ file, text });
    }
  };
  await Promise.all(Array.from({ length: cpus().length }, work));
  return { tried: files.length, faults };
}

function importFirst(file: string): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const parameters = ["--input-type=module", "-e", probe, pathToFileURL(file).href];
    const child = spawn(process.execPath, parameters, { stdio: ["ignore", "ignore", "pipe"] });
    let text = "";
    child.stderr.on("data", (chunk: Buffer) => {
      text += chunk.toString();
    });
    child.on("error", reject);
    child.on("close", (code) => resolve(code === 0 ? undefined : text.trim().slice(0, 500)));
  });
}

/** Bundles every type into one file, runs it, and lets each decode and encode a value that is known from before. */
export async function bundleAll(folder: string, samples: readonly TypeSample[]): Promise<readonly string[]> {
  const lines = samples.map(
    ({ module, exportName }, index) => `import { ${exportName} as t${index} } from ${JSON.stringify(module)};`,
  );
  const facts = samples.map(({ name, hex, fingerprint }) => [name, hex, fingerprint]);
  const entry = join(folder, "bundle-entry.mjs");
  const check = `
const types = [${samples.map((_, index) => `t${index}`).join(", ")}];
const facts = ${JSON.stringify(facts)};
for (const [index, [name, hex, fingerprint]] of facts.entries()) {
  try {
    const type = types[index];
    const bytes = type.encode(type.decode(Uint8Array.from(Buffer.from(hex, "hex"))));
    if (Buffer.from(bytes).toString("hex") !== hex) console.log(name + ": other bytes");
    if (String(type.fingerprint) !== fingerprint) console.log(name + ": other fingerprint");
  } catch (error) { console.log(name + ": " + error); }
}
`;
  writeFileSync(entry, `${lines.join("\n")}\n${check}`);
  const outfile = join(folder, "bundle.mjs");
  await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: "esm",
    platform: "neutral",
    outfile,
    logLevel: "silent",
  });
  const output = await runProgram(process.execPath, [outfile], folder);
  return output.split("\n").filter((line) => line !== "");
}
