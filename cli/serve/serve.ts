/** `affinity serve`: configuration → project's code → node, until a signal or the node's own end. */
import { systemClock } from "../../runtime/core/clock.js";
import { isAffinityError } from "../../runtime/core/errors.js";
import { systemRandom } from "../../runtime/core/random.js";
import type { ResolvedConfig } from "../../runtime/node/config/resolved.js";
import { openNode } from "../../runtime/node/node.js";
import { loadProject, loadService, type Project } from "../../runtime/node/project.js";
import { ProjectCodeFailure } from "../failure.js";
import { readProject } from "../project.js";
import type { Terminal } from "../terminal.js";
import { endOnCrash } from "./crash.js";
import { assertFresh } from "./fresh.js";
import { processLogger } from "./log.js";
import { Parent } from "./parent.js";
import { readyText } from "./ready.js";
import { stopSignal } from "./stop-signal.js";

/** Serves until it is told to stop. Rejects when the node cannot start or fails. */
export async function serve(
  request: { readonly config: string; readonly anyLoopback: boolean },
  terminal: Terminal,
): Promise<void> {
  const parent = new Parent();
  const stop = stopSignal(systemClock, parent);
  try {
    const read = readProject(request.config, terminal).config;
    const http = { ...read.http, cors: { ...read.http.cors, anyLoopback: request.anyLoopback } };
    const config = { ...read, http };
    const { service, handlers } = await loadFresh(config);
    const logger = await processLogger(config.logLevel, terminal);
    endOnCrash(logger);
    const stopped = new AbortController();
    void stop.then(() => stopped.abort(new Error("told to stop while it started")));
    const parts = { config, service, handlers, clock: systemClock, random: systemRandom, logger };
    const node = await openNode({ ...parts, signal: stopped.signal }).catch((error: unknown) => {
      if (!stopped.signal.aborted) throw error;
    });
    if (node === undefined) {
      terminal.emit({ event: "stopped" });
      return;
    }
    // `uptime` counts from the start of the process, so the time is what a person waited.
    const ms = Math.round(process.uptime() * 1000);
    terminal.print(readyText({ service, url: node.url, ms }, terminal.colors));
    terminal.emit({ event: "ready", name: service.name, url: node.url, ms });
    parent.tell({ event: "ready", url: node.url });
    await Promise.race([stop, node.closed]);
    await node.close();
    terminal.emit({ event: "stopped" });
  } catch (error) {
    parent.tellFailure(error);
    throw error;
  }
}

/** The project's code, once it is known to belong to its schemas. @throws ProjectCodeFailure for what the code throws. */
async function loadFresh(config: ResolvedConfig): Promise<Project> {
  try {
    assertFresh(config, await loadService(config));
    return await loadProject(config);
  } catch (error) {
    throw isAffinityError(error) ? error : new ProjectCodeFailure(error);
  }
}
