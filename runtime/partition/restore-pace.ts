/** How fast a restore goes and how long it will take, from its start until now. */
import type { RestorePace } from "../state/access.js";

/** Shorter than this a rate says nothing, ms. */
const leastMs = 200;

/** One restore; times are of the monotonic clock, ms. */
export class RestoreWatch {
  readonly #total: bigint;
  readonly #startedAt: number;

  /** @param total records that are to be applied, gaps that compaction left counted as records. */
  constructor(total: bigint, startedAt: number) {
    this.#total = total;
    this.#startedAt = startedAt;
  }

  /** @param left records that are still to be applied. */
  pace(left: bigint, now: number): RestorePace {
    const done = this.#total - left;
    const elapsedMs = now - this.#startedAt;
    if (elapsedMs < leastMs || done <= 0n) return { totalRecords: this.#total, doneRecords: done };
    const recordsPerSecond = (Number(done) * 1_000) / elapsedMs;
    return {
      totalRecords: this.#total,
      doneRecords: done,
      recordsPerSecond: Math.round(recordsPerSecond),
      secondsLeft: Math.round(Number(left) / recordsPerSecond),
    };
  }
}
