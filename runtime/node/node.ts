/** A node: opens what the configuration names, in an order in which nothing is written before everything is checked. */

import { openRouter } from "../cluster/router.js";
import { openDataDir } from "../coordinator/data-dir.js";
import type { Clock } from "../core/clock.js";
import { messageOf } from "../core/errors.js";
import type { Logger } from "../core/logger.js";
import type { Random } from "../core/random.js";
import { type Gateway, openGateway } from "../gateway/gateway.js";
import type { ServiceDescriptor } from "../protocol/service.js";
import type { Registry } from "../registry/registry.js";
import { openChangelog, openCoordinator, openMemStore, openRegistry, usesDataDir } from "./adapters.js";
import type { ResolvedConfig } from "./config/resolved.js";
import type { Handlers } from "./project.js";
import { servable } from "./registry-server.js";
import { agreeOnSchemas } from "./schemas.js";

/** What a node is made of. */
export interface NodeParts {
  readonly config: ResolvedConfig;
  readonly service: ServiceDescriptor;
  readonly handlers: Handlers;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Ends the opening; an open node is stopped by `close`. */
  readonly signal?: AbortSignal;
}

/** A node that serves. */
export interface Node {
  /** `http://127.0.0.1:8080` */
  readonly url: string;
  /** Resolves when the node has stopped; rejects when it stopped by a fault of its own. */
  readonly closed: Promise<void>;
  /** Finishes what was accepted, makes everything persistent and stops. Idempotent. */
  close(): Promise<void>;
  /** Stops as a crash would, for tests: accepted requests get no answer, nothing is flushed. Idempotent. */
  kill(): Promise<void>;
}

/**
 * Opens a node and resolves when it serves; its health and progress are answered before.
 *
 * The order matters: port, data folder (lock, format), schemas (SCHEMA_CHANGED) are checked before the changelog or the
 * memstore is touched.
 *
 * @throws DATA_DIR_UNUSABLE, DATA_DIR_LOCKED, DATA_FORMAT_NEWER, PORT_IN_USE, SCHEMA_CHANGED, HANDLER_MISSING,
 * SCHEMA_INCOMPATIBLE, SCHEMA_NOT_FOUND, REGISTRY_UNAVAILABLE, CHECKPOINT_AHEAD, SQLITE_MISSING, CONFIG_INVALID; whatever was opened is closed then.
 */
export async function openNode(parts: NodeParts): Promise<Node> {
  const closers = new Closers(parts.logger);
  const fault = new AbortController();
  try {
    const gateway = await openInOrder(parts, closers, (error) => fault.abort(error));
    return new RunningNode(gateway, closers, fault.signal);
  } catch (error) {
    await closers.closeAll();
    throw error;
  }
}

async function openInOrder(parts: NodeParts, closers: Closers, onFault: (error: Error) => void): Promise<Gateway> {
  const { config, service, handlers, clock, random, logger } = parts;
  // First, since it leaves no trace: a port in use makes no data folder.
  const gateway = closers.keep(
    "listener",
    await openGateway({ service, http: config.http, clock, logger, limits: { closeMs: config.drainMs } }),
  );
  let { dataDir } = config;
  if (usesDataDir(config)) {
    const folder = closers.keep("data folder", await openDataDir(dataDir));
    dataDir = folder.path;
  }
  const adapterParts = { dataDir, clock, random, logger };
  const registry = closers.keep("registry", await openRegistry(config, adapterParts));
  const schemaIds = await agreeOnSchemas(service, registry, { clock, autoRegister: config.registry.autoRegister });
  const changelog = closers.keep("changelog", await openChangelog(config, adapterParts));
  const memstore = closers.keep("memstore", await openMemStore(config, adapterParts));
  const coordinator = closers.keep("coordinator", await openCoordinator(config, adapterParts));
  const router = await openRouter({
    service,
    handlers,
    changelog,
    memstore,
    coordinator,
    schemaIds,
    clock,
    random,
    logger,
    limits: {
      mailboxLimit: config.mailboxLimit,
      maxCallBytes: config.maxCallBytes,
      maxBatchBytes: config.maxBatchBytes,
      idempotencyWindowMs: config.idempotencyWindowMs,
      idempotencyLimit: config.idempotencyLimit,
      handlerTimeoutMs: config.http.handlerTimeoutMs,
      drainMs: config.drainMs,
    },
    ...historyOf(config),
    stallMs: config.stallMs,
    onOpening: (opening) => gateway.watch(opening),
    // It is master of everything, as far as it knows: whoever takes a log from it does not know of it either.
    ...(config.coordinator.type === "embedded" ? { onRival: onFault } : {}),
    ...(parts.signal === undefined ? {} : { signal: parts.signal }),
  });
  closers.keep("partitions", { close: () => router.stop(), kill: () => router.kill() });
  mountRegistry(gateway, registry, config);
  gateway.serve(router);
  // Once more: what was accepted is answered before the partitions end.
  return closers.keep("gateway", gateway);
}

