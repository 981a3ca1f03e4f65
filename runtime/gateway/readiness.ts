/** How far the node is: the gateway listens before the first partition answers. */
import { AffinityError } from "../core/errors.js";
import type { PartitionStatus, Router } from "../state/access.js";

/** The state in which a partition answers requests. */
const serving = "serving";

/** See the head of the file. */
export class Readiness {
  #router: Router | undefined;
  #isServing = false;

  /** Tells of a router's partitions from here on. */
  watch(router: Router): void {
    this.#router = router;
  }

  /** The node has started. */
  serve(router: Router): void {
    this.#router = router;
    this.#isServing = true;
  }

  /** Of all partitions; of none before the node knows them. */
  status(): readonly PartitionStatus[] {
    return this.#router?.status() ?? [];
  }

  /**
   * Whether the node has started and every partition answers. Roles do not matter: a partition that waits for its mastership,
   * or restores, has that of a standby, and answers nobody.
   */
  get isReady(): boolean {
    return this.#isServing && this.status().every(({ state }) => state === serving);
  }

  /** What a request of a keyspace is told while the node starts; undefined once it has. */
  refusal(): AffinityError | undefined {
    if (this.#isServing) return undefined;
    const partitions = this.status();
    const ready = partitions.filter(({ state }) => state === serving).length;
    const lag = partitions.reduce((sum, { lagRecords }) => sum + lagRecords, 0n);
    const progress =
      partitions.length === 0
        ? "it opens its data"
        : `${ready} of ${partitions.length} partitions are restored, the others are ${lag} records behind`;
    return new AffinityError(
      "PARTITION_NOT_READY",
      `gateway: the node is starting: ${progress}; ask again, or wait until /_affinity/ready answers 200`,
      { retryAfterS: 1 },
    );
  }
}
