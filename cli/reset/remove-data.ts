/** Removes what a node has stored, and nothing else. */
import { existsSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { isAbsolute, join, relative } from "node:path";
import { openDataDir } from "../../runtime/coordinator/data-dir.js";
import type { ResolvedConfig } from "../../runtime/node/config/resolved.js";
import { WrongUse } from "../failure.js";

/** Marks of the folder itself, without state: another process may hold the lock the moment that we let it go. */
const kept: ReadonlySet<string> = new Set(["format.json", "lock", "owner.json"]);

/** What there is to remove, by name; empty where there is nothing. */
export async function storedEntries({ dataDir, root }: ResolvedConfig): Promise<readonly string[]> {
  if (!existsSync(dataDir)) return [];
  const way = relative(dataDir, root);
  if (way === "" || (!way.startsWith("..") && !isAbsolute(way)))
    throw new WrongUse(`${dataDir}: holds the project itself, so it is not removed; give dataDir a folder of its own`);
  const names = await readdir(dataDir);
  const state = names.filter((name) => !kept.has(name));
  if (state.length > 0 && !names.includes("format.json"))
    throw new WrongUse(`${dataDir}: has no format.json, so it is no data folder of affinity; nothing was removed`);
  return state.sort();
}

/**
 * A memstore is refused without the changelog that it was filled from, and a changelog is unreadable without the registry's
 * schema ids: what was begun and not done leaves none of them alone.
 */
const firsts = ["memstore", "changelog"];

function turnOf(name: string): number {
  const turn = firsts.findIndex((first) => name.startsWith(first));
  return turn < 0 ? firsts.length : turn;
}

/**
 * Removes the stored data.
 *
 * @throws DATA_DIR_LOCKED while a node runs on it, DATA_FORMAT_NEWER; nothing is removed then.
 */
export async function removeData(config: ResolvedConfig): Promise<readonly string[]> {
  const found = await storedEntries(config);
  if (found.length === 0) return [];
  const folder = await openDataDir(config.dataDir);
  try {
    const entries = await storedEntries(config);
    for (const name of [...entries].sort((a, b) => turnOf(a) - turnOf(b)))
      await rm(join(folder.path, name), { recursive: true, force: true });
    return entries;
  } finally {
    await folder.close();
  }
}
