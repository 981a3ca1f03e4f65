/**
 * Every setting there is: the one table from which checking, `affinity config`, docs/configuration.md and the JSON Schema
 * for editors derive. Every bound of the runtime that a user may move stands here by name, those of the large
 * sections in a file for each.
 */
import { generateSettings } from "./generate-settings.js";
import { httpSettings } from "./http-settings.js";
import { kafkaSettings } from "./kafka-settings.js";
import { partitionSettings } from "./partition-settings.js";
import { registrySettings } from "./registry-settings.js";
import { choice, day, integer, mebibyte, type Setting, text } from "./setting.js";

/** In the order in which the documentation shows them. */
export const settings = {
  name: text("name", {
    type: "text of letters, digits, . _ -",
    pattern: /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/,
    default: "app",
    text: "Name of the project. It is the first word of its topics, so changing it leaves the stored data behind.",
  }),
  ...generateSettings,
  runCode: text("run.code", {
    type: "path of a folder",
    default: "src",
    text: "Folder whose `generated/` and `handlers/` the node loads: `src` for TypeScript, `dist` for the same layout compiled.",
  }),
  ...httpSettings,
  dataDir: text("dataDir", {
    type: "path of a folder",
    default: "data",
    text: "Folder of the embedded state. One process at a time.",
  }),
  ...registrySettings,
  changelogType: text("changelog.type", {
    type: '"sqlite", "memory", "kafka", or the path or package of your own adapter',
    default: "sqlite",
    text: "The source of truth. `sqlite` is durable: an acknowledged write is on the disk. `kafka` keeps it in topics that other programs may read. `memory` is for tests.",
  }),
  changelogHistoryMs: integer("changelog.historyMs", {
    min: 0,
    max: 365 * day,
    default: 3_600_000,
    only: ["sqlite", "memory", "kafka"],
    text: "Every change younger than this is kept, in milliseconds; of older ones the newest of each key.",
  }),
  changelogTombstoneMs: integer("changelog.tombstoneMs", {
    min: 0,
    max: 365 * day,
    default: day,
    only: ["sqlite", "memory", "kafka"],
    text: "How long the log remembers that a key was deleted, in milliseconds.",
  }),
  changelogQueueBytes: integer("changelog.queueBytes", {
    min: mebibyte,
    max: 4_096 * mebibyte,
    default: 64 * mebibyte,
    only: ["sqlite", "memory", "kafka"],
    text: "Bytes that may wait to be written over all partitions; above it 503 CHANGELOG_UNAVAILABLE.",
  }),
  ...kafkaSettings,
  memstoreType: text("memstore.type", {
    type: '"sqlite", "memory", or the path or package of your own adapter',
    default: "sqlite",
    text: "Where rows are read from. `sqlite` keeps them on disk with a bounded cache; `memory` keeps all and is rebuilt from the changelog at each start.",
  }),
  memstoreCacheMb: integer("memstore.cacheMb", {
    min: 1,
    max: 1_048_576,
    default: 256,
    only: ["sqlite"],
    text: "Memory for cached rows over all partitions, in MiB.",
  }),
  memstorePendingMb: integer("memstore.pendingMb", {
    min: 1,
    max: 65_536,
    default: 64,
    only: ["sqlite"],
    text: "Applied changes that may wait to be written behind, over all partitions, in MiB; above it writes wait.",
  }),
  coordinatorType: text("coordinator.type", {
    type: '"embedded", or the path or package of your own adapter',
    default: "embedded",
    text: "Who decides which node is master of a partition. `embedded` is for one node.",
  }),
  ...partitionSettings,
  logLevel: choice("logLevel", ["debug", "info", "warn", "error"], {
    default: "info",
    text: "What is logged, this and worse. The log goes to standard error: short lines on a terminal, JSON lines elsewhere.",
  }),
  drainMs: integer("drainMs", {
    min: 0,
    max: day,
    default: 10_000,
    text: "How long a stop waits for the requests that were accepted, in milliseconds.",
  }),
} as const;

/** The table as a list. */
export const allSettings: readonly Setting[] = Object.values(settings);
