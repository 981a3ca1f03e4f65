/** Choices by a seeded sequence. */
import { type Random, SeededRandom } from "../../runtime/core/random.js";

export class Chance {
  readonly #random: Random;

  constructor(seed: number) {
    this.#random = new SeededRandom(seed);
  }

  /** The sequence underneath. */
  get random(): Random {
    return this.#random;
  }

  /** A whole number from `from` up to, not including, `to`. */
  int(from: number, to: number): number {
    return from + Math.floor(this.#random.next() * (to - from));
  }

  /** True in `share` of the calls. */
  happens(share: number): boolean {
    return this.#random.next() < share;
  }

  /** One of a list that is not empty. */
  pick<T>(list: readonly T[]): T {
    const picked = list[this.int(0, list.length)];
    if (picked === undefined) throw new Error("nothing to choose from");
    return picked;
  }

  /** A sequence of its own, for something that runs beside. */
  fork(): Chance {
    return new Chance(Number(this.#random.bits64() & 0xffff_ffffn));
  }
}
