/** Waiting for what others write to a partition's logs: told by the changelog, with a slow look as a net below it. */
import { setMaxListeners } from "node:events";
import type { Changelog, GrowthRequest } from "../changelog/changelog.js";
import type { Clock } from "../core/clock.js";
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
 * Resolves when one of several logs has grown, and after `idleLookMs` all the same.
 *
 * @throws what the changelog throws, and the signal's reason.
 */
export async function firstGrown(parts: FollowParts, ends: readonly LogEnd[], signal: AbortSignal): Promise<void> {
  const { changelog, clock, limits, random } = parts;
  signal.throwIfAborted();
  const stop = new AbortController();
  // One for each log; the default is a guess at leaks.
  setMaxListeners(ends.length + 2, stop.signal);
  const onAbort = (): void => stop.abort(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    await new Promise<void>((resolve, reject) => {
      stop.signal.addEventListener("abort", () => reject(stop.signal.reason), { once: true });
      // Partitions that were opened together shall not look together.
      const timer = clock.after(limits.idleLookMs * (0.5 + random() / 2), resolve, { unref: true });
      stop.signal.addEventListener("abort", () => timer.cancel(), { once: true });
      for (const end of ends) changelog.grown({ ...end, signal: stop.signal }).then(resolve, reject);
    });
  } finally {
    signal.removeEventListener("abort", onAbort);
    stop.abort();
  }
}

/** How soon after a look the next may come: the less looks find, the later, so that writes of our own do not keep us looking. */
export class FollowPace {
  readonly #parts: FollowParts;
  #backoff: Backoff;
  #waitsSince = 0;

  constructor(parts: FollowParts) {
    this.#parts = parts;
    this.#backoff = this.#fresh();
  }

  /** A wait for growth begins. */
  begin(): void {
    this.#waitsSince = this.#parts.clock.monotonic();
  }

  /** It has ended, and a look has found something of others or not. False when the signal ended it. */
  pause(hasFound: boolean, signal: AbortSignal): Promise<boolean> {
    const { clock, limits } = this.#parts;
    if (hasFound || clock.monotonic() - this.#waitsSince >= limits.followLongestMs) this.#backoff = this.#fresh();
    return this.#backoff.wait(signal);
  }

  #fresh(): Backoff {
    const { clock, limits } = this.#parts;
    return new Backoff({ retryFirstMs: limits.followFirstMs, retryLongestMs: limits.followLongestMs }, clock);
  }
}
