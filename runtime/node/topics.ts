/** The topics of a project for whoever only looks at them. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { TopicReader } from "../changelog/topic-reader.js";
import { openDataDir } from "../coordinator/data-dir.js";
import type { Clock } from "../core/clock.js";
import { AffinityError } from "../core/errors.js";
import type { Logger } from "../core/logger.js";
import type { Random } from "../core/random.js";
import { openTopicReader } from "./adapters.js";
import type { ResolvedConfig } from "./config/resolved.js";

export interface TopicParts {
  readonly config: ResolvedConfig;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/**
 * Opens a project's topics.
 *
 * @throws DATA_DIR_LOCKED while a node uses an embedded changelog; CONFIG_INVALID for a changelog that cannot be looked at from
 * outside; what the adapter throws.
 */
export async function openProjectTopics(parts: TopicParts): Promise<TopicReader> {
  const { config } = parts;
  if (config.changelog.type !== "sqlite") return openTopicReader(config, { ...parts, dataDir: config.dataDir });
  if (!existsSync(join(config.dataDir, "changelog.sqlite")))
    throw new AffinityError(
      "CONFIG_INVALID",
      `${config.dataDir}: there is no changelog; \`affinity serve\` makes it, or name the configuration whose \`dataDir\` has one`,
    );
  const folder = await openDataDir(config.dataDir);
  try {
    const reader = await openTopicReader(config, { ...parts, dataDir: folder.path });
    return {
      topics: () => reader.topics(),
      read: (request) => reader.read(request),
      grown: (request) => reader.grown(request),
      offsetAt: (topic, partition, time) => reader.offsetAt(topic, partition, time),
      close: async () => {
        await reader.close();
        await folder.close();
      },
    };
  } catch (error) {
    await folder.close();
    throw error;
  }
}