/** Where a registry stands that is served beside the keyspaces: no path of theirs can meet it. */
const registryPath = "/_affinity/registry";

function mountRegistry(gateway: Gateway, registry: Registry, config: ResolvedConfig): void {
  const isServed = "isServed" in config.registry && config.registry.isServed;
  if (isServed) gateway.serveRegistry({ registry: servable(registry, config), path: registryPath });
}

/** An hour and a day, as `changelog.historyMs` and `changelog.tombstoneMs`, for adapters that the user brings. */
const defaultHistory = { historyMs: 3_600_000, tombstoneMs: 86_400_000 };

function historyOf({ changelog }: ResolvedConfig): { readonly historyMs: number; readonly tombstoneMs: number } {
  if (changelog.type === "module") return defaultHistory;
  return { historyMs: changelog.historyMs, tombstoneMs: changelog.tombstoneMs };
}

interface Closable {
  close(): Promise<void>;
  /** Lets go without finishing anything; adapters without it are closed. */
  kill?(): Promise<void>;
}

/** What was opened, closed in reverse order. */
class Closers {
  readonly #logger: Logger;
  readonly #opened: { readonly what: string; readonly closable: Closable }[] = [];

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  keep<T extends Closable>(what: string, closable: T): T {
    this.#opened.push({ what, closable });
    return closable;
  }

  /** Closes or kills everything, also when one fails to; that one is logged. */
  async closeAll(isKill = false): Promise<void> {
    for (let entry = this.#opened.pop(); entry !== undefined; entry = this.#opened.pop()) {
      try {
        await (isKill ? (entry.closable.kill?.() ?? entry.closable.close()) : entry.closable.close());
      } catch (error) {
        this.#logger.error({ what: entry.what, error: messageOf(error) }, "closing failed");
      }
    }
  }
}

class RunningNode implements Node {
  readonly url: string;
  readonly closed: Promise<void>;
  readonly #closers: Closers;
  #closing: Promise<void> | undefined;
  #onClosed: () => void = () => undefined;

  /** @param fault Aborts when the node has to stop by itself; its reason is what `closed` rejects with. */
  constructor(gateway: Gateway, closers: Closers, fault: AbortSignal) {
    this.url = gateway.url;
    this.#closers = closers;
    this.closed = new Promise((resolve, reject) => {
      this.#onClosed = () => (fault.aborted ? reject(fault.reason) : resolve());
    });
    // Whoever does not wait for it has asked for nothing.
    this.closed.catch(() => undefined);
    if (fault.aborted) void this.close();
    else fault.addEventListener("abort", () => void this.close(), { once: true });
  }

  close(): Promise<void> {
    this.#closing ??= this.#closers.closeAll().then(this.#onClosed);
    return this.#closing;
  }

  kill(): Promise<void> {
    this.#closing ??= this.#closers.closeAll(true).then(this.#onClosed);
    return this.#closing;
  }
}
