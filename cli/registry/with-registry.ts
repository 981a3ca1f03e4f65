/** The registry that a command works on, for as long as it does. */
import { systemClock } from "../../runtime/core/clock.js";
import { systemRandom } from "../../runtime/core/random.js";
import type { ResolvedConfig } from "../../runtime/node/config/resolved.js";
import { openProjectRegistry } from "../../runtime/node/registry-server.js";
import type { Registry } from "../../runtime/registry/registry.js";
import { WrongUse } from "../failure.js";
import { readProject } from "../project.js";
import { processLogger } from "../serve/log.js";
import type { Terminal } from "../terminal.js";

/** @throws WrongUse for a registry in memory, which is empty wherever a command opens it. */
export async function withRegistry<T>(
  file: string,
  terminal: Terminal,
  run: (registry: Registry, config: ResolvedConfig) => Promise<T>,
): Promise<T> {
  const { config } = readProject(file, terminal);
  if (config.registry.type === "memory")
    throw new WrongUse("registry.type is memory: nothing is kept that a command could read");
  const logger = await processLogger(config.logLevel, terminal);
  const registry = await openProjectRegistry({ config, clock: systemClock, random: systemRandom, logger });
  try {
    return await run(registry, config);
  } finally {
    await registry.close();
  }
}
