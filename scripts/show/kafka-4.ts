/**
 * Line 4 of Kafka: whatever stands in a topic, or at its end, reading comes to the end; and after a fence the former producer
 * epoch is refused, also when the leader dies between the fence's steps. On Kafka 4.3 and 3.9.
 */

import { setTimeout as wait } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import type { Admin, Producer } from "kafkajs";
import type { Changelog, PartitionLog } from "../../runtime/changelog/changelog.js";
import { kafkajsLinks } from "../../runtime/changelog/kafka/kafkajs-link.js";
import { systemClock } from "../../runtime/core/clock.js";
import { silentLogger } from "../../runtime/core/logger.js";
import { Chance } from "../../test/support/chance.js";
import {
  folded,
  foreignClient,
  leaderOf,
  madeTopic,
  openLogOfTests,
  outcomeText,
  readAll,
  recordOf,
} from "../../test/support/kafka/log-of-tests.js";
import { watchedLinks } from "../../test/support/kafka/watched-links.js";
import { missingJava } from "../../test/support/servers/java.js";
import { Kafka } from "../../test/support/servers/kafka.js";
import { kafkaVersions } from "../../test/support/servers/kafka-program.js";
import { Report, showOptions } from "./report.js";

const options = showOptions();
const report = new Report("kafka.4", "logs whose ends are no records, and fences that are interrupted", options);
const chance = new Chance(options.seed);
const never = new AbortController().signal;
const compactedTopics = options.isCi ? 2 : 8;
const steps = options.isCi ? 60 : 200;

/** Segments end at once and are cleaned as soon as may be: what is left at the end of a topic is what compaction leaves. */
const cleaned = {
  "cleanup.policy": "compact",
  "segment.ms": "100",
  "min.cleanable.dirty.ratio": "0.01",
  "min.compaction.lag.ms": "0",
  "max.compaction.lag.ms": "100",
  "delete.retention.ms": "0",
};

const missing = missingJava();
if (missing !== undefined) report.fail("real brokers", missing);
else
  for (const version of kafkaVersions) {
    await endings(version);
    await interruptions(version);
  }
report.finish();

async function endings(version: (typeof kafkaVersions)[number]): Promise<void> {
  const kafka = await Kafka.start({ version });
  const client = foreignClient(kafka.brokers);
  const admin = client.admin();
  await admin.connect();
  try {
    for (let number = 1; number <= compactedTopics; number += 1) {
      const producer = client.producer({
        transactionalId: `others-${number}`,
        maxInFlightRequests: 1,
        idempotent: true,
      });
      await producer.connect();
      const topic = `mixed-${number}`;
      await madeTopic(admin, topic, 1, cleaned);
      await mixed(kafka, { admin, producer, topic, about: `Kafka ${version}` });
      await producer.disconnect();
    }
    await emptied(kafka, admin, version);
  } finally {
    await admin.disconnect();
    await kafka.stop();
  }
}

interface Mixture {
  readonly admin: Admin;
  readonly producer: Producer;
  readonly topic: string;
  readonly about: string;
}

