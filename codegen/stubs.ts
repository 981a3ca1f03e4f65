/** The users' handlers: written once, and only where there is none. */
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { byCodeUnits } from "./diagnostics-sort.js";

/** Endings under which a handler's module is found. */
const endings = [".ts", ".mts", ".js", ".mjs"];

/** Whether a handler is there, as TypeScript or JavaScript. */
export function hasHandler(folder: string, path: string): boolean {
  const stem = path.replace(/\.ts$/, "");
  return endings.some((ending) => existsSync(join(folder, stem + ending)));
}

/** Writes the stubs that are missing; gives their paths within the folder. */
export async function writeStubs(folder: string, stubs: ReadonlyMap<string, string>): Promise<readonly string[]> {
  const written: string[] = [];
  for (const [path, text] of stubs) {
    if (hasHandler(folder, path)) continue;
    const target = join(folder, path);
    await mkdir(dirname(target), { recursive: true });
    // `wx`: not even a link that leads nowhere is written through.
    await writeFile(target, text, { flag: "wx" });
    written.push(path);
  }
  return written.sort(byCodeUnits);
}
