/** All keyspaces of a project on this node: opens their partitions side by side, and stops them. */
import type { Changelog, TopicSpec } from "../changelog/changelog.js";
import type { Coordinator } from "../coordinator/coordinator.js";
import type { Clock } from "../core/clock.js";
import { AffinityError } from "../core/errors.js";
import type { Logger } from "../core/logger.js";
import type { Random } from "../core/random.js";
import type { MemStore } from "../memstore/memstore.js";
import { ExternalTopics } from "../partition/external-topics.js";
import { FlushQueue } from "../partition/flush-queue.js";
import { noHandlerWatch, RunningHandlers } from "../partition/handler-watch.js";
import { defaultLimits, type PartitionLimits } from "../partition/limits.js";
import { Partition } from "../partition/partition.js";
import { type KeyspaceHandler, type KeyspacePlan, planKeyspace } from "../partition/plan.js";
import { eventLoopTurns, type Turns } from "../partition/turns.js";
import { Watchdog, type WatchedPartition } from "../partition/watchdog.js";
import type { KeyspaceDescriptor, ServiceDescriptor } from "../protocol/service.js";
import type { KeyspaceAccess, KeyspaceSchemaIds, PartitionStatus, Router } from "../state/access.js";
import { Container } from "./container.js";

/** Partitions that are opened at once. */
const openAtOnce = 32;

export interface RouterParts {
  readonly service: ServiceDescriptor;
  /** By keyspace, the user's code; keyspaces without messages need none. */
  readonly handlers: { readonly [keyspace: string]: KeyspaceHandler };
  readonly changelog: Changelog;
  readonly memstore: MemStore;
  readonly coordinator: Coordinator;
  /** By keyspace. */
  readonly schemaIds: { readonly [keyspace: string]: KeyspaceSchemaIds };
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Where they differ from `defaultLimits`. */
  readonly limits?: Partial<PartitionLimits>;
  /** How long the changelog keeps every record, and tombstones, ms: see `TopicSpec`. */
  readonly historyMs: number;
  readonly tombstoneMs: number;
  /** How long a handler may block the event loop before the process is ended, ms. Absent: it is not looked at. */
  readonly stallMs?: number;
  /** See `PartitionParts.onRival`. */
  readonly onRival?: (error: AffinityError) => void;
  /** Told of the router before its partitions are opened, so that somebody may look how far they are. */
  readonly onOpening?: (router: Router) => void;
  /** Ends the opening; an open router is stopped by `stop`. */
  readonly signal?: AbortSignal;
  /** When batches are sent; for tests. Default: at the end of each turn of the event loop. */
  readonly turns?: Turns;
}

/** A router that is open. */
export interface OpenRouter extends Router {
  /**
   * Refuses new calls (SHUTTING_DOWN), finishes those that were accepted, makes memstores persistent and gives mastership up.
   * Leaves changelog, memstore and coordinator open. Idempotent.
   */
  stop(): Promise<void>;
  /** Stops as a crash would: calls that were accepted fail, nothing more is sent or made persistent. Idempotent. */
  kill(): Promise<void>;
}

/**
 * Creates missing topics and opens every partition.
 *
 * @throws HANDLER_MISSING, CONFIG_INVALID, CHECKPOINT_AHEAD and what the adapters throw; whatever was opened is stopped then.
 */
