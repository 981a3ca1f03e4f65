/**
 * Puts many keys, which lie in one stretch of bytes, into the order of their bytes. A sort of JavaScript would need each key as
 * an object and call a function for each comparison; here the next few bytes of all keys become one number each, the numbers are
 * sorted, and only keys that share them are looked at further.
 */

/** Where the keys stand: from `starts[i]` to `ends[i]` (exclusive) of `bytes`. */
export interface KeyPlaces {
  readonly bytes: Uint8Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
}

/** What a byte of a key can be here: its value + 1, or 0 behind the key's end, which thus comes first. */
const symbols = 257;
/** Ranges up to this length are sorted by comparing. */
const shortRange = 8;

/** Indexes of keys in the order of their bytes; equal keys in the order of their indexes. */
export function keyOrder(keys: KeyPlaces): Uint32Array {
  const order = new Uint32Array(keys.starts.length);
  for (let index = 0; index < order.length; index += 1) order[index] = index;
  new KeySort(keys, order).sort(0, order.length, 0);
  return order;
}

export function isSameKey({ bytes, starts, ends }: KeyPlaces, one: number, other: number): boolean {
  const a = starts[one] ?? 0;
  const b = starts[other] ?? 0;
  const length = (ends[one] ?? 0) - a;
  if ((ends[other] ?? 0) - b !== length) return false;
  // Keys of one stretch mostly differ at their ends.
  for (let at = length - 1; at >= 0; at -= 1) if (bytes[a + at] !== bytes[b + at]) return false;
  return true;
}

class KeySort {
  readonly #keys: KeyPlaces;
  readonly #order: Uint32Array;
  /** By place in the order: the next symbols of its key, times `#indexes`, plus its index. */
  readonly #numbers: Float64Array;
  /** How many indexes there may be: a power of two. */
  readonly #indexes: number;
  /** Symbols that a number holds beside an index. */
  readonly #symbols: number;

  constructor(keys: KeyPlaces, order: Uint32Array) {
    this.#keys = keys;
    this.#order = order;
    this.#numbers = new Float64Array(order.length);
    this.#indexes = 2 ** Math.ceil(Math.log2(Math.max(order.length, 1)));
    this.#symbols = Math.floor(Math.log(Number.MAX_SAFE_INTEGER / this.#indexes) / Math.log(symbols));
  }

  /** Sorts the places `from` to `to` (exclusive), whose keys share their first `depth` bytes, and stand in the order of indexes. */
  sort(from: number, to: number, depth: number): void {
    if (to - from <= shortRange) {
      this.#sortShort(from, to, depth);
      return;
    }
    // Imports often come in order.
    if (this.#isSorted(from, to, depth)) return;
    const shared = this.#sharedDepth(from, to, depth);
    const order = this.#order;
    const numbers = this.#numbers.subarray(from, to);
    const indexes = this.#indexes;
    for (let at = from; at < to; at += 1) {
      const index = order[at] ?? 0;
      numbers[at - from] = this.#symbolsAt(index, shared) * indexes + index;
    }
    numbers.sort();
    // The numbers are overwritten by the ranges within this one, each only where it has been read already.
    let begin = from;
    let last = -1;
    for (let at = from; at < to; at += 1) {
      const number = numbers[at - from] ?? 0;
      const head = Math.floor(number / indexes);
      order[at] = number - head * indexes;
      if (head === last) continue;
      this.#sortRest(begin, at, last, shared);
      begin = at;
      last = head;
    }
    this.#sortRest(begin, to, last, shared);
  }

  /** @param head The symbols that the keys of the range share. */
  #sortRest(from: number, to: number, head: number, depth: number): void {
    // Keys that have ended are equal.
    if (to - from > 1 && head % symbols !== 0) this.sort(from, to, depth + this.#symbols);
  }

  /** How many first bytes all keys of a range share. */
  #sharedDepth(from: number, to: number, depth: number): number {
    const { bytes, starts, ends } = this.#keys;
    const first = this.#order[from] ?? 0;
    const start = starts[first] ?? 0;
    let shared = (ends[first] ?? 0) - start;
    for (let at = from + 1; at < to; at += 1) {
      const index = this.#order[at] ?? 0;
      const other = starts[index] ?? 0;
      const most = Math.min(shared, (ends[index] ?? 0) - other);
      let same = depth;
      while (same < most && bytes[start + same] === bytes[other + same]) same += 1;
      shared = same;
      if (shared === depth) break;
    }
    return shared;
  }

  #symbolsAt(index: number, depth: number): number {
    const { bytes, starts, ends } = this.#keys;
    const start = (starts[index] ?? 0) + depth;
    const end = ends[index] ?? 0;
    let number = 0;
    for (let at = start; at < start + this.#symbols; at += 1)
      number = number * symbols + (at < end ? (bytes[at] ?? 0) + 1 : 0);
    return number;
  }

  #sortShort(from: number, to: number, depth: number): void {
    const order = this.#order;
    for (let at = from + 1; at < to; at += 1) {
      const index = order[at] ?? 0;
      let hole = at;
      for (; hole > from && this.#isAfter(order[hole - 1] ?? 0, index, depth); hole -= 1)
        order[hole] = order[hole - 1] ?? 0;
      order[hole] = index;
    }
  }

  #isSorted(from: number, to: number, depth: number): boolean {
    const order = this.#order;
    for (let at = from + 1; at < to; at += 1)
      if (this.#isAfter(order[at - 1] ?? 0, order[at] ?? 0, depth)) return false;
    return true;
  }

  #isAfter(one: number, other: number, depth: number): boolean {
    const { bytes, starts, ends } = this.#keys;
    let a = (starts[one] ?? 0) + depth;
    let b = (starts[other] ?? 0) + depth;
    const endOfA = ends[one] ?? 0;
    const endOfB = ends[other] ?? 0;
    while (a < endOfA && b < endOfB) {
      const difference = (bytes[a] ?? 0) - (bytes[b] ?? 0);
      if (difference !== 0) return difference > 0;
      a += 1;
      b += 1;
    }
    return a < endOfA;
  }
}
