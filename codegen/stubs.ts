/** The users' handlers: written once, and only where there is none. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
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
export function writeStubs(folder: string, stubs: ReadonlyMap<string, string>): readonly string[] {
  const written: string[] = [];
  for (const [path, text] of stubs) {
    if (hasHandler(folder, path)) continue;
    const target = join(folder, path);
    mkdirSync(dirname(target), { recursive: true });
    // `wx`: not even a link that leads nowhere is written through.
    writeFileSync(target, text, { flag: "wx" });
    written.push(path);
  }
  return written.sort(byCodeUnits);
}