/** Everything that may stand in a topic, in an order that chance gives; then reads of it before and after compaction. */
async function mixed(kafka: Kafka, { producer, topic, about }: Mixture): Promise<void> {
  const rows = new Map<string, string>();
  const changelog = await openLogOfTests(kafka.brokers);
  let epoch = 0;
  let log: PartitionLog | undefined;
  const promote = async (): Promise<PartitionLog> => {
    epoch += 1;
    const next = await changelog.open({ topics: [topic], partition: 0, epoch, writer: BigInt(epoch) });
    await next.fence(never);
    report.count("fences");
    return next;
  };
  const change = (key: string, value: string | null): void => {
    if (value === null) rows.delete(key);
    else rows.set(key, value);
  };
  for (let step = 0; step < steps; step += 1) {
    const key = `k${chance.int(0, 8)}`;
    const value = chance.happens(0.2) ? null : `${step}`;
    const kind = chance.pick(["append", "append", "commit", "abort", "fence", "wait"] as const);
    if (kind === "append") {
      log ??= await promote();
      const outcome = await log.append([recordOf(topic, key, value)]);
      report.check("appends succeed", outcome.outcome === "acknowledged", () => outcomeText(outcome));
      change(key, value);
    } else if (kind === "commit" || kind === "abort") {
      const transaction = await producer.transaction();
      await transaction.send({ topic, messages: [{ key, value, partition: 0 }] });
      if (kind === "commit") {
        await transaction.commit();
        change(key, value);
      } else await transaction.abort();
    } else if (kind === "fence") log = await promote();
    else await wait(chance.int(1, 150));
    report.count(`steps: ${kind}`);
  }
  const reader = await openLogOfTests(kafka.brokers);
  await compare(reader, topic, rows, `${about}, before compaction`);
  const before = (await readAll(reader, topic)).length;
  let after = before;
  // A write rolls the segment that is written to, so that all before it may be cleaned.
  for (let round = 0; round < 40 && after >= before; round += 1) {
    await wait(300);
    log ??= await promote();
    await log.append([recordOf(topic, "roll", `${round}`)]);
    rows.set("roll", `${round}`);
    after = (await readAll(reader, topic)).length - round - 1;
  }
  report.check("the topic was compacted", after < before, () => `${topic}: ${before} records, and still ${after}`);
  const ending = chance.pick(["abort", "fence"] as const);
  if (ending === "fence") await promote();
  else {
    const transaction = await producer.transaction();
    await transaction.send({ topic, messages: [{ key: "k0", value: "given up", partition: 0 }] });
    await transaction.abort();
  }
  report.count(`topics that end with a marker: ${ending}`);
  await wait(300);
  await compare(reader, topic, rows, `${about}, after compaction`);
  // As a restore reads: up to a fence of its own.
  epoch += 1;
  const last = await reader.open({ topics: [topic], partition: 0, epoch, writer: 1n });
  const end = (await last.fence(never)).get(topic);
  const found = folded(await readAll(reader, topic, end));
  report.check("a restore up to its own fence gives the rows", isDeepStrictEqual(found, rows), () => about);
  await changelog.close();
  await reader.close();
}

async function compare(reader: Changelog, topic: string, rows: Map<string, string>, about: string): Promise<void> {
  const shown = (map: Map<string, string>): string => [...map].sort().join(" ");
  let found = new Map<string, string>();
  // A producer is told of its commit before the marker is written that makes readers see it.
  for (let looks = 0; looks < 50 && !isDeepStrictEqual(found, rows); looks += 1) {
    if (looks > 0) await wait(100);
    const records = await readAll(reader, topic);
    report.count("records read", records.length);
    found = folded(records);
  }
  report.check(
    "reading comes to the end, and gives the rows",
    isDeepStrictEqual(found, rows),
    () => `${about}: ${topic}: found ${shown(found)}; expected ${shown(rows)}`,
  );
}

/** All records are gone, and the end is where it was. */
async function emptied(kafka: Kafka, admin: Admin, version: string): Promise<void> {
  const changelog = await openLogOfTests(kafka.brokers);
  for (const [topic, deleteAll] of [
    ["emptied-by-request", true],
    ["emptied-by-time", false],
  ] as const) {
    await madeTopic(admin, topic, 1, { "cleanup.policy": "delete", "segment.ms": "100", "retention.ms": "100" });
    const log = await changelog.open({ topics: [topic], partition: 0, epoch: 1, writer: 1n });
    await log.fence(never);
    for (let index = 0; index < 20; index += 1) await log.append([recordOf(topic, `k${index}`, "1")]);
    const [{ high = "0" } = {}] = await admin.fetchTopicOffsets(topic);
    if (deleteAll) await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: high }] });
    let low = "0";
    for (let round = 0; round < 100 && low !== high; round += 1) {
      await wait(100);
      low = (await admin.fetchTopicOffsets(topic))[0]?.low ?? "0";
    }
    report.check("the topic is empty", low === high, () => `Kafka ${version}: ${topic} begins at ${low} of ${high}`);
    const records = await readAll(changelog, topic);
    report.check("reading an emptied topic comes to its end", records.length === 0, () => `${records.length} records`);
    const next = await changelog.open({ topics: [topic], partition: 0, epoch: 2, writer: 2n });
    const end = (await next.fence(never)).get(topic);
    const restored = await readAll(changelog, topic, end);
    report.check("so does a restore", restored.length === 0, () => `${restored.length} records`);
    report.count("topics emptied by retention");
  }
  await changelog.close();
}

