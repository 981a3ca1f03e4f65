/** The changelog that tests of the whole run on: in memory, or what AFFINITY_TEST_CHANGELOG says, sqlite or kafka. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Changelog } from "../../runtime/changelog/changelog.js";
import { openKafkaChangelog } from "../../runtime/changelog/kafka/kafka-changelog.js";
import { MemoryChangelog, type MemoryChangelogOptions } from "../../runtime/changelog/memory-changelog.js";
import { openSqliteChangelog } from "../../runtime/changelog/sqlite-changelog.js";
import { systemClock } from "../../runtime/core/clock.js";
import { silentLogger } from "../../runtime/core/logger.js";
import { systemRandom } from "../../runtime/core/random.js";
import { PrefixedChangelog } from "./kafka/prefixed-changelog.js";
import { sharedKafka, topicName } from "./servers/shared-kafka.js";

export type ChangelogKind = "memory" | "sqlite" | "kafka";

/** What a test wants of a changelog that only the one in memory has, such as its latency. */
export type MemoryWishes = Partial<MemoryChangelogOptions>;

export async function openChangelogOfTests(
  options: Pick<MemoryChangelogOptions, "clock" | "random">,
  wishes?: MemoryWishes,
): Promise<Changelog> {
  const kind = wishes === undefined ? kindOfTests() : "memory";
  if (kind === "memory") return new MemoryChangelog({ ...options, ...wishes });
  if (kind === "sqlite") return openInTempFolder(options);
  const changelog = await openKafkaChangelog({
    brokers: await sharedKafka(),
    clientId: "tests",
    topics: { replication: 1, minInsyncReplicas: 1, maxMessageBytes: 16 * 1024 * 1024 },
    requestTimeoutMs: 10_000,
    queueBytes: 64 * 1024 * 1024,
    // A test may move its own clock, and the network's deadlines are not meant then.
    clock: systemClock,
    random: systemRandom,
    logger: silentLogger,
  });
  return new PrefixedChangelog(changelog, `${topicName("tests")}-`);
}

export function kindOfTests(): ChangelogKind {
  const kind = process.env.AFFINITY_TEST_CHANGELOG ?? "memory";
  if (kind === "memory" || kind === "sqlite" || kind === "kafka") return kind;
  throw new Error(`AFFINITY_TEST_CHANGELOG: found ${JSON.stringify(kind)}; expected memory, sqlite or kafka`);
}

async function openInTempFolder(options: Pick<MemoryChangelogOptions, "clock" | "random">): Promise<Changelog> {
  const dataDir = mkdtempSync(join(tmpdir(), "affinity-changelog-"));
  const changelog = await openSqliteChangelog({ ...options, dataDir });
  const close = changelog.close.bind(changelog);
  changelog.close = async () => {
    await close();
    rmSync(dataDir, { recursive: true, force: true });
  };
  return changelog;
}
