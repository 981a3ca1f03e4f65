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
    this.#epoch += 1;
    return this.#epoch;
  }
}

/** See the head of the file. */
export class MemoryCoordinator implements Coordinator {
  readonly #masters: LocalMasters;

  constructor(options: MemoryCoordinatorOptions = {}) {
    this.#masters = new LocalMasters(options.epochs ?? new MemoryEpochs());
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
