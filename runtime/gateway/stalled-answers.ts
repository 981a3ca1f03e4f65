/**
 * Cuts connections whose reader does not take an answer that is written. Node.js could watch each connection all the time
 * (`server.timeout`), at the price of a timer for each request; here only those are given one that have something unread
 * when they are looked at. Its timeout lets go of a reader that is slow but moves.
 */
import type { Socket } from "node:net";
import type { Clock, Timer } from "../core/clock.js";

/** How often connections are looked at, ms. */
const lookMs = 5_000;

/** See the head of the file. */
export class StalledAnswers {
  readonly #clock: Clock;
  readonly #sockets: ReadonlySet<Socket>;
  readonly #stalledMs: number;
  #timer: Timer;

  /** @param stalledMs Time without any progress, after which a connection is cut. */
  constructor(clock: Clock, sockets: ReadonlySet<Socket>, stalledMs: number) {
    this.#clock = clock;
    this.#sockets = sockets;
    this.#stalledMs = stalledMs;
    this.#timer = this.#later();
  }

  close(): void {
    this.#timer.cancel();
  }

  #later(): Timer {
    return this.#clock.after(lookMs, () => this.#look(), { unref: true });
  }

  #look(): void {
    // Node.js sets the time to zero with the next request, and to that of idle connections when the answer is taken.
    for (const socket of this.#sockets) {
      if (socket.writableLength > 0 && (socket.timeout ?? 0) === 0) socket.setTimeout(this.#stalledMs);
    }
    this.#timer = this.#later();
  }
}
