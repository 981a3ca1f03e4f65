/**
 * Tells without a look into the file that an idempotency key is not remembered, which is the case of nearly every keyed
 * write. Bloom filters in generations: forgetting drops whole generations.
 */

interface Generation {
  readonly bits: Uint32Array;
  readonly capacity: number;
  count: number;
  /** Latest time of a key in it. */
  newest: number;
}

/** Bits for each key; with four probes about 1 of 400 absent keys looks as if it were there. */
const bitsPerKey = 16;
const probes = 4;
const firstCapacity = 1024;
const largestCapacity = 131_072;

/** See the head of the file. 2 bytes a key. */
export class AnswerFilter {
  #generations: Generation[] = [];
  /** Latest time of keys that were remembered before this filter was made, and are not in it. */
  #unknownUntil: number | undefined;

  /** @param unknownUntil Latest time of a key that is remembered already; undefined when there is none. */
  constructor(unknownUntil: number | undefined) {
    this.#unknownUntil = unknownUntil;
  }

  /** Whether the key may be there; false is certain. */
  mayHave(key: string): boolean {
    if (this.#unknownUntil !== undefined) return true;
    if (this.#generations.length === 0) return false;
    const one = hash(key, 0x811c9dc5);
    const other = hash(key, 0x2f0b4c47) | 1;
    return this.#generations.some(({ bits }) => hasBits(bits, one, other));
  }

  /** Adds a key whose first attempt was at `time`. */
  add(key: string, time: number): void {
    let generation = this.#generations.at(-1);
    if (generation === undefined || generation.count >= generation.capacity) {
      const capacity = Math.min(generation === undefined ? firstCapacity : generation.capacity * 2, largestCapacity);
      generation = { bits: new Uint32Array((capacity * bitsPerKey) / 32), capacity, count: 0, newest: time };
      this.#generations.push(generation);
    }
    const one = hash(key, 0x811c9dc5);
    const other = hash(key, 0x2f0b4c47) | 1;
    const size = generation.bits.length * 32;
    for (let probe = 0; probe < probes; probe += 1) {
      const bit = ((one + Math.imul(probe, other)) >>> 0) % size;
      generation.bits[bit >>> 5] = (generation.bits[bit >>> 5] ?? 0) | (1 << (bit & 31));
    }
    generation.count += 1;
    generation.newest = Math.max(generation.newest, time);
  }

  /** Keys of first attempts before `time` are gone. */
  forget(time: number): void {
    if (this.#unknownUntil !== undefined && this.#unknownUntil < time) this.#unknownUntil = undefined;
    this.#generations = this.#generations.filter((generation) => generation.newest >= time);
  }
}

function hasBits(bits: Uint32Array, one: number, other: number): boolean {
  const size = bits.length * 32;
  for (let probe = 0; probe < probes; probe += 1) {
    const bit = ((one + Math.imul(probe, other)) >>> 0) % size;
    if (((bits[bit >>> 5] ?? 0) & (1 << (bit & 31))) === 0) return false;
  }
  return true;
}

// FNV-1a over code units, mixed at the end so that neighbouring keys spread.
function hash(text: string, seed: number): number {
  let value = seed;
  for (let index = 0; index < text.length; index += 1) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
