/** A clock that runs with the machine's and can be moved forward by tests. */
import { type Clock, systemClock, type Timer } from "../core/clock.js";

interface Pending {
  readonly due: number;
  readonly run: () => void;
  real: Timer;
}

/**
 * Runs with the machine's clock; `advance` moves it forward and runs what became due, in order of its time. Time never goes
 * back.
 */
export class MovableClock implements Clock {
  readonly #base: Clock;
  #aheadMs = 0;
  readonly #pending = new Set<Pending>();

  constructor(base: Clock = systemClock) {
    this.#base = base;
  }

  now(): number {
    return this.#base.now() + this.#aheadMs;
  }

  monotonic(): number {
    return this.#base.monotonic() + this.#aheadMs;
  }

  after(delayMs: number, run: () => void, options: { readonly unref?: boolean } = {}): Timer {
    const entry: Pending = {
      due: this.monotonic() + delayMs,
      run: () => {
        this.#pending.delete(entry);
        run();
      },
      real: { cancel: () => undefined },
    };
    entry.real = this.#base.after(delayMs, entry.run, options);
    this.#pending.add(entry);
    return {
      cancel: () => {
        entry.real.cancel();
        this.#pending.delete(entry);
      },
    };
  }

  /** Moves the clock forward by `ms` (0 or more) and runs the timers that are due then, also those that they set. */
  advance(ms: number): void {
    if (!(ms >= 0)) throw new RangeError(`advance takes 0 or more milliseconds, not ${ms}`);
    this.#aheadMs += ms;
    for (let entry = this.#firstDue(); entry !== undefined; entry = this.#firstDue()) {
      entry.real.cancel();
      entry.run();
    }
  }

  #firstDue(): Pending | undefined {
    const now = this.monotonic();
    let first: Pending | undefined;
    for (const entry of this.#pending)
      if (entry.due <= now && (first === undefined || entry.due < first.due)) first = entry;
    return first;
  }
}
