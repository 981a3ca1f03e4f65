/**
 * Frozen views of the file for snapshots. Snapshots taken between two transactions of the writer share a view, since what
 * differs between them is not in the file yet.
 */
import { MemReader } from "./mem-reader.js";

/** Idle connections that are kept for the next view. */
const idleLimit = 4;
const viewCacheBytes = 1024 * 1024;

/** A view while snapshots use it. */
export interface FrozenView {
  readonly reader: MemReader;
  users: number;
}

/** See the head of the file. */
export class FrozenViews {
  readonly #path: string;
  #current: FrozenView | undefined;
  readonly #idle: MemReader[] = [];
  readonly #used = new Set<FrozenView>();
  #isClosed = false;

  constructor(path: string) {
    this.#path = path;
  }

  /** A view of the file as it is now, or as it was at a moment since which `turn` was not called. */
  take(): FrozenView {
    if (this.#current === undefined) {
      const reader = this.#idle.pop() ?? new MemReader(this.#path, viewCacheBytes);
      reader.freeze();
      this.#current = { reader, users: 0 };
      this.#used.add(this.#current);
    }
    this.#current.users += 1;
    return this.#current;
  }

  /** Gives a view back. */
  release(view: FrozenView): void {
    view.users -= 1;
    if (view.users === 0) this.#retire(view);
  }

  /** To be called before changes that the writer has made are forgotten here: later snapshots need a later view. */
  turn(): void {
    this.#current = undefined;
  }

  close(): void {
    this.#isClosed = true;
    for (const view of this.#used) view.reader.close();
    this.#used.clear();
    for (const reader of this.#idle.splice(0)) reader.close();
  }

  #retire(view: FrozenView): void {
    if (this.#isClosed) return;
    if (this.#current === view) this.#current = undefined;
    this.#used.delete(view);
    if (this.#idle.length >= idleLimit) {
      view.reader.close();
      return;
    }
    view.reader.thaw();
    this.#idle.push(view.reader);
  }
}
