/** Backpressure of streamed answers: wait until the reader has taken what was written, but not for ever. */
import type { ServerResponse } from "node:http";
import type { Clock } from "../core/clock.js";
import type { Arrival, ArrivalWatch } from "./arrival-watch.js";

/** Resolves when what was written is taken, or the connection is gone; cuts the connection after `slowReaderMs`. */
export class SlowReaders {
  readonly #clock: Clock;
  readonly #watch: ArrivalWatch;
  readonly #slowReaderMs: number;

  constructor(clock: Clock, watch: ArrivalWatch, slowReaderMs: number) {
    this.#clock = clock;
    this.#watch = watch;
    this.#slowReaderMs = slowReaderMs;
  }

  taken(response: ServerResponse): Promise<void> {
    if (response.destroyed || !response.writableNeedDrain) return Promise.resolve();
    return new Promise((resolve) => {
      const arrival: Arrival = {
        deadline: this.#clock.monotonic() + this.#slowReaderMs,
        expire: () => response.destroy(),
      };
      const onTaken = (): void => {
        this.#watch.remove(arrival);
        response.off("drain", onTaken).off("close", onTaken);
        resolve();
      };
      this.#watch.add(arrival);
      response.on("drain", onTaken).on("close", onTaken);
    });
  }
}
