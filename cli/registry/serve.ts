/** `affinity registry serve`: the project's registry over HTTP, until a signal. */
import { systemClock } from "../../runtime/core/clock.js";
import { systemRandom } from "../../runtime/core/random.js";
import { serveRegistry } from "../../runtime/node/registry-server.js";
import { WrongUse } from "../failure.js";
import { readProject } from "../project.js";
import { processLogger } from "../serve/log.js";
import { Parent } from "../serve/parent.js";
import { stopSignal } from "../serve/stop-signal.js";
import type { Terminal } from "../terminal.js";

export async function serve(
  request: { readonly config: string; readonly host: string; readonly port: string },
  terminal: Terminal,
): Promise<void> {
  const port = portOf(request.port);
  const stop = stopSignal(systemClock, new Parent());
  const { config } = readProject(request.config, terminal);
  const logger = await processLogger(config.logLevel, terminal);
  const parts = { config, clock: systemClock, random: systemRandom, logger };
  const server = await serveRegistry(parts, { host: request.host, port });
  const ms = Math.round(process.uptime() * 1000);
  const { bold, green, cyan } = terminal.colors;
  terminal.print(
    `${green(bold("registry"))} is ready in ${(ms / 1000).toFixed(1)} s: ${cyan(`${server.url}/subjects`)}`,
  );
  terminal.emit({ event: "ready", name: "registry", url: server.url, ms });
  await stop;
  await server.close();
  terminal.emit({ event: "stopped" });
}

function portOf(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw new WrongUse(`--port ${text}: a whole number from 0 to 65535 would be right`);
}
