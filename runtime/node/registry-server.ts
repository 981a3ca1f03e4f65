/** The registry of a project by itself: opened for a command, or served over HTTP without any keyspace. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { openDataDir } from "../coordinator/data-dir.js";
import type { Clock } from "../core/clock.js";
import { AffinityError, isAffinityError } from "../core/errors.js";
import type { Logger } from "../core/logger.js";
import type { Random } from "../core/random.js";
import { type Gateway, openGateway } from "../gateway/gateway.js";
import type { ServiceDescriptor } from "../protocol/service.js";
import { isManagedRegistry, type ManagedRegistry } from "../registry/logged-registry.js";
import type { Registry } from "../registry/registry.js";
import type { Router } from "../state/access.js";
import { openRegistry } from "./adapters.js";
import { isLoopback } from "./config/loopback.js";
import type { ResolvedConfig } from "./config/resolved.js";

export interface RegistryParts {
  readonly config: ResolvedConfig;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/**
 * Opens the registry that a project names, also while a node of it runs: the embedded one takes several processes.
 *
 * @throws what the adapter throws; DATA_DIR_UNUSABLE.
 */
export async function openProjectRegistry(parts: RegistryParts): Promise<Registry> {
  const { type } = parts.config.registry;
  if (type === "embedded" || type === "confluent") await assureDataDir(parts.config.dataDir);
  return openRegistry(parts.config, { ...parts, dataDir: parts.config.dataDir });
}

/** A registry that serves. */
export interface RegistryServer {
  readonly url: string;
  /** Finishes what was accepted. Idempotent. */
  close(): Promise<void>;
}

/**
 * Serves a project's registry at the root of a listener.
 *
 * @throws CONFIG_INVALID when the registry cannot be served, or the listener is reached from outside without tokens;
 * PORT_IN_USE and whatever opening the registry throws.
 */
export async function serveRegistry(
  parts: RegistryParts,
  listener: { readonly host: string; readonly port: number },
): Promise<RegistryServer> {
  const { config, clock, logger } = parts;
  if (!isLoopback(listener.host) && config.http.auth.type !== "bearer")
    throw new AffinityError(
      "CONFIG_INVALID",
      `registry serve: ${listener.host} is reached from outside, where everybody could change the schemas; write ` +
        '"auth": { "type": "bearer", "tokens": [...] } into the section http, or serve on 127.0.0.1',
    );
  const registry = await openProjectRegistry(parts);
  try {
    const served = servable(registry, config);
    const gateway = await openGateway({
      service: noService,
      http: { ...config.http, ...listener },
      clock,
      logger,
      limits: { closeMs: config.drainMs },
    });
    gateway.serveRegistry({ registry: served, path: "" });
    gateway.serve(noRouter);
    return new OpenServer(gateway, registry);
  } catch (error) {
    await registry.close();
    throw error;
  }
}

/** The registry as one that can be served. @throws CONFIG_INVALID for one that is somebody else's. */
export function servable(registry: Registry, config: ResolvedConfig): ManagedRegistry {
  if (isManagedRegistry(registry)) return registry;
  throw new AffinityError(
    "CONFIG_INVALID",
    `registry.type ${JSON.stringify(config.registry.type)}: cannot be served, since it is somebody else's; embedded, ` +
      "memory and zookeeper can",
  );
}

class OpenServer implements RegistryServer {
  readonly url: string;
  readonly #gateway: Gateway;
  readonly #registry: Registry;

  constructor(gateway: Gateway, registry: Registry) {
    this.url = gateway.url;
    this.#gateway = gateway;
    this.#registry = registry;
  }

  async close(): Promise<void> {
    await this.#gateway.close();
    await this.#registry.close();
  }
}

const noRouter: Router = { keyspaces: new Map(), status: () => [] };

const noService: ServiceDescriptor = {
  name: "registry",
  inputs: "",
  keyspaces: {},
  openapi: () => ({ openapi: "3.1.0", info: { title: "registry", version: "1" }, paths: {} }),
};

/** Makes the folder and its marks where they are missing. A node that holds it has made them. */
async function assureDataDir(dataDir: string): Promise<void> {
  // Without a look at the lock, so that no node that starts at this moment finds it taken.
  if (existsSync(join(dataDir, "format.json"))) return;
  try {
    await (await openDataDir(dataDir)).close();
  } catch (error) {
    if (!isAffinityError(error) || error.code !== "DATA_DIR_LOCKED") throw error;
  }
}
