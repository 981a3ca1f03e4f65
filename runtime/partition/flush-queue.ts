/**
 * Sends what a turn of the event loop brought in at its end, for all partitions at once: calls that came together share an
 * append, and appends that start together share a commit of the changelog.
 */
import type { Turns } from "./turns.js";

export interface Flushable {
  flush(): void;
}

export class FlushQueue {
  readonly #turns: Turns;
  #due: Flushable[] = [];

  constructor(turns: Turns) {
    this.#turns = turns;
  }

  /** Calls `flush` at the end of the turn. The same one twice is called twice. */
  add(flushable: Flushable): void {
    if (this.#due.length === 0) this.#turns.after(() => this.#run());
    this.#due.push(flushable);
  }

  #run(): void {
    const due = this.#due;
    this.#due = [];
    for (const flushable of due) flushable.flush();
  }
}
