/** Our own registry server in the test's process: a registry in memory behind a listener on loopback. */
import { systemClock } from "../../../runtime/core/clock.js";
import { silentLogger } from "../../../runtime/core/logger.js";
import { openGateway } from "../../../runtime/gateway/gateway.js";
import type { HttpAuth } from "../../../runtime/gateway/options.js";
import type { ManagedRegistry } from "../../../runtime/registry/logged-registry.js";
import { MemoryRegistry } from "../../../runtime/registry/memory-registry.js";

export interface OwnRegistry {
  readonly url: string;
  readonly registry: ManagedRegistry;
  close(): Promise<void>;
}

/** Starts one. `port`: 0 takes a free one. */
export async function startRegistryServer(
  options: { readonly registry?: ManagedRegistry; readonly auth?: HttpAuth; readonly port?: number } = {},
): Promise<OwnRegistry> {
  const { registry = new MemoryRegistry(), auth = { type: "none" }, port = 0 } = options;
  const gateway = await openGateway({
    service: { name: "registry", inputs: "", keyspaces: {}, openapi: () => ({}) },
    http: {
      host: "127.0.0.1",
      port,
      hosts: [],
      cors: { origins: [], anyLoopback: false },
      auth,
      maxBodyBytes: 1_048_576,
      maxHeaderBytes: 16_384,
      maxConnections: 1_000,
      requestTimeoutMs: 30_000,
      askTimeoutMs: 30_000,
      bulkInFlight: 1,
    },
    clock: systemClock,
    logger: silentLogger,
  });
  gateway.serveRegistry({ registry, path: "" });
  gateway.serve({ keyspaces: new Map(), status: () => [] });
  return {
    url: gateway.url,
    registry,
    close: async () => {
      await gateway.close();
      await registry.close();
    },
  };
}
