/** The only place that throws dice; everything else is handed a Random. */

/** Chance, passed in so that a seed repeats a run. */
export interface Random {
  /** A number in [0, 1). */
  next(): number;
  /** An unsigned integer of 64 bits. */
  bits64(): bigint;
}

class SystemRandom implements Random {
  next(): number {
    return Math.random();
  }

  bits64(): bigint {
    return globalThis.crypto.getRandomValues(new BigUint64Array(1))[0] ?? 0n;
  }
}

/** The machine's randomness; `bits64` is fit for identifiers that must not meet. */
export const systemRandom: Random = new SystemRandom();

/** A repeatable sequence from a 32-bit seed (mulberry32). */
export class SeededRandom implements Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  next(): number {
    return this.#next32() / 4_294_967_296;
  }

  bits64(): bigint {
    return (BigInt(this.#next32()) << 32n) | BigInt(this.#next32());
  }

  #next32(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }
}
