/** The only file that names adapters: from the `type` in the configuration to an open port. */
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Changelog } from "../changelog/changelog.js";
import { MemoryChangelog } from "../changelog/memory-changelog.js";
import { openSqliteChangelog } from "../changelog/sqlite-changelog.js";
import { openSqliteTopicReader } from "../changelog/sqlite-topic-reader.js";
import type { TopicReader } from "../changelog/topic-reader.js";
import type { Coordinator } from "../coordinator/coordinator.js";
import { openEmbeddedCoordinator } from "../coordinator/embedded-coordinator.js";
import { MemoryCoordinator } from "../coordinator/memory-coordinator.js";
import type { Clock } from "../core/clock.js";
import { AffinityError, messageOf } from "../core/errors.js";
import type { Logger } from "../core/logger.js";
import type { Random } from "../core/random.js";
import { MemoryMemStore } from "../memstore/memory-memstore.js";
import type { MemStore } from "../memstore/memstore.js";
import { openSqliteMemStore } from "../memstore/sqlite-memstore.js";
import { openConfluentRegistry } from "../registry/confluent-registry.js";
import { openEmbeddedRegistry } from "../registry/embedded-registry.js";
import { MemoryRegistry } from "../registry/memory-registry.js";
import type { Registry } from "../registry/registry.js";
import { openZookeeperRegistry } from "../registry/zookeeper-registry.js";
import type { JsonValue } from "../schema/type.js";
import type { ModuleAdapter, RegistryAuth, ResolvedConfig } from "./config/resolved.js";
import { settings } from "./config/settings.js";