/** Requests of a fence before which the leader is killed, in their order; in CI some of them. */
function interrupted(version: (typeof kafkaVersions)[number]): readonly string[] {
  const all = ["InitProducerId", "AddPartitionsToTxn", "ListOffsets", "EndTxn", "Fetch", "after"];
  if (!options.isCi) return all;
  return version === kafkaVersions[0] ? ["AddPartitionsToTxn", "EndTxn", "after"] : [chance.pick(all)];
}

/** The partition's leader is killed at each of the fence's steps, and after them. */
async function interruptions(version: (typeof kafkaVersions)[number]): Promise<void> {
  const kafka = await Kafka.start({ version, brokers: 3 });
  const admin = foreignClient(kafka.brokers).admin();
  await admin.connect();
  const topic = "fenced";
  await madeTopic(admin, topic, 3, { "cleanup.policy": "compact", "min.insync.replicas": "2" });
  let dead: number | undefined;
  let killBefore: string | undefined;
  const kill = async (): Promise<void> => {
    killBefore = undefined;
    dead = await leaderOf(admin, topic);
    await kafka.kill(dead);
    report.count("leaders killed");
  };
  const links = kafkajsLinks({ clientId: "fencer", clock: systemClock, logger: silentLogger });
  const openLink = watchedLinks(links, async (name) => {
    if (name === killBefore) await kill();
  });
  const former = await openLogOfTests(kafka.brokers);
  const later = await openLogOfTests(kafka.brokers, { openLink });
  const expected: string[] = [];
  let epoch = 0;
  const append = async (log: PartitionLog, value: string): Promise<string> => {
    // While brokers change, an append may be refused, with certainty; it is tried again.
    for (const end = Date.now() + 60_000; ; ) {
      const outcome = await log.append([recordOf(topic, "k", value)]);
      if (outcome.outcome !== "refused" || Date.now() > end) return outcomeText(outcome);
      await wait(200);
    }
  };
  const insisted = async <T>(action: () => Promise<T>): Promise<T> => {
    for (const end = Date.now() + 90_000; ; )
      try {
        return await action();
      } catch (error) {
        if (Date.now() > end) throw error;
        await wait(200);
      }
  };
  const opened = (changelog: Changelog, writer: bigint): Promise<PartitionLog> => {
    epoch += 1;
    return insisted(() => changelog.open({ topics: [topic], partition: 0, epoch, writer }));
  };
  try {
    for (const when of interrupted(version)) {
      const old = await opened(former, 1n);
      await insisted(() => old.fence(never));
      const first = await append(old, `${when} old`);
      if (report.check("an owner appends", first === "acknowledged", () => `Kafka ${version}, ${when}: ${first}`))
        expected.push(`${when} old`);
      const log = await opened(later, 2n);
      killBefore = when;
      await insisted(() => log.fence(never));
      if (when === "after") await kill();
      const late = await append(old, `${when} LATE`);
      report.check(
        "the former producer epoch is refused",
        late.startsWith("fenced"),
        () => `${version}, ${when}: ${late}`,
      );
      const next = await append(log, `${when} new`);
      if (report.check("the later one goes on", next === "acknowledged", () => `${version}, ${when}: ${next}`))
        expected.push(`${when} new`);
      report.say(`Kafka ${version}, leader ${dead} killed at ${when}: former ${late.slice(0, 7)}, later ${next}`);
      if (dead !== undefined) await kafka.restart(dead);
      dead = undefined;
    }
    const values = (await readAll(later, topic)).map(({ value }) => Buffer.from(value ?? []).toString());
    report.check(
      "the log holds what was acknowledged, and nothing else",
      isDeepStrictEqual(values, expected),
      () => `Kafka ${version}: ${values.join(", ")}`,
    );
  } finally {
    await former.close();
    await later.close();
    await admin.disconnect();
    await kafka.stop();
  }
}
