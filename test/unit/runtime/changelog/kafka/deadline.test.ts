import { expect, it } from "vitest";
import { Deadline } from "../../../../../runtime/changelog/kafka/deadline.js";
import type { Clock } from "../../../../../runtime/core/clock.js";
import { systemRandom } from "../../../../../runtime/core/random.js";

/** Every timer is due at once, and moves the time there. */
class JumpingClock implements Clock {
  #ms = 0;

  now(): number {
    return this.#ms;
  }

  monotonic(): number {
    return this.#ms;
  }

  after(delayMs: number, run: () => void): { cancel(): void } {
    this.#ms += delayMs;
    queueMicrotask(run);
    return { cancel: () => undefined };
  }
}

it.each([200, 2_000, 10_000])("an attempt is made only where enough of %d ms is left for an answer", async (ms) => {
  for (let round = 0; round < 100; round += 1) {
    const deadline = new Deadline({ clock: new JumpingClock(), random: systemRandom }, ms);
    let least = deadline.leftMs;
    while (await deadline.wait()) least = Math.min(least, deadline.leftMs);
    expect(least).toBeGreaterThanOrEqual(Math.min(500, ms / 5));
  }
});
