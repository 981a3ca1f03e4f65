/**
 * A bounded memory of what was asked lately, in two generations: when the young one is full it becomes the old one, and the
 * old one is forgotten. One lookup costs what a Map's costs, which a list kept in order of use does not.
 */
export class Recent<V> {
  readonly #halfBytes: number;
  #young = new Map<string, V>();
  #old = new Map<string, V>();
  #youngBytes = 0;

  /** @param maxBytes Of both generations, as `set` is told; 0 remembers nothing. */
  constructor(maxBytes: number) {
    this.#halfBytes = maxBytes / 2;
  }

  get(key: string): V | undefined {
    return this.#young.get(key) ?? this.#old.get(key);
  }

  /** @param bytes What the entry takes, about; an entry that takes more than half of all is not remembered. */
  set(key: string, value: V, bytes: number): void {
    if (bytes > this.#halfBytes) return;
    if (this.#youngBytes + bytes > this.#halfBytes) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#youngBytes = 0;
    }
    this.#young.set(key, value);
    this.#youngBytes += bytes;
  }
}
