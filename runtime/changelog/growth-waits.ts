/** Who waits for a log of this process to grow: for changelogs that see each append. */
import { topicPartitionName } from "./topics.js";

/** One who waits. */
export class GrowthWait {
  /** Resolves at the next growth; rejects with the signal's reason, or when nothing grows any more. */
  readonly grown: Promise<void>;
  readonly #signal: AbortSignal;
  readonly #onEnd: (wait: GrowthWait) => void;
  #resolve: () => void = () => undefined;
  #reject: (reason: unknown) => void = () => undefined;

  constructor(signal: AbortSignal, onEnd: (wait: GrowthWait) => void) {
    this.#signal = signal;
    this.#onEnd = onEnd;
    this.grown = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Whoever gives the wait up does not meet its end.
    this.grown.catch(() => undefined);
    signal.addEventListener("abort", this.#onAbort, { once: true });
    if (signal.aborted) this.#reject(signal.reason);
  }

  grew(): void {
    this.end();
    this.#resolve();
  }

  fail(reason: unknown): void {
    this.end();
    this.#reject(reason);
  }

  /** Nobody waits any more. Idempotent. */
  end(): void {
    this.#signal.removeEventListener("abort", this.#onAbort);
    this.#onEnd(this);
  }

  readonly #onAbort = (): void => this.fail(this.#signal.reason);
}

export class GrowthWaits {
  /** By topic and partition; bounded by those who read. */
  readonly #waits = new Map<string, Set<GrowthWait>>();

  get isEmpty(): boolean {
    return this.#waits.size === 0;
  }

  /** Begins to wait: from here on no growth of the log is missed. */
  begin(topic: string, partition: number, signal: AbortSignal): GrowthWait {
    const name = topicPartitionName(topic, partition);
    const waits = this.#waits.get(name) ?? new Set<GrowthWait>();
    this.#waits.set(name, waits);
    const wait = new GrowthWait(signal, (ended) => {
      waits.delete(ended);
      if (waits.size === 0 && this.#waits.get(name) === waits) this.#waits.delete(name);
    });
    if (!signal.aborted) waits.add(wait);
    return wait;
  }

  grew(topic: string, partition: number): void {
    for (const wait of [...(this.#waits.get(topicPartitionName(topic, partition)) ?? [])]) wait.grew();
  }

  /** Ends all: nothing grows any more. */
  fail(reason: unknown): void {
    for (const waits of [...this.#waits.values()]) for (const wait of [...waits]) wait.fail(reason);
  }
}
