/** The generator's own code as a hash: output that other code wrote counts as old, whatever its inputs. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { byCodeUnits } from "./diagnostics-sort.js";

let known: string | undefined;

/** SHA-256 (hex) over the generator's modules, as TypeScript or as what became of it; read once a process. */
export function generatorHash(): string {
  known ??= hashModules(fileURLToPath(new URL(".", import.meta.url)));
  return known;
}

function hashModules(folder: string): string {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const isModule = (name: string): boolean => /\.[jt]s$/.test(name) && !name.endsWith(".d.ts");
  const paths = entries.filter((entry) => entry.isFile() && isModule(entry.name));
  const files = paths.map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"));
  const hash = createHash("sha256");
  for (const file of files.sort(byCodeUnits)) {
    const bytes = readFileSync(join(folder, file));
    hash.update(`${file} ${bytes.length}\n`).update(bytes);
  }
  return hash.digest("hex");
}
