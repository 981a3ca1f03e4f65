/**
 * What a MemoryChangelog remembers, as the file or the broker of another: topics, and their logs. Hand it to the next one to play
 * a restart.
 */
import type { Random } from "../core/random.js";
import type { TopicInfo, TopicSpec } from "./changelog.js";
import type { GrowthWaits } from "./growth-waits.js";
import { MemoryLog } from "./memory-log.js";
import { newIncarnation, topicConflict, topicMissing, topicReplaced, topicUnknown } from "./topics.js";

interface StoredTopic {
  spec: TopicSpec;
  readonly info: TopicInfo;
  /** By partition. */
  readonly logs: readonly MemoryLog[];
}

/** See the head of the file. */
export class MemoryLogStorage {
  readonly topics = new Map<string, StoredTopic>();
  /** Who waits in the changelogs that are open on it. */
  readonly waits = new Set<GrowthWaits>();

  /** @throws CONFIG_INVALID as `Changelog.ensureTopics`; nothing is made then. */
  ensureTopics(specs: readonly TopicSpec[], random: Random): readonly TopicInfo[] {
    for (const spec of specs) {
      const known = this.topics.get(spec.name);
      if (known !== undefined && known.info.partitions !== spec.partitions)
        throw topicConflict(spec, known.info.partitions);
      if (known === undefined && spec.isExternal === true) throw topicMissing(spec.name);
    }
    return specs.map((spec) => {
      const known = this.topics.get(spec.name);
      if (known !== undefined) {
        if (spec.isExternal !== true) known.spec = spec;
        return known.info;
      }
      const info: TopicInfo = { name: spec.name, partitions: spec.partitions, incarnation: newIncarnation(random) };
      const logs = Array.from({ length: spec.partitions }, () => new MemoryLog());
      this.topics.set(spec.name, { spec, info, logs });
      return info;
    });
  }

  /** @throws CONFIG_INVALID when nobody made it, TOPIC_REPLACED when it is not the one that is meant. */
  log(topic: string, partition: number, incarnation?: string): MemoryLog {
    const stored = this.topics.get(topic);
    if (incarnation !== undefined && stored?.info.incarnation !== incarnation)
      throw topicReplaced(topic, stored === undefined ? "gone" : "anew");
    const log = stored?.logs[partition];
    if (log === undefined) throw topicUnknown(topic, partition);
    return log;
  }

  /** Tells all who wait that a log has grown. */
  grew(topic: string, partition: number): void {
    for (const waits of this.waits) waits.grew(topic, partition);
  }

  /** Compacts every topic as its specification says: the newest record of each key, and what is younger. */
  compact(now: number): void {
    for (const { spec, logs } of this.topics.values()) for (const log of logs) log.compact(spec, now);
  }
}
