/** Mastership by leases on virtual time: a node that is cut off or has crashed keeps it until its lease ends. */
import type { Coordinator, Mastership } from "../../runtime/coordinator/coordinator.js";
import type { Clock } from "../../runtime/core/clock.js";

interface Seat {
  epoch: number;
  holder: Lease | undefined;
  readonly waiting: (() => void)[];
}

/** Whether the deposed holder is told, or finds out by its lease. */
export type Cut = "told" | "not told";

/** What all nodes' coordinators agree on. */
export class Leases {
  readonly #clock: Clock;
  readonly #seats = new Map<string, Seat>();
  #epoch = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The coordinator as one node sees it. */
  coordinator(): Coordinator {
    return { becomeMaster: (request) => this.#become(request), close: async () => undefined };
  }

  /** Takes mastership of every partition from its holder: its lease ends after `leaseMs`, and then another may have it. */
  cut(leaseMs: number, how: Cut): void {
    for (const seat of this.#seats.values()) {
      const { holder } = seat;
      if (holder === undefined || holder.validUntil !== Number.POSITIVE_INFINITY) continue;
      holder.validUntil = this.#clock.monotonic() + leaseMs;
      this.#clock.after(leaseMs, () => {
        if (seat.holder === holder) vacate(seat);
        if (how === "told") holder.tell();
      });
    }
  }

  async #become(request: {
    readonly keyspace: string;
    readonly partition: number;
    readonly signal: AbortSignal;
  }): Promise<Mastership> {
    const name = `${request.keyspace}/${request.partition}`;
    const found: Seat = this.#seats.get(name) ?? { epoch: 0, holder: undefined, waiting: [] };
    this.#seats.set(name, found);
    while (found.holder !== undefined) {
      request.signal.throwIfAborted();
      await new Promise<void>((resolve, reject) => {
        const onAbort = (): void => reject(request.signal.reason);
        request.signal.addEventListener("abort", onAbort, { once: true });
        found.waiting.push(() => {
          request.signal.removeEventListener("abort", onAbort);
          resolve();
        });
      });
    }
    this.#epoch += 1;
    const lease = new Lease(this.#clock, request.keyspace, request.partition, this.#epoch, () => {
      if (found.holder === lease) vacate(found);
    });
    found.holder = lease;
    return lease;
  }
}

function vacate(seat: Seat): void {
  seat.holder = undefined;
  for (const resume of seat.waiting.splice(0)) resume();
}

class Lease implements Mastership {
  readonly keyspace: string;
  readonly partition: number;
  readonly epoch: number;
  validUntil = Number.POSITIVE_INFINITY;
  readonly #clock: Clock;
  readonly #lost = new AbortController();
  readonly #onRelease: () => void;
  #isReleased = false;

  constructor(clock: Clock, keyspace: string, partition: number, epoch: number, onRelease: () => void) {
    this.#clock = clock;
    this.keyspace = keyspace;
    this.partition = partition;
    this.epoch = epoch;
    this.#onRelease = onRelease;
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  isValid(): boolean {
    return !this.#isReleased && this.#clock.monotonic() < this.validUntil;
  }

  async release(): Promise<void> {
    this.#isReleased = true;
    // Of a lease that was taken, the seat is given on when it ends.
    if (this.validUntil === Number.POSITIVE_INFINITY) this.#onRelease();
  }

  tell(): void {
    this.#lost.abort(new Error("the session is over"));
  }
}
