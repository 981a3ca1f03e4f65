/** What a partition works with: the node's adapters and bounds, and what is its own. */
import type { Changelog } from "../changelog/changelog.js";
import type { Coordinator } from "../coordinator/coordinator.js";
import type { Clock } from "../core/clock.js";
import type { AffinityError } from "../core/errors.js";
import type { Logger } from "../core/logger.js";
import type { Random } from "../core/random.js";
import type { MemStore } from "../memstore/memstore.js";
import type { ExternalTopics } from "./external-topics.js";
import type { FlushQueue } from "./flush-queue.js";
import type { HandlerWatch } from "./handler-watch.js";
import type { PartitionLimits } from "./limits.js";
import type { KeyspacePlan } from "./plan.js";
import type { Turns } from "./turns.js";

export interface PartitionParts {
  readonly plan: KeyspacePlan;
  readonly partition: number;
  readonly changelog: Changelog;
  readonly memstore: MemStore;
  readonly coordinator: Coordinator;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly limits: PartitionLimits;
  readonly turns: Turns;
  readonly flushes: FlushQueue;
  readonly watch: HandlerWatch;
  /** What the keyspace's topics are now. */
  readonly topics: ExternalTopics;
  /** How long the log keeps tombstones, ms. */
  readonly tombstoneMs: number;
  /**
   * Told when the log holds a later epoch than the one that this partition has served with: another process has taken it.
   * Absent where a coordinator decides who is master: then mastership is asked for again.
   */
  readonly onRival?: (error: AffinityError) => void;
}
