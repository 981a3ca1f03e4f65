/** Streamed answers: backpressure, with a bound on how long a reader may take nothing, and the end of the connection. */
import type { Clock } from "../core/clock.js";
import type { Arrival, ArrivalWatch } from "./arrival-watch.js";
import { ConnectionEnds } from "./connection-ends.js";
import type { Exchange } from "./exchange.js";

/** See the head of the file. */
export class SlowReaders {
  readonly #clock: Clock;
  readonly #watch: ArrivalWatch;
  readonly #slowReaderMs: number;
  readonly #ends = new ConnectionEnds();

  constructor(clock: Clock, watch: ArrivalWatch, slowReaderMs: number) {
    this.#clock = clock;
    this.#watch = watch;
    this.#slowReaderMs = slowReaderMs;
  }

  /** Calls `run` once when the connection is gone. @returns Takes it back. */
  onGone({ request }: Exchange, run: () => void): () => void {
    return this.#ends.on(request.socket, run);
  }

  /** Resolves when what was written is taken, or the connection is gone; cuts the connection after `slowReaderMs`. */
  taken(exchange: Exchange): Promise<void> {
    const { response, request } = exchange;
    if (!response.writableNeedDrain) return Promise.resolve();
    return new Promise((resolve) => {
      const arrival: Arrival = {
        deadline: this.#clock.monotonic() + this.#slowReaderMs,
        slot: 0,
        expire: () => request.socket.destroy(),
      };
      const onTaken = (): void => {
        this.#watch.remove(arrival);
        response.off("drain", onTaken);
        forget();
        resolve();
      };
      this.#watch.add(arrival);
      response.on("drain", onTaken);
      const forget = this.onGone(exchange, onTaken);
    });
  }
}
