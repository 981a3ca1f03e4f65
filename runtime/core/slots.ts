/**
 * Things that come and go all the time, in no order.
 *
 * A Map or Set is no place for them: V8 gives it a new table after some deletions, and each old table keeps its successor, and
 * so all that was in it then, alive until the next major collection. Here a place is emptied and used again.
 */
export class Slots<T extends object> {
  readonly #items: (T | undefined)[] = [];
  readonly #free: number[] = [];

  get size(): number {
    return this.#items.length - this.#free.length;
  }

  /** @returns Where it stands, for `remove`. */
  add(item: T): number {
    const slot = this.#free.pop() ?? this.#items.length;
    this.#items[slot] = item;
    return slot;
  }

  /** Takes it out, unless it is gone already. */
  remove(slot: number, item: T): void {
    if (this.#items[slot] !== item) return;
    this.#items[slot] = undefined;
    this.#free.push(slot);
  }

  clear(): void {
    this.#items.length = 0;
    this.#free.length = 0;
  }

  /** Those that are there now. */
  all(): readonly T[] {
    return this.#items.filter((item) => item !== undefined);
  }
}
