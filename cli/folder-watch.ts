/**
 * Tells of changes anywhere below a folder.
 *
 * Where the system has no recursive watch, Node.js emulates it file by file, and loses a file for good that is replaced by
 * another one of its name, as most editors save (tried with 20.20 and 24.21). There each folder is watched by itself.
 */
import { type FSWatcher, readdirSync, statSync, watch } from "node:fs";
import { join } from "node:path";

const isRecursiveNative = process.platform === "darwin" || process.platform === "win32";

interface WatchedFolder {
  readonly watcher: FSWatcher;
  /** A folder that was removed and made again is another one, though it may get the inode of the former. */
  readonly identity: string;
}

/** See the head of the file. */
export class FolderWatch {
  readonly #folder: string;
  readonly #changed: () => void;
  readonly #watched = new Map<string, WatchedFolder>();

  /** @param changed Called for each change; it leads to a `renew` before anything is read. */
  constructor(folder: string, changed: () => void) {
    this.#folder = folder;
    this.#changed = changed;
    this.renew();
  }

  /** Watches the folders that there are now. @returns whether the folder itself is there. */
  renew(): boolean {
    const present = foldersFrom(this.#folder);
    for (const [path, { watcher, identity }] of this.#watched) {
      if (present.get(path) === identity) continue;
      watcher.close();
      this.#watched.delete(path);
    }
    for (const [path, identity] of present) if (!this.#watched.has(path)) this.#watch(path, identity);
    return present.size > 0;
  }

  close(): void {
    for (const { watcher } of this.#watched.values()) watcher.close();
    this.#watched.clear();
  }

  #watch(path: string, identity: string): void {
    const watcher = watch(path, { recursive: isRecursiveNative }, this.#changed);
    // A watched folder that is removed is an error on some systems, and no reason to end.
    watcher.on("error", () => watcher.close());
    this.#watched.set(path, { watcher, identity });
  }
}

/** The folder and, where each is watched by itself, those below it, with their identities. */
function foldersFrom(root: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const left = [root];
  for (let folder = left.pop(); folder !== undefined; folder = left.pop()) {
    try {
      const { ino, birthtimeMs } = statSync(folder);
      found.set(folder, `${ino} ${birthtimeMs}`);
      if (isRecursiveNative) continue;
      for (const entry of readdirSync(folder, { withFileTypes: true }))
        if (entry.isDirectory()) left.push(join(folder, entry.name));
    } catch {
      // It went away while it was looked at, and its parent tells so.
      found.delete(folder);
    }
  }
  return found;
}
