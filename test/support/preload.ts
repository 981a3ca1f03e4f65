/** The C preloads of this folder: faults of a disk, put under a process that knows nothing of them. */
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * `slowsync`: each sync takes FSYNC_US microseconds more. `forgetsync`: what was not synced is gone after the kill.
 * `enospc`: a full disk while a file exists. The head of each C file tells its variables.
 */
export type PreloadName = "slowsync" | "forgetsync" | "enospc";

const sources = fileURLToPath(new URL("./preload/", import.meta.url));
const cache = fileURLToPath(new URL("../../.cache/preload/", import.meta.url));

/** Whether this machine can compile them: Linux with gcc. */
export function canPreload(): boolean {
  return process.platform === "linux" && spawnSync("gcc", ["--version"]).status === 0;
}

/** Compiles a preload unless that was done before, and gives the path of the shared object. */
export function preloadPath(name: PreloadName): string {
  const source = join(sources, `${name}.c`);
  const hash = createHash("sha256").update(readFileSync(source)).digest("hex").slice(0, 16);
  const object = join(cache, `${name}-${hash}.so`);
  if (existsSync(object)) return object;
  mkdirSync(cache, { recursive: true });
  const draft = `${object}.${process.pid}`;
  const flags = ["-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC"];
  execFileSync("gcc", [...flags, "-o", draft, source, "-ldl", "-lpthread"], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  renameSync(draft, object);
  return object;
}

/** Environment of a process under one or several preloads. */
export function preloaded(
  names: readonly PreloadName[],
  variables: { readonly [name: string]: string },
): { readonly [name: string]: string } {
  // Writes through io_uring would pass the preload by.
  return { LD_PRELOAD: names.map(preloadPath).join(":"), UV_USE_IO_URING: "0", ...variables };
}

/**
 * After the kill of a process under `forgetsync`: puts in place of a folder what the disk would hold.
 *
 * @returns How many files, and how many bytes, were forgotten at least in part.
 */
export function restoreDurable(folder: string, shadows: string): { readonly files: number; readonly bytes: number } {
  const durable = new Map<string, string>();
  for (const line of readFileSync(join(shadows, "names"), "utf8").split("\n")) {
    const space = line.indexOf(" ");
    if (space > 0) durable.set(line.slice(space + 1), join(shadows, line.slice(0, space)));
  }
  const before = new Map(listFiles(folder).map((path) => [path, readFileSync(join(folder, path))]));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  let files = 0;
  let bytes = 0;
  for (const [path, content] of before) {
    if (path.endsWith("-shm")) continue;
    const shadow = durable.get(path);
    const kept = shadow === undefined ? Buffer.alloc(0) : readFileSync(shadow);
    const lost = differing(content, kept);
    if (lost > 0 || shadow === undefined) files += 1;
    bytes += lost;
  }
  for (const [path, shadow] of durable) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    copyFileSync(shadow, join(folder, path));
  }
  return { files, bytes };
}

function differing(left: Buffer, right: Buffer): number {
  if (left.equals(right)) return 0;
  let count = Math.abs(left.length - right.length);
  for (let index = Math.min(left.length, right.length) - 1; index >= 0; index -= 1) {
    if (left[index] !== right[index]) count += 1;
  }
  return count;
}

function listFiles(folder: string): readonly string[] {
  const listing = spawnSync("find", [folder, "-type", "f", "-printf", "%P\\n"], { encoding: "utf8" });
  return listing.stdout.split("\n").filter((path) => path !== "");
}
