/** Time that stands still until the simulation moves it: the same seed gives the same run. */
import type { Clock, Timer } from "../../runtime/core/clock.js";
import type { Turns } from "../../runtime/partition/turns.js";

interface Event {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

const start = 1_800_000_000_000;

export class VirtualTime implements Clock {
  /** The end of a turn is the next event. */
  readonly turns: Turns = { after: (run) => void this.after(0, run) };
  #now = 0;
  #order = 0;
  #events: Event[] = [];

  now(): number {
    return start + this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  after(delayMs: number, run: () => void): Timer {
    const event = { at: this.#now + Math.max(0, delayMs), order: this.#order++, run };
    this.#insert(event);
    return {
      cancel: () => {
        const at = this.#events.indexOf(event);
        if (at >= 0) this.#events.splice(at, 1);
      },
    };
  }

  /** Runs what is due until `untilMs` from the start, each event with all that follows from it at once. */
  async runUntil(untilMs: number): Promise<void> {
    await quiet();
    for (let next = this.#events[0]; next !== undefined && next.at <= untilMs; next = this.#events[0]) {
      this.#events.shift();
      this.#now = Math.max(this.#now, next.at);
      next.run();
      await quiet();
    }
    this.#now = Math.max(this.#now, untilMs);
  }

  #insert(event: Event): void {
    let [low, high] = [0, this.#events.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#events[middle];
      if (other !== undefined && (other.at < event.at || (other.at === event.at && other.order < event.order)))
        low = middle + 1;
      else high = middle;
    }
    this.#events.splice(low, 0, event);
  }
}

/** Resolves when every promise that can be settled without an event is. */
function quiet(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
