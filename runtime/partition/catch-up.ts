/** Reads a partition's logs to where its new master must have come before it may serve. */
import type { PartitionStore } from "../memstore/memstore.js";
import type { PartitionErrors } from "./errors.js";
import type { Incarnations } from "./external-topics.js";
import { endOf } from "./log-reader.js";
import type { PartitionParts } from "./partition-parts.js";
import type { Progress } from "./progress.js";
import { type Restored, restore } from "./restore.js";
import type { RestoreLag } from "./restore-lag.js";

export interface CatchUpParts extends PartitionParts {
  readonly store: PartitionStore;
  /** As the topics were when the mastership began. */
  readonly incarnations: Incarnations;
  readonly errors: PartitionErrors;
  /** Told how far it has come. */
  readonly lag: RestoreLag;
  readonly signal: AbortSignal;
}

/**
 * By place of the topic, where to read to: of ours up to the fence, of those of others to the end that is seen now.
 *
 * @param fenced By topic of ours, where the fence stands.
 */
export async function endsToReach(
  parts: CatchUpParts,
  fenced: ReadonlyMap<string, bigint>,
): Promise<readonly bigint[]> {
  const { changelog, plan, partition, store, incarnations, lag, signal } = parts;
  const ends = await Promise.all(
    plan.stores.map(async ({ topic, isExternal }) => {
      if (!isExternal) return fenced.get(topic) ?? 0n;
      const fromOffset = store.checkpoint?.offsets[topic] ?? 0n;
      return endOf(changelog, { topic, partition, fromOffset, incarnation: incarnations[topic], signal });
    }),
  );
  lag.aim(ends);
  return ends;
}

/** Reads up to there, from the checkpoint or from the beginning. */
export async function catchUp(parts: CatchUpParts, ends: readonly bigint[]): Promise<Restored> {
  const { plan, limits, clock, incarnations, lag, signal } = parts;
  const request = {
    ...parts,
    setting: { topics: plan.stores.map(({ topic }) => topic), incarnations, layout: plan.layout },
    answersFrom: () => clock.now() - limits.idempotencyWindowMs,
    onProgress: (progress: Progress) => lag.begin(progress),
  };
  try {
    return await restore(request, ends, signal);
  } finally {
    lag.end();
  }
}
