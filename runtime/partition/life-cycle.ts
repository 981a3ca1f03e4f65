/** The life of a partition as a table of named states that others can await. */
import { type AffinityError, assert } from "../core/errors.js";

/**
 * - `opening`: the memstore is being opened
 * - `waiting`: a topic that others write is not there as it has to be
 * - `electing`: waits for mastership
 * - `fencing`: refuses earlier writers
 * - `restoring`: reads the log up to its fence
 * - `serving`: answers
 * - `recovering`: an append has an unknown outcome; reads the log to find out, answers nothing
 * - `stopping`: finishes what it accepted
 * - `stopped`, `failed`: ends
 */
export type PartitionState = keyof typeof successors;

const successors = {
  opening: ["electing", "stopping", "failed"],
  waiting: ["electing", "stopping", "failed"],
  electing: ["fencing", "stopping", "failed"],
  fencing: ["restoring", "electing", "waiting", "stopping", "failed"],
  restoring: ["serving", "electing", "waiting", "stopping", "failed"],
  serving: ["recovering", "electing", "waiting", "stopping", "failed"],
  recovering: ["serving", "electing", "waiting", "stopping", "failed"],
  stopping: ["stopped", "failed"],
  stopped: [],
  failed: ["stopping"],
} as const satisfies { readonly [state: string]: readonly string[] };

interface Waiter {
  readonly wanted: readonly PartitionState[];
  readonly resolve: (state: PartitionState) => void;
}

/** Holds the present state, lets it change only as the table says, and wakes those who wait. */
export class LifeCycle {
  readonly #subject: string;
  #state: PartitionState = "opening";
  #failure: AffinityError | undefined;
  #waiters: Waiter[] = [];

  constructor(subject: string) {
    this.#subject = subject;
  }

  get state(): PartitionState {
    return this.#state;
  }

  /** Why it is `failed`. */
  get failure(): AffinityError | undefined {
    return this.#failure;
  }

  /** Goes on to a state that the table allows. */
  to(next: Exclude<PartitionState, "failed">): void {
    this.#enter(next);
  }

  fail(failure: AffinityError): void {
    this.#failure = failure;
    this.#enter("failed");
  }

  /** Whether the table leads from here to `next`. */
  allows(next: PartitionState): boolean {
    const list: readonly string[] = successors[this.#state];
    return list.includes(next);
  }

  /** Resolves with the state as soon as it is one of `wanted`; at once when it is already. */
  reached(...wanted: readonly PartitionState[]): Promise<PartitionState> {
    if (wanted.includes(this.#state)) return Promise.resolve(this.#state);
    return new Promise((resolve) => this.#waiters.push({ wanted, resolve }));
  }

  #enter(next: PartitionState): void {
    assert(this.allows(next), `${this.#subject} goes from ${this.#state} to ${next}`);
    this.#state = next;
    const woken = this.#waiters.filter(({ wanted }) => wanted.includes(next));
    if (woken.length === 0) return;
    this.#waiters = this.#waiters.filter((waiter) => !woken.includes(waiter));
    for (const { resolve } of woken) resolve(next);
  }
}
