/** One timer for all deadlines of a partition: it is set to the earliest and seldom set anew. */
import type { Clock, Timer } from "../core/clock.js";

/** Deadlines are kept to this many milliseconds: never early, and late by no more than that. */
export const deadlineGrainMs = 10;

export class Deadlines {
  readonly #clock: Clock;
  readonly #sweep: (now: number) => number;
  #timer: Timer | undefined;
  #due = Number.POSITIVE_INFINITY;

  /** @param sweep Ends what is due at `now` and returns the next deadline, or infinity. */
  constructor(clock: Clock, sweep: (now: number) => number) {
    this.#clock = clock;
    this.#sweep = sweep;
  }

  /** Sees to it that the sweep runs at `deadline` or soon after. */
  watch(deadline: number): void {
    if (deadline < this.#due && deadline !== Number.POSITIVE_INFINITY) this.#arm(deadline);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#due = Number.POSITIVE_INFINITY;
  }

  #arm(deadline: number): void {
    this.#timer?.cancel();
    this.#due = deadline;
    const waitMs = Math.max(deadlineGrainMs, Math.ceil(deadline - this.#clock.monotonic()));
    // setTimeout takes at most 2^31 - 1; a later deadline is looked at again then.
    this.#timer = this.#clock.after(Math.min(waitMs, 2_147_483_647), () => this.#fire(), { unref: true });
  }

  #fire(): void {
    this.#timer = undefined;
    this.#due = Number.POSITIVE_INFINITY;
    this.watch(this.#sweep(this.#clock.monotonic()));
  }
}
