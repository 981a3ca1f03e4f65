// npm run show -- main.N | avro.N | kafka.N [--ci] [--seed S]: runs one line of proof. npm run show:full runs all of them, or
// those named, in full size and keeps what they print under docs/evidence/.
import { spawn } from "node:child_process";
import { createWriteStream, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { build, root } from "./prepare.mjs";

// A line is a program of its name.
const parts = ["main", "avro", "kafka"];
const lines = readdirSync(join(root, "scripts/show"))
  .map((name) => /^([a-z]+)-(\d+)\.ts$/.exec(name))
  .filter((found) => found !== null && parts.includes(found[1]))
  .map(([, part, line]) => ({ part, line: Number(line) }))
  .sort((left, right) => parts.indexOf(left.part) - parts.indexOf(right.part) || left.line - right.line)
  .map(({ part, line }) => `${part}.${line}`);

const args = process.argv.slice(2);
const isFull = args.includes("--full");
const isAll = args.includes("--all");
const chosen = args.filter((arg) => /^(main|avro|kafka)\.\d+$/.test(arg));
const passed = args.filter((arg) => arg !== "--full" && arg !== "--all" && !chosen.includes(arg));
const wanted = (isFull || isAll) && chosen.length === 0 ? lines : chosen;

if (wanted.length === 0 || wanted.some((line) => !lines.includes(line))) {
  console.error(
    `usage: npm run show -- <${lines.join(" | ")}> [--ci] [--seed S]\n       npm run show:full [-- main.N …]`,
  );
  process.exit(2);
}

/** Runs a line to its end; with a file, what it prints goes there too. */
function show(line, file) {
  const parameters = [join(root, "node_modules/tsx/dist/cli.mjs"), join(root, "scripts/show", `${line}.ts`), ...passed];
  const stdio = file === undefined ? "inherit" : ["ignore", "pipe", "inherit"];
  return new Promise((resolve) => {
    const child = spawn(process.execPath, parameters, { cwd: root, stdio });
    if (file !== undefined) {
      const copy = createWriteStream(file);
      child.stdout.on("data", (chunk) => {
        copy.write(chunk);
        process.stdout.write(chunk);
      });
      child.on("close", () => copy.end());
    }
    // A line that is told to stop, stops what it started.
    for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
    child.on("close", (code) => resolve(code ?? 1));
  });
}

// The lines try the built package, as users have it.
await build();
let worst = 0;
for (const line of wanted) {
  const name = line.replace(".", "-");
  const file = isFull ? join(root, "docs/evidence", `${name}.txt`) : undefined;
  if (file !== undefined) mkdirSync(join(root, "docs/evidence"), { recursive: true });
  worst = Math.max(worst, await show(name, file));
}
process.exit(worst);
