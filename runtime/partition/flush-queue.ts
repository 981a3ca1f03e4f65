/**
 * Sends what calls have gathered, for all partitions at once: calls that came together share an append, and appends that
 * start together share a commit of the changelog and one message to its writer.
 *
 * It waits for as long as each turn of the event loop brings in more, up to a bound: under load a commit then carries many
 * calls, while a call that comes alone waits for one empty turn, which takes microseconds.
 */
import type { Turns } from "./turns.js";

export interface Flushable {
  flush(): void;
}

/** Calls after which nothing more is waited for. Half of 64 callers: their commit runs while the other half gathers. */
const gatheredCalls = 32;

/** Turns after which nothing more is waited for. */
const gatherTurns = 8;

export class FlushQueue {
  readonly #turns: Turns;
  #due: Flushable[] = [];
  /** Calls that wait to be sent, and how many of them the last turn found. */
  #calls = 0;
  #seenCalls = 0;
  #waitedTurns = 0;

  constructor(turns: Turns) {
    this.#turns = turns;
  }

  /** Calls `flush` soon. The same one twice is called twice. */
  add(flushable: Flushable): void {
    if (this.#due.length === 0) this.#turns.after(this.#onTurn);
    this.#due.push(flushable);
    this.#calls += 1;
  }

  /** One more call has joined what is due: more may follow. */
  grew(): void {
    this.#calls += 1;
  }

  readonly #onTurn = (): void => {
    const isGathering = this.#calls > this.#seenCalls && this.#calls < gatheredCalls && this.#waitedTurns < gatherTurns;
    if (isGathering) {
      this.#seenCalls = this.#calls;
      this.#waitedTurns += 1;
      this.#turns.after(this.#onTurn);
      return;
    }
    const due = this.#due;
    this.#due = [];
    this.#calls = 0;
    this.#seenCalls = 0;
    this.#waitedTurns = 0;
    for (const flushable of due) flushable.flush();
  };
}
