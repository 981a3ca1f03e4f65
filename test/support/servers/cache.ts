/** Where downloaded servers are kept between runs: AFFINITY_TEST_CACHE, or a folder of the user's cache. */
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const root = process.env.AFFINITY_TEST_CACHE ?? join(homedir(), ".cache", "affinity-test");

/** The folder of that name, made by `make` on first use; aside and renamed, so that two processes may do it at once. */
export function cached(name: string, make: (folder: string) => void): string {
  const folder = join(root, name);
  if (existsSync(folder)) return folder;
  mkdirSync(root, { recursive: true });
  const draft = mkdtempSync(`${folder}.`);
  try {
    make(draft);
    if (!existsSync(folder)) renameSync(draft, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return folder;
}
