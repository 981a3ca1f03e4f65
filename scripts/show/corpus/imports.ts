/**
 * Generated files refer to each other in circles; each must work as the first that is imported, and all of them through a
 * bundler.
 */
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import type { TypeSample } from "./check-values.js";
import { runProgram } from "./compile.js";
import { type CorpusProject, filesBelow } from "./workspace.js";

/** A generated file that could not be imported first, and what Node said. */
export interface ImportFault {
  readonly file: string;
  readonly text: string;
}

// Imports the files that it is given one after another, and touches whatever is assembled on first use.
const probe = `
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
for (const file of JSON.parse(readFileSync(0, "utf8"))) {
  try {
    for (const value of Object.values(await import(pathToFileURL(file).href))) {
      if (typeof value !== "object" || value === null || !("fingerprint" in value)) continue;
      if (typeof value.fingerprint !== "bigint" || value.schema === undefined) throw new Error("no schema");
    }
  } catch (error) {
    console.log(JSON.stringify({ file, text: String(error) }));
  }
}
`;

/** What came of importing files first. */
export interface Imported {
  readonly tried: number;
  readonly processes: number;
  readonly faults: readonly ImportFault[];
}

/**
 * Imports each compiled file as the first of its project that a process sees: the n-th process takes the n-th file of every
 * project. Projects share no generated file, so none of what a file needs was imported before it.
 */
export async function importEachFirst(projects: readonly CorpusProject[]): Promise<Imported> {
  const files = projects.map(({ compiled }) => filesBelow(compiled, ".js").map((file) => join(compiled, file)));
  const most = Math.max(...files.map(({ length }) => length));
  const queue = Array.from({ length: most }, (_, index) => files.flatMap((list) => list[index] ?? []));
  const faults: ImportFault[] = [];
  const work = async (): Promise<void> => {
    for (let batch = queue.shift(); batch !== undefined; batch = queue.shift())
      faults.push(...(await importBatch(batch)));
  };
  await Promise.all(Array.from({ length: cpus().length }, work));
  return { tried: files.flat().length, processes: most, faults };
}

function importBatch(files: readonly string[]): Promise<readonly ImportFault[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--input-type=module", "-e", probe], { stdio: ["pipe", "pipe", "inherit"] });
    let text = "";
    child.stdout.on("data", (chunk: Buffer) => {
      text += chunk.toString();
    });
    child.on("error", reject);
    child.on("close", (code) => {
      const faults = text
        .split("\n")
        .filter((line) => line !== "")
        .map((line): ImportFault => JSON.parse(line));
      resolve(code === 0 ? faults : [...faults, { file: files.join(", "), text: `the process ended with ${code}` }]);
    });
    child.stdin.end(JSON.stringify(files));
  });
}

/**
 * Bundles every generated file into one, runs it, and lets each type decode and encode a value that is known from before.
 *
 * @param files absolute paths
 * @returns what was wrong
 */
export async function bundleAll(
  folder: string,
  files: readonly string[],
  samples: readonly TypeSample[],
): Promise<readonly string[]> {
  const places = new Map(files.map((file, index) => [file, index]));
  const imports = files.map((file, index) => `import * as m${index} from ${JSON.stringify(file)};`);
  const facts = samples.map(({ module, exportName, name, hex, fingerprint }) => [
    places.get(module),
    exportName,
    name,
    hex,
    fingerprint,
  ]);
  const entry = join(folder, "bundle-entry.mjs");
  const check = `
const modules = [${files.map((_, index) => `m${index}`).join(", ")}];
const facts = ${JSON.stringify(facts)};
let types = 0;
for (const [module, exportName, name, hex, fingerprint] of facts) {
  try {
    const type = modules[module][exportName];
    const bytes = type.encode(type.decode(Uint8Array.from(Buffer.from(hex, "hex"))));
    if (Buffer.from(bytes).toString("hex") !== hex) console.log(name + ": other bytes");
    else if (String(type.fingerprint) !== fingerprint) console.log(name + ": other fingerprint");
    else types += 1;
  } catch (error) { console.log(name + ": " + error); }
}
// A module whose members the bundler has lost is empty.
for (const module of modules) for (const [name, value] of Object.entries(module)) if (value === undefined) console.log(name + " is undefined");
console.log("done " + types);
`;
  writeFileSync(entry, `${imports.join("\n")}\n${check}`);
  const outfile = join(folder, "bundle.mjs");
  try {
    // Neutral: what is generated imports nothing of Node.js.
    await build({
      entryPoints: [entry],
      bundle: true,
      minify: true,
      format: "esm",
      platform: "neutral",
      outfile,
      logLevel: "silent",
    });
  } catch (error) {
    return [String(error).slice(0, 2000)];
  }
  const { text } = await runProgram(process.execPath, [outfile], folder);
  const lines = text.split("\n").filter((line) => line !== "");
  const end = lines.pop();
  return end === `done ${samples.length}` ? lines : [...lines, `the bundle ended with ${end}`];
}
