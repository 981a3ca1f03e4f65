/** What the epochs in a partition's log say about who else writes it, from one mastership to the next. */
import type { AffinityError } from "../core/errors.js";
import type { PartitionErrors } from "./errors.js";

/** How often a partition asks for mastership again whose epoch is not above the log's. */
const attemptLimit = 3;

/** See the head of the file. */
export class EpochCheck {
  readonly #errors: PartitionErrors;
  readonly #onRival: ((error: AffinityError) => void) | undefined;
  #refusals = 0;
  /** The epoch that it has served with, 0 before. */
  #served = 0;

  /** @param onRival See `PartitionParts`. */
  constructor(errors: PartitionErrors, onRival: ((error: AffinityError) => void) | undefined) {
    this.#errors = errors;
    this.#onRival = onRival;
  }

  /** Tells of a process that has taken the partition. @param highest Epoch of the log. */
  checkRival(highest: number): void {
    if (this.#served === 0 || highest <= this.#served) return;
    this.#onRival?.(
      this.#errors.make(
        "PARTITION_NOT_MASTER",
        `another process writes its log, with epoch ${highest} above ${this.#served} of this one: two processes share a changelog without a coordinator; run one of them, or give them names of their own`,
      ),
    );
  }

  /**
   * Why a mastership must be asked for anew: every reader would ignore what this master writes, since its coordinator has
   * forgotten epochs that the log remembers (M10). Undefined: it may serve.
   *
   * @throws CONFIG_INVALID when that was done often enough.
   */
  refusal(highest: number, epoch: number): AffinityError | undefined {
    if (highest < epoch) {
      this.#refusals = 0;
      this.#served = epoch;
      return undefined;
    }
    const error = this.#errors.make(
      "CONFIG_INVALID",
      `its log holds epoch ${highest}, but the coordinator gave ${epoch}: the coordinator's state was lost or belongs to other data; put it back, or set it above ${highest}`,
    );
    this.#refusals += 1;
    if (this.#refusals >= attemptLimit) throw error;
    return error;
  }
}
