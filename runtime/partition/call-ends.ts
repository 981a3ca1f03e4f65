/**
 * How calls end that were accepted: whoever waits is told, with the retries that follow; their place in the mailbox is free
 * again, and so is their idempotency key.
 */
import type { AffinityError } from "../core/errors.js";
import type { Call, Outcome } from "./call.js";
import type { Mailbox } from "./mailbox.js";
import type { Retries } from "./retries.js";

/** See the head of the file. */
export class CallEnds {
  readonly #mailbox: Mailbox;
  readonly #retries: Retries;
  #onDrained: (() => void) | undefined;

  constructor(mailbox: Mailbox, retries: Retries) {
    this.#mailbox = mailbox;
    this.#retries = retries;
  }

  /** What became of a call is known. */
  settle(call: Call, outcome: Outcome): void {
    this.#retries.end(call);
    if (call.refusal === undefined) call.settle(outcome);
    else call.fail(call.refusal);
    this.#release(call);
  }

  fail(call: Call, error: AffinityError): void {
    this.#retries.end(call);
    call.fail(error);
    this.#release(call);
  }

  /** Resolves when every accepted call has ended. Nothing may be accepted meanwhile. */
  drained(): Promise<void> {
    if (this.#mailbox.open === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onDrained = resolve;
    });
  }

  #release(call: Call): void {
    this.#mailbox.release(call);
    if (this.#mailbox.open > 0 || this.#onDrained === undefined) return;
    this.#onDrained();
    this.#onDrained = undefined;
  }
}
