/** What `npm start` and `npm test` do first: install and build, each only when something changed. Node.js built-ins only. */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** The repository. */
export const root = fileURLToPath(new URL("..", import.meta.url));

/** The command line as it was built. */
export const affinity = join(root, "dist/cli/main.js");

const compiler = join(root, "node_modules/typescript/bin/tsc");

const sourceFolders = ["runtime", "codegen", "cli"];

/** Installs what the lock file names, and builds the sources. */
export async function prepare() {
  await install();
  await build();
}

async function install() {
  // Set by tests that run these scripts: installing would pull the packages from under them.
  if (process.env.AFFINITY_INSTALLED === "1") return;
  const stamp = join(root, "node_modules/.affinity-install");
  // Native modules are built for one version of Node.js.
  const wanted = hash([join(root, "package-lock.json")], process.versions.modules);
  if (contentOf(stamp) === wanted) return;
  console.log("Installing. The first time compiles SQLite, which takes about two minutes.");
  // On Windows npm is a script, which only a shell starts.
  await run("npm", ["ci", "--no-audit", "--no-fund"], { shell: process.platform === "win32" });
  writeFileSync(stamp, wanted);
}

/** Compiles runtime/, codegen/ and cli/ into dist/ when they differ from the last time; where nothing is installed, installs. */
export async function build() {
  if (!existsSync(compiler)) await install();
  if (isBuilt()) return;
  const release = await takeTurn(join(root, "node_modules/.affinity-build"));
  try {
    if (isBuilt()) return;
    console.log("Building.");
    const wanted = sourcesHash();
    removeStale();
    await run(process.execPath, [compiler, "-p", "tsconfig.json"]);
    chmodSync(affinity, 0o755);
    linkCommand();
    writeFileSync(buildStamp, wanted);
  } finally {
    release();
  }
}

const buildStamp = join(root, "dist/.sources");

function isBuilt() {
  return existsSync(affinity) && contentOf(buildStamp) === sourcesHash();
}

function sourcesHash() {
  const sources = sourceFolders.flatMap((folder) => filesIn(join(root, folder))).sort();
  return hash([...sources, join(root, "tsconfig.json"), join(root, "package-lock.json")], "");
}

// Tests run beside each other, and each wants a build that is whole.
async function takeTurn(file) {
  for (;;) {
    try {
      writeFileSync(file, String(process.pid), { flag: "wx" });
      const release = () => rmSync(file, { force: true });
      process.once("exit", release);
      return release;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    if (!isAlive(Number(contentOf(file)))) rmSync(file, { force: true });
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function isAlive(pid) {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch {
    return false;
  }
}

// npm links the command for the examples only when it is built before it installs, which in a fresh clone it is not.
function linkCommand() {
  const link = join(root, "node_modules/.bin/affinity");
  if (process.platform === "win32" || existsSync(link)) return;
  rmSync(link, { force: true });
  symlinkSync(relative(dirname(link), affinity), link);
}

// Output of sources that are gone would still be packed and found by imports.
function removeStale() {
  for (const folder of sourceFolders) {
    for (const file of filesIn(join(root, "dist", folder))) {
      const source = join(root, relative(join(root, "dist"), file).replace(/(\.d)?\.(ts|js)$/, ".ts"));
      if (existsSync(source)) continue;
      rmSync(file);
      // The compiler believes its notes of what it emitted.
      rmSync(join(root, "dist/.tsbuildinfo"), { force: true });
    }
  }
}

/**
 * Runs a program to its end in the foreground, signals passed on.
 *
 * A program that fails ends this process with its exit code, one that is stopped by a signal with 130.
 */
export function run(command, args, options = {}) {
  const child = spawn(command, args, { cwd: root, stdio: "inherit", ...options });
  return finished(child);
}

/** Resolves when the child has ended well; ends this process when it has not. Signals are passed on. */
export async function finished(child) {
  const stopForwarding = forwardSignals(child);
  const { code, error } = await new Promise((resolve) => {
    child.once("error", (problem) => resolve({ code: 3, error: problem }));
    child.once("exit", (exitCode, signal) => resolve({ code: signal === null ? exitCode : 130 }));
  });
  stopForwarding();
  if (error !== undefined) console.error(`${child.spawnfile}: ${error.message}`);
  if (code !== 0) process.exit(code);
}

function forwardSignals(child) {
  const forward = (signal) => child.kill(signal);
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of signals) process.on(signal, forward);
  return () => {
    for (const signal of signals) process.off(signal, forward);
  };
}

function filesIn(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function hash(files, salt) {
  const digest = createHash("sha256").update(salt);
  for (const file of files)
    digest.update(`\0${relative(root, file).replaceAll(sep, "/")}\0`).update(readFileSync(file));
  return digest.digest("hex");
}

// Another process may remove a file between a look and a read.
function contentOf(file) {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
    return undefined;
  }
}
