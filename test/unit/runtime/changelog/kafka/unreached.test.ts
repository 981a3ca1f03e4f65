import { expect, it } from "vitest";
import { openKafkaChangelog } from "../../../../../runtime/changelog/kafka/kafka-changelog.js";
import { unreachedText } from "../../../../../runtime/changelog/kafka/unreached.js";
import { systemClock } from "../../../../../runtime/core/clock.js";
import { silentLogger } from "../../../../../runtime/core/logger.js";
import { SeededRandom } from "../../../../../runtime/core/random.js";
import { freePort } from "../../../../support/server.js";

it.each([
  ["SASL PLAIN authentication failed: Invalid username or password", "changelog.sasl"],
  ["Connection error: unable to verify the first certificate", "changelog.ssl.ca"],
  ["Hostname/IP does not match certificate's altnames", "changelog.brokers"],
  ["Connection error: SSL routines: wrong version number", "changelog.ssl.enabled"],
  ["Closed connection", "changelog.ssl.enabled"],
  ["Connection error: connect ECONNREFUSED 127.0.0.1:1", "start Kafka"],
])("of %s the cure names %s", (found, cure) => {
  const text = unreachedText(new Error(found));
  expect(text).toContain(found);
  expect(text).toContain(cure);
});

it("a start without a broker waits for as long as a request may take, and tells where it asked and what to do", async () => {
  const port = await freePort();
  const changelog = await openKafkaChangelog({
    brokers: [`127.0.0.1:${port}`],
    clientId: "tests",
    requestTimeoutMs: 300,
    queueBytes: 1_000,
    topics: { replication: 1, minInsyncReplicas: 1, maxMessageBytes: 1_000 },
    clock: systemClock,
    random: new SeededRandom(1),
    logger: silentLogger,
  });
  const topic = { name: "t", partitions: 1, historyMs: 1, tombstoneMs: 1 };
  await expect(changelog.ensureTopics([topic])).rejects.toThrow(
    new RegExp(`CHANGELOG_UNAVAILABLE.*127\\.0\\.0\\.1:${port}.*start Kafka`),
  );
  await changelog.close();
});
