/** Growing waits between attempts. */
import { type Clock, sleep } from "../core/clock.js";
import type { PartitionLimits } from "./limits.js";

export class Backoff {
  readonly #longestMs: number;
  readonly #clock: Clock;
  #nextMs: number;

  constructor(limits: Pick<PartitionLimits, "retryFirstMs" | "retryLongestMs">, clock: Clock) {
    this.#nextMs = limits.retryFirstMs;
    this.#longestMs = limits.retryLongestMs;
    this.#clock = clock;
  }

  /** Waits; false when the signal ended it. */
  async wait(signal: AbortSignal): Promise<boolean> {
    const waitMs = this.#nextMs;
    this.#nextMs = Math.min(this.#nextMs * 2, this.#longestMs);
    try {
      await sleep(this.#clock, waitMs, signal);
    } catch {
      return false;
    }
    return true;
  }
}
