/** Attempts until a deadline. */
import { type Clock, sleep } from "../../core/clock.js";
import type { Random } from "../../core/random.js";

/** Waits between attempts, ms: the first, and the longest. */
const firstWaitMs = 5;
const longestWaitMs = 500;
/**
 * Time that an attempt is given at least, ms, and as a part of the whole: one that the end cuts short tells nothing, makes an
 * append's outcome unknown, and hides what the attempt before it has found.
 */
const shortestTryMs = 500;
const shortestTryPart = 0.2;

export interface DeadlineParts {
  readonly clock: Clock;
  readonly random: Random;
}

export class Deadline {
  readonly #parts: DeadlineParts;
  readonly #end: number;
  readonly #shortestTryMs: number;
  #waitMs = firstWaitMs;

  constructor(parts: DeadlineParts, ms: number) {
    this.#parts = parts;
    this.#end = parts.clock.monotonic() + ms;
    this.#shortestTryMs = Math.min(shortestTryMs, ms * shortestTryPart);
  }

  get leftMs(): number {
    return Math.max(0, this.#end - this.#parts.clock.monotonic());
  }

  /** Waits before the next attempt, a little longer each time. False when there is no time for one. @throws the signal's reason */
  async wait(signal?: AbortSignal): Promise<boolean> {
    const waitMs = this.#waitMs * (0.5 + this.#parts.random.next() / 2);
    this.#waitMs = Math.min(this.#waitMs * 2, longestWaitMs);
    if (waitMs + this.#shortestTryMs > this.leftMs) return false;
    await sleep(this.#parts.clock, waitMs, signal);
    return true;
  }
}
