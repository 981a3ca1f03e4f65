/** What Kafka costs: writes over HTTP, bulk, one write alone, and a restore. Every rival is measured in the same run. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import kafkajs from "kafkajs";
import { Kafka } from "../../test/support/servers/kafka.js";
import { load } from "../load/load.js";
import { compare, fillAccounts, rounds } from "../rounds.js";
import { atLeast, atMost, median, type Row } from "../rows.js";
import { freeSyncFolder, startAffinity, startRaw } from "../servers.js";
import { RowsProject } from "./rows-project.js";
import { restoreWithStreams } from "./streams.js";

/** How much is measured. */
export interface KafkaOptions {
  readonly rounds: number;
  readonly seconds: number;
  /** Rows that are restored. */
  readonly records: number;
}

const bulkRecords = 200_000;
/** Load before the first round, s: Java compiles a broker's code while it is young, on the two cores that all share. */
const brokerWarmUpSeconds = 30;
/** As many as a keyspace has unless it says otherwise. */
const rivalPartitions = 8;

/** Every row with Kafka. */
export async function kafkaRows(options: KafkaOptions): Promise<readonly Row[]> {
  const kafka = await Kafka.start();
  const parent = freeSyncFolder();
  const folder = mkdtempSync(join(parent, "affinity-bench-"));
  try {
    return [
      ...(await putRows(kafka, parent, options)),
      ...(await latencyRows(kafka, parent, options)),
      ...(await bulkRows(kafka, parent, options)),
      ...(await restoreRows(kafka, folder, options)),
    ];
  } finally {
    await kafka.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function changelog(kafka: Kafka): object {
  return { changelog: { type: "kafka", brokers: kafka.brokers, replication: 1, minInsyncReplicas: 1 } };
}

async function putRows(kafka: Kafka, parent: string, options: KafkaOptions): Promise<readonly Row[]> {
  const [affinity, raw] = await Promise.all([
    startAffinity({ parent, config: changelog(kafka) }),
    startRaw({ parent }),
  ]);
  const rows: Row[] = [];
  try {
    await Promise.all([affinity, raw].map(fillAccounts));
    await load({
      url: affinity.url,
      mode: "put",
      connections: 64,
      seconds: brokerWarmUpSeconds,
      keys: 10_000,
      seed: 0,
    });
    for (const [connections, goal] of [
      [64, 0.55],
      [256, 0.65],
    ] as const) {
      const results = await rounds([affinity, raw], { mode: "put", connections, ...options });
      const measure = `durable PUT on Kafka against raw node:http PUT into a Map, ${connections} connections`;
      rows.push(compare(measure, goal, results, affinity, raw));
    }
  } finally {
    await Promise.all([affinity.stop(), raw.stop()]);
  }
  return rows;
}

/** One write at a time: what it takes beyond the round trip of HTTP, against a raw send. */
async function latencyRows(kafka: Kafka, parent: string, options: KafkaOptions): Promise<readonly Row[]> {
  const topic = await rivalTopic(kafka, "latency");
  const [affinity, raw] = await Promise.all([
    startAffinity({ parent, config: changelog(kafka) }),
    startRaw({ parent }),
  ]);
  try {
    const figures: { ours: number; http: number; send: number }[] = [];
    for (let round = 0; round <= options.rounds; round += 1) {
      const request = { mode: "put", connections: 1, seconds: options.seconds, keys: 10_000, seed: round + 1 } as const;
      const ours = await load({ url: affinity.url, ...request });
      const http = await load({ url: raw.url, ...request });
      const send = await producer<{ p50Ms: number }>(kafka, topic, "latency", 1);
      if (round > 0) figures.push({ ours: ours.p50Ms, http: http.p50Ms, send: send.p50Ms });
    }
    const of = (name: "ours" | "http" | "send"): number => median(figures.map((figure) => figure[name]));
    const ratio = (of("ours") - of("http")) / of("send");
    const details = { putP50Ms: of("ours"), httpP50Ms: of("http"), sendP50Ms: of("send") };
    const measure = "one PUT alone less a round trip of HTTP, p50, against a raw send of kafkajs with acks=all";
    return [atMost(measure, { value: 1.3, unit: "×" }, ratio, details)];
  } finally {
    await Promise.all([affinity.stop(), raw.stop()]);
  }
}

async function bulkRows(kafka: Kafka, parent: string, options: KafkaOptions): Promise<readonly Row[]> {
  const topic = await rivalTopic(kafka, "bulk");
  const project = await RowsProject.start("bulk", changelog(kafka), parent);
  try {
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let round = 0; round <= options.rounds; round += 1) {
      const own = await project.fill(round * bulkRecords, (round + 1) * bulkRecords);
      const other = await producer<{ perSecond: number }>(kafka, topic, `${bulkRecords}`, 1_000);
      if (round === 0) continue;
      ours.push(own);
      theirs.push(other.perSecond);
    }
    return [
      atLeast("bulk PUT (NDJSON) on Kafka against kafkajs alone", 1, median(ours) / median(theirs), {
        affinityPerSecond: Math.round(median(ours)),
        otherPerSecond: Math.round(median(theirs)),
        affinityRounds: ours.map(Math.round),
        otherRounds: theirs.map(Math.round),
      }),
    ];
  } finally {
    await project.stop();
    project.remove();
  }
}

async function restoreRows(kafka: Kafka, folder: string, options: KafkaOptions): Promise<readonly Row[]> {
  const { records } = options;
  const project = await RowsProject.start("restored", changelog(kafka), folder);
  try {
    await project.fill(0, records);
    const ours: number[] = [];
    const sqlite: number[] = [];
    const streams: number[] = [];
    let peakMb = 0;
    for (let round = 0; round < options.rounds; round += 1) {
      const restored = await project.restore(records);
      ours.push(restored.perSecond);
      peakMb = Math.max(peakMb, restored.peakMb);
      const inserted = await node<{ perSecond: number }>(
        "sqlite-insert.mjs",
        join(folder, `${round}.db`),
        `${records}`,
      );
      sqlite.push(inserted.perSecond);
      const java = restoreWithStreams(kafka.brokers, project.topic);
      streams.push(java.records / java.seconds);
    }
    const details = {
      affinityPerSecond: Math.round(median(ours)),
      affinityRounds: ours.map(Math.round),
      peakResidentMb: peakMb,
    };
    const with_ = (others: readonly number[]): Row["details"] => ({
      ...details,
      otherPerSecond: Math.round(median(others)),
      otherRounds: others.map(Math.round),
    });
    const what = `restore of ${records} records of 100 bytes`;
    return [
      atLeast(`${what} against better-sqlite3 from memory`, 0.8, median(ours) / median(sqlite), with_(sqlite)),
      atLeast(`${what} against Kafka Streams into RocksDB`, 1, median(ours) / median(streams), with_(streams)),
    ];
  } finally {
    await project.stop();
    project.remove();
  }
}

/** A topic that only the rival writes. */
async function rivalTopic(kafka: Kafka, about: string): Promise<string> {
  const topic = `rival-${about}`;
  const admin = new kafkajs.Kafka({ brokers: [...kafka.brokers], logLevel: kafkajs.logLevel.NOTHING }).admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: rivalPartitions }] });
  await admin.disconnect();
  return topic;
}

function producer<T>(kafka: Kafka, topic: string, records: string, batch: number): Promise<T> {
  const parameters = [kafka.brokers.join(","), topic, `${rivalPartitions}`, records, `${batch}`];
  return node<T>("kafkajs-producer.mjs", ...parameters);
}

async function node<T>(program: string, ...parameters: readonly string[]): Promise<T> {
  const path = fileURLToPath(new URL(`../rivals/${program}`, import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [path, ...parameters]);
  const found: T = JSON.parse(stdout.trim().split("\n").at(-1) ?? "{}");
  return found;
}
