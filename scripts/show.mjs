// npm run show -- main.N [--ci] [--seed S]: runs one line of proof. npm run show:full runs them all in full size and
// keeps what they print under docs/evidence/.
import { spawn } from "node:child_process";
import { createWriteStream, existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const lines = ["main.1", "main.2", "main.3", "main.4", "main.5", "main.6", "main.7"];

const args = process.argv.slice(2);
const isFull = args.includes("--full");
const chosen = args.filter((arg) => /^main\.\d+$/.test(arg));
const passed = args.filter((arg) => arg !== "--full" && !chosen.includes(arg));
const wanted = isFull && chosen.length === 0 ? lines : chosen;

if (wanted.length === 0 || wanted.some((line) => !lines.includes(line))) {
  console.error(
    `usage: npm run show -- <${lines.join(" | ")}> [--ci] [--seed S]\n       npm run show:full [-- main.N …]`,
  );
  process.exit(2);
}

function newest(folder) {
  let latest = 0;
  for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) latest = Math.max(latest, statSync(join(entry.parentPath ?? entry.path, entry.name)).mtimeMs);
  }
  return latest;
}

/** Runs a program to its end; with a file, what it prints goes there too. */
function run(program, parameters, file) {
  return new Promise((resolve) => {
    const child = spawn(program, parameters, {
      cwd: root,
      stdio: file === undefined ? "inherit" : ["ignore", "pipe", "pipe"],
    });
    if (file !== undefined) {
      const copy = createWriteStream(file);
      child.stdout.on("data", (chunk) => copy.write(chunk) && process.stdout.write(chunk));
      child.stderr.on("data", (chunk) => process.stderr.write(chunk));
      child.on("close", () => copy.end());
    }
    child.on("close", (code) => resolve(code ?? 1));
  });
}

// The lines try the built package, as users have it.
const built = join(root, "dist", ".tsbuildinfo");
if (!existsSync(built) || statSync(built).mtimeMs < Math.max(...["runtime", "codegen", "cli"].map(newest))) {
  const code = await run(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", "tsconfig.json"]);
  if (code !== 0) process.exit(3);
}

let worst = 0;
for (const line of wanted) {
  const name = line.replace(".", "-");
  const file = isFull ? join(root, "docs", "evidence", `${name}.txt`) : undefined;
  if (file !== undefined) mkdirSync(dirname(file), { recursive: true });
  const parameters = [join(root, "node_modules/tsx/dist/cli.mjs"), join(root, "scripts/show", `${name}.ts`), ...passed];
  worst = Math.max(worst, await run(process.execPath, parameters, file));
}
process.exit(worst);
