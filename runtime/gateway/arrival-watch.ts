/** Ends requests whose bodies do not arrive in time: one timer for all of them, and none when there is nothing to watch. */
import type { Clock, Timer } from "../core/clock.js";
import { Slots } from "../core/slots.js";

/** Something under way that must be whole, or move on, before `deadline` (monotonic ms). */
export interface Arrival {
  deadline: number;
  /** Where the watch keeps it; the watch's own. */
  slot: number;
  /** Called once, when the deadline has passed. */
  expire(): void;
}

/** How often deadlines are looked at, ms. */
const lookMs = 500;

/** See the head of the file. */
export class ArrivalWatch {
  readonly #clock: Clock;
  readonly #arrivals = new Slots<Arrival>();
  #timer: Timer | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(arrival: Arrival): void {
    arrival.slot = this.#arrivals.add(arrival);
    this.#timer ??= this.#clock.after(lookMs, this.#look, { unref: true });
  }

  remove(arrival: Arrival): void {
    this.#arrivals.remove(arrival.slot, arrival);
  }

  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#arrivals.clear();
  }

  readonly #look = (): void => {
    this.#timer = undefined;
    const now = this.#clock.monotonic();
    for (const arrival of this.#arrivals.all()) {
      if (arrival.deadline > now) continue;
      this.remove(arrival);
      arrival.expire();
    }
    if (this.#arrivals.size > 0) this.#timer ??= this.#clock.after(lookMs, this.#look, { unref: true });
  };
}