/** What an adapter is opened with beside its own settings. */
export interface AdapterParts {
  /** A folder that exists and belongs to this process; absent when nothing of the configuration is kept on disk. */
  readonly dataDir: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** What the users' own adapter modules export: the function of the port that they stand for. */
export interface AdapterModule {
  openRegistry?(options: AdapterSettings, parts: AdapterParts): Promise<Registry>;
  openChangelog?(options: AdapterSettings, parts: AdapterParts): Promise<Changelog>;
  openMemStore?(options: AdapterSettings, parts: AdapterParts): Promise<MemStore>;
  openCoordinator?(options: AdapterSettings, parts: AdapterParts): Promise<Coordinator>;
}

/** The members of an adapter's section in affinity.json beside `type`. */
export interface AdapterSettings {
  readonly [name: string]: JsonValue;
}

const mebibyte = 1024 * 1024;

/** Whether anything of the configuration is kept in the data folder. */
export function usesDataDir({ changelog, memstore, registry }: ResolvedConfig): boolean {
  return (
    changelog.type !== "memory" ||
    memstore.type === "sqlite" ||
    (registry.type !== "memory" && registry.type !== "zookeeper")
  );
}

export async function openRegistry(config: ResolvedConfig, parts: AdapterParts): Promise<Registry> {
  const { registry } = config;
  switch (registry.type) {
    case "memory":
      return new MemoryRegistry(registry);
    case "embedded":
      return openEmbeddedRegistry({ ...parts, ...registry });
    case "zookeeper":
      return openZookeeperRegistry({ ...parts, ...registry });
    case "confluent":
      return openConfluentRegistry({
        ...parts,
        ...registry,
        cacheBytes: registry.cacheMb * mebibyte,
        cacheFile: join(parts.dataDir, "registry-cache.json"),
      });
  }
  const { openRegistry: open } = await adapterModule(config, registry);
  return called("registry", "openRegistry", registry, open?.(registry.options, parts));
}

/** A registry that is named by its urls, as a rule not the project's own. */
export interface RegistryAddress {
  readonly urls: readonly string[];
  /** Absent: those of the project's registry, where every url is one of its servers. */
  readonly auth?: RegistryAuth;
}

/**
 * A registry over Confluent's interface, for a command that only asks: nothing is kept, and nothing is answered from what was
 * known before. Authorities, times and retries are the project's, where it has a registry of this kind.
 */
export function openRegistryAt(
  { urls, auth }: RegistryAddress,
  { registry: own }: Pick<ResolvedConfig, "registry">,
  parts: Omit<AdapterParts, "dataDir">,
): Promise<Registry> {
  const known = own.type === "confluent" ? own : undefined;
  const origins = new Set(known?.urls.map((url) => new URL(url).origin));
  const isOwn = urls.every((url) => origins.has(new URL(url).origin));
  return openConfluentRegistry({
    ...parts,
    urls,
    // Secrets go to the servers that they were written down for.
    auth: auth ?? (isOwn && known !== undefined ? known.auth : { type: "none" }),
    ...(known?.ca === undefined ? {} : { ca: known.ca }),
    timeoutMs: known?.timeoutMs ?? settings.registryTimeoutMs.fallback,
    retries: known?.retries ?? settings.registryRetries.fallback,
    cacheBytes: (known?.cacheMb ?? settings.registryCacheMb.fallback) * mebibyte,
  });
}

export async function openChangelog(config: ResolvedConfig, parts: AdapterParts): Promise<Changelog> {
  const { changelog } = config;
  if (changelog.type === "memory") return new MemoryChangelog(parts);
  if (changelog.type === "sqlite") return openSqliteChangelog({ ...parts, queueBytes: changelog.queueBytes });
  if (changelog.type === "kafka") {
    // Its libraries take 70 ms to load, which nobody else shall wait for.
    const { openKafka } = await import("./kafka.js");
    return openKafka(changelog, Math.max(config.maxBatchBytes, config.maxCallBytes), parts);
  }
  const { openChangelog: open } = await adapterModule(config, changelog);
  return called("changelog", "openChangelog", changelog, open?.(changelog.options, parts));
}

/** @throws CONFIG_INVALID for a changelog that holds nothing for others to read, or belongs to a module of the user's. */
export async function openTopicReader(config: ResolvedConfig, parts: AdapterParts): Promise<TopicReader> {
  const { changelog } = config;
  if (changelog.type === "sqlite") return openSqliteTopicReader(parts);
  if (changelog.type === "kafka") {
    const { openKafkaTopics } = await import("./kafka.js");
    return openKafkaTopics(changelog, parts);
  }
  throw new AffinityError(
    "CONFIG_INVALID",
    changelog.type === "memory"
      ? "changelog.type is memory: nothing is kept that could be read from outside; sqlite would be right"
      : `changelog.type ${JSON.stringify(changelog.written)}: an adapter of your own cannot be read from outside`,
  );
}

export async function openMemStore(config: ResolvedConfig, parts: AdapterParts): Promise<MemStore> {
  const { memstore } = config;
  if (memstore.type === "memory") return new MemoryMemStore();
  if (memstore.type === "sqlite") {
    return openSqliteMemStore({
      ...parts,
      cacheMb: memstore.cacheMb,
      unflushedBytes: memstore.pendingMb * mebibyte,
    });
  }
  const { openMemStore: open } = await adapterModule(config, memstore);
  return called("memstore", "openMemStore", memstore, open?.(memstore.options, parts));
}

export async function openCoordinator(config: ResolvedConfig, parts: AdapterParts): Promise<Coordinator> {
  const { coordinator } = config;
  if (coordinator.type === "embedded") {
    // Epochs need to outlive only what was written under them.
    return config.changelog.type === "memory" ? new MemoryCoordinator() : openEmbeddedCoordinator(parts);
  }
  const { openCoordinator: open } = await adapterModule(config, coordinator);
  return called("coordinator", "openCoordinator", coordinator, open?.(coordinator.options, parts));
}

async function adapterModule(config: ResolvedConfig, adapter: ModuleAdapter): Promise<AdapterModule> {
  try {
    const url = adapter.specifier.startsWith("file:")
      ? adapter.specifier
      : pathToFileURL(createRequire(join(config.root, "package.json")).resolve(adapter.specifier)).href;
    const module: AdapterModule = await import(url);
    return module;
  } catch (error) {
    throw new AffinityError(
      "CONFIG_INVALID",
      `type ${JSON.stringify(adapter.written)}: the adapter's module cannot be loaded (${messageOf(error)}); write a known type, or the path or package of a module`,
      { cause: error },
    );
  }
}

function called<T>(section: string, name: string, adapter: ModuleAdapter, opening: Promise<T> | undefined): Promise<T> {
  if (opening !== undefined) return opening;
  throw new AffinityError(
    "CONFIG_INVALID",
    `${section}.type ${JSON.stringify(adapter.written)}: the module exports no function ${name}; it would be called with (options, { dataDir, clock, random, logger })`,
  );
}
