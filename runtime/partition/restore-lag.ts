/** How far a partition is behind its logs, and how fast a restore makes up for it. */
import type { Clock } from "../core/clock.js";
import type { RestorePace } from "../state/access.js";
import type { Progress } from "./progress.js";
import { RestoreWatch } from "./restore-pace.js";

/** One for all restores of a partition. */
export class RestoreLag {
  readonly #clock: Clock;
  #ends: readonly bigint[] = [];
  #progress: Progress | undefined;
  #watch: RestoreWatch | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Where to read to, by place of the topic. */
  aim(ends: readonly bigint[]): void {
    this.#ends = ends;
  }

  /** A restore begins, or begins anew, at what is applied already. */
  begin(progress: Progress): void {
    this.#progress = progress;
    this.#watch = new RestoreWatch(this.records, this.#clock.monotonic());
  }

  /** No restore is under way any more. */
  end(): void {
    this.#watch = undefined;
  }

  /** Offsets that are still to be read, of all topics. */
  get records(): bigint {
    let lag = 0n;
    for (const [topic, end] of this.#ends.entries()) {
      const behind = end - (this.#progress?.offset(topic) ?? 0n);
      if (behind > 0n) lag += behind;
    }
    return lag;
  }

  /** Of the restore that is under way. */
  get pace(): RestorePace | undefined {
    return this.#watch?.pace(this.records, this.#clock.monotonic());
  }
}
