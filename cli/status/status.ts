/** `affinity status`. */
import { systemClock } from "../../runtime/core/clock.js";
import { reachableUrl } from "../../runtime/gateway/listener-address.js";
import type { ResolvedConfig } from "../../runtime/node/config/resolved.js";
import { WrongUse } from "../failure.js";
import { readProject } from "../project.js";
import { pause, stoppedBySignals } from "../stopping.js";
import type { Terminal } from "../terminal.js";
import { nodeStatusAt } from "./node-status.js";
import { renderStatus } from "./render.js";

export interface StatusRequest {
  readonly config: string;
  readonly url?: string;
  readonly watch?: boolean;
}

const watchMs = 1_000;
/** Cursor to the upper left corner, and everything from there on deleted. */
const clearScreen = "\u001b[H\u001b[J";

/** @throws CONNECTION_FAILED; while watching only for the first look, since a node that restarts comes back. */
export async function status(request: StatusRequest, terminal: Terminal): Promise<void> {
  const { url, token } = placeOf(request, terminal);
  const clock = systemClock;
  const look = async (): Promise<string> => {
    const node = await nodeStatusAt(url, token);
    terminal.emit(node);
    return renderStatus(node, url, clock.now(), terminal.colors);
  };
  terminal.print(`${request.watch === true && terminal.isInteractive ? clearScreen : ""}${await look()}`);
  if (request.watch !== true) return;
  const { signal } = stoppedBySignals();
  for (;;) {
    await pause(clock, watchMs, signal);
    if (signal.aborted) return;
    const text = await look().catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
    terminal.print(`${terminal.isInteractive ? clearScreen : ""}${text}`);
  }
}

function placeOf(
  { config: file, url }: StatusRequest,
  terminal: Terminal,
): { readonly url: string; readonly token: string | undefined } {
  const own = process.env.AFFINITY_TOKEN;
  if (url !== undefined) {
    if (!URL.canParse(url) || !/^https?:/.test(url))
      throw new WrongUse(`--url ${url}: expected a URL such as http://127.0.0.1:8080`);
    return { url, token: own };
  }
  const { http } = readProject(file, terminal).config;
  if (http.port === 0)
    throw new WrongUse(`${file}: http.port is 0, so that the node chooses its port; say with --url where it listens`);
  return { url: reachableUrl(http.host, http.port), token: own ?? tokenOf(http) };
}

function tokenOf({ auth }: ResolvedConfig["http"]): string | undefined {
  return auth.type === "bearer" ? auth.tokens[0] : undefined;
}
