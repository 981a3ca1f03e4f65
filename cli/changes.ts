/** Changes of files, many at once told once. */
import { existsSync, type FSWatcher, watch } from "node:fs";
import { basename, dirname } from "node:path";
import type { Clock, Timer } from "../runtime/core/clock.js";
import { FolderWatch } from "./folder-watch.js";

/** Editors and the generator write several files in a row; a change is told when it has been quiet for this long. */
const quietMs = 150;

/** Watches folders and files; close it. */
export class Changes {
  readonly #clock: Clock;
  readonly #watchers = new Set<FSWatcher>();
  readonly #folders = new Set<FolderWatch>();
  readonly #timers = new Map<() => void, Timer>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls back after something below `folder` changed. One that is not there is watched from when it is made. */
  folder(folder: string, run: () => void): void {
    if (!existsSync(folder)) {
      this.#folderToCome(folder, run);
      return;
    }
    const renewed = (): void => {
      if (!watched.renew()) {
        this.#folders.delete(watched);
        this.#folderToCome(folder, run);
      }
      run();
    };
    const watched = new FolderWatch(folder, () => this.#soon(renewed));
    this.#folders.add(watched);
  }

  /** Calls back after a file changed, also when it is replaced by another one of its name. */
  file(file: string, run: () => void): void {
    this.#entry(file, () => this.#soon(run));
  }

  close(): void {
    for (const timer of this.#timers.values()) timer.cancel();
    for (const watcher of this.#watchers) watcher.close();
    for (const folder of this.#folders) folder.close();
  }

  #folderToCome(folder: string, run: () => void): void {
    const made = this.#entry(folder, () => {
      if (!existsSync(folder)) return;
      this.#remove(made);
      this.folder(folder, run);
      this.#soon(run);
    });
  }

  /** Watches one name in its folder, or in the nearest one that is there. */
  #entry(path: string, run: () => void): FSWatcher {
    let entry = path;
    while (!existsSync(dirname(entry))) entry = dirname(entry);
    const name = basename(entry);
    return this.#add(
      watch(dirname(entry), (_, changed) => {
        if (changed === name) run();
      }),
    );
  }

  #add(watcher: FSWatcher): FSWatcher {
    // A watched folder that is removed is an error on some systems, and no reason to end.
    watcher.on("error", () => this.#remove(watcher));
    this.#watchers.add(watcher);
    return watcher;
  }

  #remove(watcher: FSWatcher): void {
    watcher.close();
    this.#watchers.delete(watcher);
  }

  #soon(run: () => void): void {
    this.#timers.get(run)?.cancel();
    this.#timers.set(run, this.#clock.after(quietMs, run));
  }
}
