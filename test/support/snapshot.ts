/** What a folder holds, to show that nothing in it was touched. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Hash of each file, by its path. */
export type Snapshot = ReadonlyMap<string, string>;

/** SQLite's shared memory is left out: whoever looks at a database makes it, and it holds no data. */
export function snapshot(folder: string): Snapshot {
  const files = new Map<string, string>();
  if (!existsSync(folder)) return files;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || path.endsWith("-shm")) continue;
    const content = readFileSync(path);
    // An empty write-ahead log says nothing either.
    if (path.endsWith("-wal") && content.length === 0) continue;
    files.set(path.slice(folder.length + 1), createHash("sha256").update(content).digest("hex"));
  }
  return files;
}

/** Files that differ between two snapshots. */
export function changedFiles(before: Snapshot, after: Snapshot): readonly string[] {
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths].filter((path) => before.get(path) !== after.get(path)).sort();
}
