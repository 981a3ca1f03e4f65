/** The calls of a partition that wait for their turn, in order of arrival, and how much is accepted in all. */
import type { Call } from "./call.js";
import type { PartitionLimits } from "./limits.js";

export class Mailbox {
  readonly #limits: PartitionLimits;
  #queue: (Call | undefined)[] = [];
  #head = 0;
  #open = 0;
  #bytes = 0;

  constructor(limits: PartitionLimits) {
    this.#limits = limits;
  }

  /** Calls that wait for their turn. */
  get waiting(): number {
    return this.#queue.length - this.#head;
  }

  /** Calls that are accepted and not settled, whether they wait or not. */
  get open(): number {
    return this.#open;
  }

  /** Counts a call in; false when there is no room for it. */
  admit(call: Call): boolean {
    if (this.#open >= this.#limits.mailboxLimit || this.#bytes + call.bytes > this.#limits.mailboxBytes) return false;
    this.#open += 1;
    this.#bytes += call.bytes;
    return true;
  }

  /** Counts a call of our own in, whether or not there is room. */
  admitAlways(call: Call): void {
    this.#open += 1;
    this.#bytes += call.bytes;
  }

  /** Counts a settled call out, and the retries that followed it. */
  release(call: Call): void {
    this.#open -= 1;
    this.#bytes -= call.bytes;
    if (call.followers !== undefined) for (const follower of call.followers) this.release(follower);
  }

  push(call: Call): void {
    this.#queue.push(call);
  }

  /** Before all that wait. */
  pushFirst(call: Call): void {
    this.#queue.splice(this.#head, 0, call);
  }

  /** The next call, taken out; undefined when none waits. */
  shift(): Call | undefined {
    if (this.#head === this.#queue.length) return undefined;
    const call = this.#queue[this.#head];
    this.#queue[this.#head] = undefined;
    this.#head += 1;
    if (this.#head === this.#queue.length) {
      this.#queue = [];
      this.#head = 0;
    } else if (this.#head >= 1_024 && this.#head * 2 >= this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
    return call;
  }

  /** Takes out those that `isOver` says, in order. */
  remove(isOver: (call: Call) => boolean): readonly Call[] {
    const removed: Call[] = [];
    const kept: Call[] = [];
    for (const call of this.#queue) if (call !== undefined) (isOver(call) ? removed : kept).push(call);
    if (removed.length === 0) return removed;
    this.#queue = kept;
    this.#head = 0;
    return removed;
  }

  /** The earliest deadline of those that wait, or infinity. */
  earliest(): number {
    let earliest = Number.POSITIVE_INFINITY;
    for (const call of this.#queue) if (call !== undefined && call.deadline < earliest) earliest = call.deadline;
    return earliest;
  }
}
