/** Mastership where one process has all partitions: who asks first has it, the next waits until it is released. */
import { AffinityError } from "../core/errors.js";
import type { Mastership } from "./coordinator.js";

/** A counter that only grows and is kept before it is used. */
export interface EpochSource {
  /** The epoch of this start. */
  readonly current: number;
  /** The next one; kept, as far as the source keeps anything, when it resolves. */
  advance(): Promise<number>;
}

interface Seat {
  /** The last epoch given for this partition. */
  epoch: number;
  holder: LocalMastership | undefined;
  readonly waiting: (() => void)[];
}

/**
 * All partitions of one start share its epoch, so that a start with hundreds of partitions keeps one number once; a
 * partition that changes hands within a start gets a new one.
 */
export class LocalMasters {
  readonly #epochs: EpochSource;
  readonly #seats = new Map<string, Seat>();
  #isClosed = false;

  constructor(epochs: EpochSource) {
    this.#epochs = epochs;
  }

  async become(request: {
    readonly keyspace: string;
    readonly partition: number;
    readonly signal: AbortSignal;
  }): Promise<Mastership> {
    const { keyspace, partition, signal } = request;
    const seat = this.#seat(`${keyspace}/${partition}`);
    for (;;) {
      signal.throwIfAborted();
      if (this.#isClosed) throw shuttingDown(keyspace, partition);
      if (seat.holder === undefined) break;
      await freed(seat, signal);
    }
    const mastership = new LocalMastership(keyspace, partition, () => vacate(seat, mastership));
    // Taken before the epoch is known, so that nobody else takes it meanwhile.
    seat.holder = mastership;
    try {
      mastership.epoch = await this.#epochAfter(seat.epoch);
      signal.throwIfAborted();
      if (this.#isClosed) throw shuttingDown(keyspace, partition);
    } catch (error) {
      vacate(seat, mastership);
      throw error;
    }
    seat.epoch = mastership.epoch;
    mastership.begin();
    return mastership;
  }

  /** Ends every mastership and every wait. */
  close(): void {
    this.#isClosed = true;
    for (const seat of this.#seats.values()) {
      seat.holder?.lose();
      wake(seat);
    }
  }

  async #epochAfter(last: number): Promise<number> {
    return this.#epochs.current > last ? this.#epochs.current : this.#epochs.advance();
  }

  #seat(name: string): Seat {
    const known = this.#seats.get(name);
    if (known !== undefined) return known;
    const seat: Seat = { epoch: 0, holder: undefined, waiting: [] };
    this.#seats.set(name, seat);
    return seat;
  }
}

class LocalMastership implements Mastership {
  readonly keyspace: string;
  readonly partition: number;
  epoch = 0;
  readonly #lost = new AbortController();
  readonly #vacate: () => void;
  #isHeld = false;

  constructor(keyspace: string, partition: number, vacate: () => void) {
    this.keyspace = keyspace;
    this.partition = partition;
    this.#vacate = vacate;
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  begin(): void {
    this.#isHeld = true;
  }

  isValid(): boolean {
    return this.#isHeld;
  }

  async release(): Promise<void> {
    this.#isHeld = false;
    this.#vacate();
  }

  lose(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    this.#vacate();
    this.#lost.abort(
      new AffinityError("PARTITION_NOT_MASTER", `${this.keyspace}/${this.partition}: the coordinator was closed`),
    );
  }
}

function vacate(seat: Seat, mastership: LocalMastership): void {
  if (seat.holder !== mastership) return;
  seat.holder = undefined;
  wake(seat);
}

function wake(seat: Seat): void {
  for (const resume of seat.waiting.splice(0)) resume();
}

function freed(seat: Seat, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    seat.waiting.push(() => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    });
  });
}

function shuttingDown(keyspace: string, partition: number): AffinityError {
  return new AffinityError(
    "SHUTTING_DOWN",
    `${keyspace}/${partition}: the coordinator is closed; no mastership is given`,
  );
}