export async function openRouter(parts: RouterParts): Promise<OpenRouter> {
  const plans = Object.values(parts.service.keyspaces).map((descriptor) => planOf(descriptor, parts));
  const topics = await parts.changelog.ensureTopics(plans.flatMap((plan) => topicsOf(plan, parts)));
  const limits = { ...defaultLimits, ...parts.limits };
  if (parts.historyMs < limits.idempotencyWindowMs)
    parts.logger.warn(
      { historyMs: parts.historyMs, idempotencyWindowMs: limits.idempotencyWindowMs },
      "changelog.historyMs is below idempotencyWindowMs: should the memstore be lost, so are answers to older retries",
    );
  const turns = parts.turns ?? eventLoopTurns;
  const flushes = new FlushQueue(turns);
  const watched = plans.flatMap((plan) => watchedPartitions(plan));
  const running = RunningHandlers.forPartitions(watched.length);
  const slots = new Map(watched.map(({ keyspace, partition }, slot) => [`${keyspace}/${partition}`, slot]));
  const containers = plans.map((plan) => {
    const external = topicsOf(plan, parts).filter(({ isExternal }) => isExternal);
    const own = topics.filter(({ name }) => plan.stores.some(({ topic }) => topic === name));
    const inUse = new ExternalTopics(parts.changelog, external, own);
    const partitions = Array.from({ length: plan.descriptor.partitions }, (_, partition) => {
      const slot = slots.get(`${plan.name}/${partition}`);
      const watch = slot === undefined ? noHandlerWatch : running.watch(slot);
      return new Partition({ ...parts, plan, partition, limits, turns, flushes, topics: inUse, watch });
    });
    return new Container(plan, partitions);
  });
  const router = new LocalRouter(containers);
  parts.onOpening?.(router);
  try {
    await openAll(
      containers.flatMap(({ partitions }) => partitions),
      parts.signal,
    );
  } catch (error) {
    await router.stop();
    throw error;
  }
  const { stallMs, clock, logger } = parts;
  if (stallMs !== undefined && watched.length > 0)
    router.watchdog = new Watchdog({ handlers: running, partitions: watched, stallMs, clock, logger });
  return router;
}

function planOf(descriptor: KeyspaceDescriptor, { schemaIds, handlers }: RouterParts): KeyspacePlan {
  const ids = schemaIds[descriptor.name];
  if (ids === undefined)
    throw new AffinityError(
      "CONFIG_INVALID",
      `keyspace ${descriptor.name}: its schemas have no ids; register them before it is opened`,
    );
  return planKeyspace({ descriptor, schemaIds: ids, handler: handlers[descriptor.name] });
}

function topicsOf({ stores, descriptor }: KeyspacePlan, { historyMs, tombstoneMs }: RouterParts): TopicSpec[] {
  const { partitions } = descriptor;
  return stores.map(({ topic, isExternal }) => {
    const spec = { name: topic, partitions, historyMs, tombstoneMs };
    return isExternal ? { ...spec, isExternal } : spec;
  });
}

/** Partitions of a keyspace with handlers. */
function watchedPartitions({ name, descriptor, messages }: KeyspacePlan): readonly WatchedPartition[] {
  if (messages.size === 0) return [];
  const { schema } = descriptor.key();
  const isText =
    schema === "string" ||
    (typeof schema === "object" && schema !== null && "type" in schema && schema.type === "string");
  const keys = descriptor.keyEncoding === "utf8" ? "text" : isText ? "framed text" : "other";
  const names = [...messages.keys()];
  return Array.from({ length: descriptor.partitions }, (_, partition) => ({
    keyspace: name,
    partition,
    messages: names,
    keys,
  }));
}

class LocalRouter implements OpenRouter {
  readonly keyspaces: ReadonlyMap<string, KeyspaceAccess>;
  readonly #containers: readonly Container[];
  watchdog: Watchdog | undefined;
  #stopped: Promise<void> | undefined;

  constructor(containers: readonly Container[]) {
    this.#containers = containers;
    this.keyspaces = new Map(containers.map((container) => [container.descriptor.name, container]));
  }

  status(): readonly PartitionStatus[] {
    return this.#containers.flatMap(({ partitions }) => partitions.map(({ status }) => status));
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  kill(): Promise<void> {
    for (const { partitions } of this.#containers) for (const partition of partitions) partition.kill();
    return this.stop();
  }

  async #stop(): Promise<void> {
    const partitions = this.#containers.flatMap((container) => container.partitions);
    await Promise.all(partitions.map((partition) => partition.stop()));
    await this.watchdog?.close();
  }
}

async function openAll(partitions: readonly Partition[], signal: AbortSignal | undefined): Promise<void> {
  let next = 0;
  const aborted = new Promise<never>((_, reject) => {
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  const worker = async (): Promise<void> => {
    for (let partition = partitions[next++]; partition !== undefined; partition = partitions[next++]) {
      try {
        signal?.throwIfAborted();
        await partition.open();
      } catch (error) {
        next = partitions.length;
        throw error;
      }
    }
  };
  const all = Promise.all(Array.from({ length: openAtOnce }, worker));
  await (signal === undefined ? all : Promise.race([all, aborted]));
}
