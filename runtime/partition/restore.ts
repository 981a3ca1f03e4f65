/** Brings a partition's memstore from its checkpoint, or from nothing, to a given end of the log (semantics P7). */
import { topicReplaced } from "../changelog/topics.js";
import type { Clock } from "../core/clock.js";
import { AffinityError } from "../core/errors.js";
import type { Logger } from "../core/logger.js";
import type { Checkpoint, PartitionStore } from "../memstore/memstore.js";
import { Applier } from "./applier.js";
import type { PartitionErrors } from "./errors.js";
import { LogReader, type LogReaderParts } from "./log-reader.js";
import type { KeyspacePlan } from "./plan.js";
import { Progress, type ProgressSetting } from "./progress.js";

export interface RestoreParts extends Omit<LogReaderParts, "progress" | "applier" | "stores" | "pressure"> {
  readonly plan: KeyspacePlan;
  readonly store: PartitionStore;
  readonly setting: ProgressSetting;
  /** How long the log keeps tombstones, ms: a state older than that may hold rows that were deleted. */
  readonly tombstoneMs: number;
  readonly answersFrom: () => number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly errors: PartitionErrors;
  /** Tells how far it is. */
  readonly onProgress: (progress: Progress) => void;
}

/** What a restore leaves behind: the state that later reads go on from. */
export interface Restored {
  readonly progress: Progress;
  readonly applier: Applier;
  readonly reader: LogReader;
}

/**
 * Restores up to `ends` (exclusive), by place of the topic.
 *
 * @throws CHECKPOINT_AHEAD when rows were applied that the log does not hold, TOPIC_REPLACED when a topic of ours was made anew
 * and cannot hold all rows that are here, CONFIG_INVALID when reading takes longer than tombstones live, and what the changelog
 * throws.
 */
export async function restore(parts: RestoreParts, ends: readonly bigint[], signal: AbortSignal): Promise<Restored> {
  const { store, setting, errors, logger, clock, plan, partition } = parts;
  await checkNotLost(parts, ends, signal);
  for (let attempt = 1; ; attempt++) {
    const checkpoint = store.checkpoint;
    const reason = checkpoint === undefined ? undefined : rebuildReason(checkpoint, parts, ends);
    if (reason !== undefined) {
      logger.warn({ keyspace: plan.name, partition }, `the memstore is cleared and filled from the log: ${reason}`);
      await store.clear();
    } else if (checkpoint !== undefined) checkNotAhead(checkpoint, setting, ends, errors);
    const restored = start(parts, clock.now());
    const { progress, reader, applier } = restored;
    const isBehind = ends.some((end, topic) => progress.offset(topic) < end);
    parts.onProgress(progress);
    await reader.readTo({ ends, signal });
    const ageMs = clock.now() - progress.caughtUpTime;
    if (!isBehind || ageMs <= parts.tombstoneMs) {
      progress.caughtUpTime = clock.now();
      applier.commit();
      return restored;
    }
    // What was deleted since the reader last stood at the end may have left no trace (M12).
    if (attempt >= 2)
      throw new AffinityError(
        "CONFIG_INVALID",
        `${errors.subject}: reading its log took ${ageMs} ms, longer than the ${parts.tombstoneMs} ms that tombstones are kept, so deleted rows could come back; raise changelog.tombstoneMs`,
      );
    logger.warn(
      { keyspace: plan.name, partition, ageMs },
      "the memstore is cleared and filled from the log: its checkpoint is older than tombstones are kept",
    );
    await store.clear();
  }
}

function start(parts: RestoreParts, now: number): Restored {
  const { plan, partition, store, logger, answersFrom } = parts;
  const progress = new Progress(parts.setting, store.checkpoint, now);
  const applier = new Applier({ plan, partition, store, progress, logger, answersFrom });
  const reader = new LogReader({
    ...parts,
    stores: plan.stores,
    progress,
    applier,
    pressure: () => store.pressure(),
  });
  return { progress, applier, reader };
}

/** Why rows of this checkpoint cannot be used, though nothing is lost by reading the log anew. */
function rebuildReason(
  checkpoint: Checkpoint,
  { setting, plan }: RestoreParts,
  ends: readonly bigint[],
): string | undefined {
  if (checkpoint.layout !== setting.layout)
    return "its rows were stored for another key schema, key encoding or number of partitions";
  const other = setting.topics.find((topic) => {
    const known = checkpoint.incarnations[topic];
    return known !== undefined && known !== setting.incarnations[topic];
  });
  if (other !== undefined) return `topic ${other} was deleted and made anew since`;
  const shorter = plan.stores.find(
    ({ topic, index, isExternal }) => isExternal && (checkpoint.offsets[topic] ?? 0n) > (ends[index] ?? 0n),
  );
  return shorter && `topic ${shorter.topic}, which others write, ends before what was read of it`;
}

/**
 * Rows of a topic of ours that was made anew may stand nowhere else any more: they are given up for a topic that can hold them all,
 * a record for each at least, since somebody has filled it. Those of topics of others are theirs to keep.
 */
async function checkNotLost(parts: RestoreParts, ends: readonly bigint[], signal: AbortSignal): Promise<void> {
  const { store, setting, plan, partition, changelog } = parts;
  const known = store.checkpoint?.incarnations ?? {};
  for (const { name, topic, index } of plan.ownStores) {
    const incarnation = setting.incarnations[topic];
    if (known[topic] === undefined || known[topic] === incarnation) continue;
    const rows = store.count(name);
    if (rows === 0) continue;
    const { records } = await changelog.read({ topic, partition, incarnation, fromOffset: 0n, maxBytes: 1, signal });
    const [first] = records;
    if (first === undefined || (ends[index] ?? 0n) - first.offset < BigInt(rows)) throw topicReplaced(topic, "since");
  }
}

/** A log that is shorter than what was applied has lost acknowledged writes; the memstore may be all that is left of them. */
function checkNotAhead(
  checkpoint: Checkpoint,
  setting: ProgressSetting,
  ends: readonly bigint[],
  errors: PartitionErrors,
): void {
  setting.topics.forEach((topic, at) => {
    const offset = checkpoint.offsets[topic] ?? 0n;
    const end = ends[at] ?? 0n;
    if (offset <= end) return;
    throw new AffinityError(
      "CHECKPOINT_AHEAD",
      `${errors.subject}: the memstore has applied topic ${topic} up to ${offset}, but the log ends at ${end}: the log has lost its newest records, or the memstore belongs to another one; put the right changelog back, or remove the memstore's file to go on with what the log holds`,
    );
  });
}
