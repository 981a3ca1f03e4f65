/** Waiting for what others write to a partition's logs: told by the changelog, with a slow look as a net below it. */
import type { Changelog, GrowthRequest } from "../changelog/changelog.js";
import { type Clock, sleep } from "../core/clock.js";
import { firstOf } from "../core/first-of.js";
import { Backoff } from "./backoff.js";
import type { PartitionLimits } from "./limits.js";

export interface FollowParts {
  readonly changelog: Changelog;
  readonly clock: Clock;
  readonly limits: PartitionLimits;
  readonly random: () => number;
}

/** Where a log ended when it was last looked at. */
export type LogEnd = Omit<GrowthRequest, "signal">;

/**
 * Resolves when one of several logs does not end any more where it ended when it was last looked at, and after `idleLookMs` all
 * the same.
 *
 * @throws what the changelog throws, and the signal's reason.
 */
export function grownOrDue(
  { changelog, clock, limits, random }: FollowParts,
  ends: readonly LogEnd[],
  signal: AbortSignal,
): Promise<void> {
  // Partitions that were opened together shall not look together.
  const dueMs = limits.idleLookMs * (0.5 + random() / 2);
  return firstOf(signal, [
    ...ends.map((end) => (stop: AbortSignal) => changelog.grown({ ...end, signal: stop })),
    (stop) => sleep(clock, dueMs, stop, { unref: true }),
  ]);
}

/** Of the longest pauses: after so many without growth of its own a log is quiet. */
const quietPauses = 2;

/** How soon after a look the next may come: the less looks find, the later, so that writes of our own do not keep us looking. */
export class FollowPace {
  readonly #parts: FollowParts;
  #backoff: Backoff;
  #pausedAt: number;

  constructor(parts: FollowParts) {
    this.#parts = parts;
    this.#backoff = this.#fresh();
    this.#pausedAt = parts.clock.monotonic();
  }

  /** A wait for growth has ended, and a look has found something of others or not. False when the signal ended it. */
  pause(hasFound: boolean, signal: AbortSignal): Promise<boolean> {
    const { clock, limits } = this.#parts;
    const now = clock.monotonic();
    if (hasFound || now - this.#pausedAt >= quietPauses * limits.followLongestMs) this.#backoff = this.#fresh();
    this.#pausedAt = now;
    return this.#backoff.wait(signal);
  }

  #fresh(): Backoff {
    const { clock, limits } = this.#parts;
    return new Backoff({ retryFirstMs: limits.followFirstMs, retryLongestMs: limits.followLongestMs }, clock);
  }
}
