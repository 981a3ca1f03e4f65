/** All keyspaces of a project on this node: opens their partitions side by side, and stops them. */
import type { Changelog, TopicSpec } from "../changelog/changelog.js";
import type { Coordinator } from "../coordinator/coordinator.js";
import type { Clock } from "../core/clock.js";
import type { Logger } from "../core/logger.js";
import type { Random } from "../core/random.js";
import type { MemStore } from "../memstore/memstore.js";
import { FlushQueue } from "../partition/flush-queue.js";
import { noHandlerWatch, RunningHandlers } from "../partition/handler-watch.js";
import { defaultLimits, type PartitionLimits } from "../partition/limits.js";
import { Partition } from "../partition/partition.js";
import { type KeyspaceHandler, type KeyspacePlan, planKeyspace } from "../partition/plan.js";
import { eventLoopTurns, type Turns } from "../partition/turns.js";
import { Watchdog, type WatchedPartition } from "../partition/watchdog.js";
import type { ServiceDescriptor } from "../protocol/service.js";
import type { AnyType } from "../schema/type.js";
import type { KeyspaceAccess, KeyspaceSchemaIds, PartitionStatus, Router } from "../state/access.js";
import type { OrderedCodec } from "../state/keys.js";
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
  /** Has no effect: key types know their order. */
  readonly orderedKeys?: (type: AnyType) => OrderedCodec;
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
  const { service, handlers, schemaIds } = parts;
  const plans = Object.values(service.keyspaces).map((descriptor) => ({
    ids: schemaIds[descriptor.name] ?? { key: 0, stores: {}, messages: {} },
    plan: planKeyspace({
      descriptor,
      schemaIds: schemaIds[descriptor.name] ?? { key: 0, stores: {}, messages: {} },
      handler: handlers[descriptor.name],
    }),
  }));
  const specs = plans.flatMap(({ plan }) =>
    plan.stores.map(
      ({ topic }): TopicSpec => ({
        name: topic,
        partitions: plan.descriptor.partitions,
        historyMs: parts.historyMs,
        tombstoneMs: parts.tombstoneMs,
      }),
    ),
  );
  const topics = await parts.changelog.ensureTopics(specs);
  const incarnations = Object.fromEntries(topics.map(({ name, incarnation }) => [name, incarnation]));
  const turns = parts.turns ?? eventLoopTurns;
  const flushes = new FlushQueue(turns);
  const limits = { ...defaultLimits, ...parts.limits };
  const watched = plans.flatMap(({ plan }) => watchedPartitions(plan));
  const handlersRunning = RunningHandlers.forPartitions(watched.length);
  const containers = plans.map(({ plan, ids }) => {
    const partitions = Array.from({ length: plan.descriptor.partitions }, (_, partition) => {
      const slot = watched.findIndex((entry) => entry.keyspace === plan.name && entry.partition === partition);
      const watch = slot < 0 ? noHandlerWatch : handlersRunning.watch(slot);
      return new Partition({ ...parts, plan, partition, limits, turns, flushes, incarnations, watch });
    });
    return new Container(plan, ids, partitions);
  });
  const router = new LocalRouter(containers);
  try {
    await openAll(
      containers.flatMap(({ partitions }) => partitions),
      parts.signal,
    );
  } catch (error) {
    await router.stop();
    throw error;
  }
  if (parts.stallMs !== undefined && watched.length > 0)
    router.watchdog = new Watchdog({
      handlers: handlersRunning,
      partitions: watched,
      stallMs: parts.stallMs,
      clock: parts.clock,
      logger: parts.logger,
    });
  return router;
}

/** Partitions of a keyspace with handlers. */
function watchedPartitions(plan: KeyspacePlan): readonly WatchedPartition[] {
  if (plan.messages.size === 0) return [];
  const { key, keyEncoding, partitions } = plan.descriptor;
  const { schema } = key();
  const isText =
    schema === "string" ||
    (typeof schema === "object" && schema !== null && "type" in schema && schema.type === "string");
  const keys = keyEncoding === "utf8" ? "text" : isText ? "framed text" : "other";
  const messages = [...plan.messages.keys()];
  return Array.from({ length: partitions }, (_, partition) => ({ keyspace: plan.name, partition, messages, keys }));
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
    return this.#containers.flatMap(({ partitions }) => partitions.map((partition) => partition.status()));
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
