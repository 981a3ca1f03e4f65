import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder of its own under the system's folder for temporary files. */
export interface TempFolder {
  readonly path: string;
  remove(): Promise<void>;
}

/** Makes one. */
export async function tempFolder(): Promise<TempFolder> {
  const path = await mkdtemp(join(tmpdir(), "affinity-"));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}
