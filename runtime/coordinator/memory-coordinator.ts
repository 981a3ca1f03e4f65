/** A coordinator for one process that remembers nothing: for tests, and for nodes whose changelog is in memory. */
import type { Coordinator, Mastership } from "./coordinator.js";
import { type EpochSource, LocalMasters } from "./local-masters.js";

export interface MemoryCoordinatorOptions {
  /** Epochs that outlive `close`, to play a restart. Default: its own. */
  readonly epochs?: MemoryEpochs;
}

/** A counter; hand it to the next MemoryCoordinator to play a restart. */
export class MemoryEpochs implements EpochSource {
  #epoch: number;

  /** @param first The first epoch, 1 or more. */
  constructor(first = 1) {
    this.#epoch = first - 1;
  }

  get current(): number {
    return this.#epoch;
  }

  async advance(): Promise<number> {
    this.begin();
    return this.#epoch;
  }

  /** The next start begins: it has an epoch of its own. */
  begin(): void {
    this.#epoch += 1;
  }
}

/** See the head of the file. */
export class MemoryCoordinator implements Coordinator {
  readonly #masters: LocalMasters;

  constructor(options: MemoryCoordinatorOptions = {}) {
    const epochs = options.epochs ?? new MemoryEpochs();
    epochs.begin();
    this.#masters = new LocalMasters(epochs);
  }

  becomeMaster(request: {
    readonly keyspace: string;
    readonly partition: number;
    readonly signal: AbortSignal;
  }): Promise<Mastership> {
    return this.#masters.become(request);
  }

  async close(): Promise<void> {
    this.#masters.close();
  }
}
