/** A map whose entries come and go all the time. */

/** Keys without an entry that stay behind, at most, before the map is made anew. */
const staleLimit = 256;

/**
 * Entries are not deleted one by one, for the reason that `core/slots.ts` gives. (Of what a write allocates, half outlived its
 * first collection in that way, and a write cost twice as much.)
 */
export class TransientMap<K, V> {
  #entries = new Map<K, V | undefined>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(key: K): V | undefined {
    return this.#entries.get(key);
  }

  set(key: K, value: V): void {
    if (this.#entries.get(key) === undefined) this.#size += 1;
    this.#entries.set(key, value);
  }

  /** Takes an entry out, unless the key has another value by now. */
  remove(key: K, value: V): void {
    if (this.#entries.get(key) !== value) return;
    this.#entries.set(key, undefined);
    this.#size -= 1;
    if (this.#entries.size - this.#size > staleLimit) this.#trim();
  }

  clear(): void {
    this.#entries = new Map();
    this.#size = 0;
  }

  /** In no order that means anything. */
  *values(): Iterable<V> {
    for (const value of this.#entries.values()) if (value !== undefined) yield value;
  }

  #trim(): void {
    const former = this.#entries;
    this.#entries = new Map();
    if (this.#size === 0) return;
    for (const [key, value] of former) if (value !== undefined) this.#entries.set(key, value);
  }
}
