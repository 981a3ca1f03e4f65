/** `affinity serve` as a process of its own, to be killed. */
import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { affinityProgram } from "./project.js";

/** How a server is started. */
export interface ServeOptions {
  readonly folder: string;
  readonly env?: { readonly [name: string]: string };
  /** Options of Node itself, before the program. */
  readonly nodeOptions?: readonly string[];
  readonly parameters?: readonly string[];
  /** The program of Node; default the one that runs this. */
  readonly node?: string;
  /** Whom it runs as; default whoever runs this. */
  readonly uid?: number;
  readonly gid?: number;
  /** How long it may take until it is ready, in milliseconds; default 60,000. */
  readonly readyMs?: number;
}

/** How a process ended. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Started servers that have not ended: none outlives the process that started it. */
const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

export class Server {
  readonly url: string;
  readonly pid: number;
  /** Resolves when the process is gone. */
  readonly ended: Promise<Ending>;
  readonly #child: ChildProcess;
  readonly #output: () => string;

  private constructor(started: { url: string; child: ChildProcess; ended: Promise<Ending>; output: () => string }) {
    this.url = started.url;
    this.#child = started.child;
    this.pid = started.child.pid ?? 0;
    this.ended = started.ended;
    this.#output = started.output;
  }

  /** Resolves when the ready line has come. @throws ServeFailed when the process ends instead. */
  static async start(options: ServeOptions): Promise<Server> {
    const { child, ended, output } = launch(options);
    const deadline = AbortSignal.timeout(options.readyMs ?? 60_000);
    for (;;) {
      const url = readyUrl(output());
      if (url !== undefined) return new Server({ url, child, ended, output });
      const ending = await Promise.race([ended, wait(5)]);
      if (ending !== undefined) throw new ServeFailed(ending, output());
      if (deadline.aborted) {
        child.kill("SIGKILL");
        throw new Error(`not ready in time: ${output()}`);
      }
    }
  }

  /** kill -9 of every server that this process has started. */
  static killAll(): void {
    for (const child of running) child.kill("SIGKILL");
  }

  /** All that it printed so far: standard output and standard error. */
  get output(): string {
    return this.#output();
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** kill -9, and waits until the process is gone. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.ended;
  }

  /** Asks it to end, and waits for it. */
  async stop(): Promise<Ending> {
    this.#child.kill("SIGTERM");
    return this.ended;
  }
}

/** A server that did not become ready. */
export class ServeFailed extends Error {
  readonly ending: Ending;
  readonly output: string;

  constructor(ending: Ending, output: string) {
    super(`affinity serve ended with ${ending.code ?? ending.signal}: ${output}`);
    this.ending = ending;
    this.output = output;
  }
}

function launch(options: ServeOptions): { child: ChildProcess; ended: Promise<Ending>; output: () => string } {
  const { folder, env = {}, nodeOptions = [], parameters = [], uid, gid } = options;
  const args = [...nodeOptions, affinityProgram, "serve", "--json", ...parameters];
  const child = spawn(options.node ?? process.execPath, args, {
    cwd: folder,
    env: { ...process.env, NO_COLOR: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
  });
  let text = "";
  const keep = (chunk: Buffer): void => {
    text += chunk.toString();
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  running.add(child);
  const ended = new Promise<Ending>((resolve) => {
    child.on("error", () => resolve({ code: 127, signal: null }));
    child.on("close", (code, signal) => {
      running.delete(child);
      resolve({ code, signal });
    });
  });
  return { child, ended, output: () => text };
}

function readyUrl(output: string): string | undefined {
  for (const line of output.split("\n")) {
    if (!line.startsWith("{")) continue;
    try {
      const fact: unknown = JSON.parse(line);
      if (typeof fact === "object" && fact !== null && "event" in fact && fact.event === "ready" && "url" in fact) {
        return String(fact.url);
      }
    } catch {
      // Half a line: the rest is on its way.
    }
  }
  return undefined;
}

/** Asks a server to run to its end, for servers that must not become ready. */
export async function serveToEnd(options: ServeOptions): Promise<Ending & { readonly output: string }> {
  const { child, ended, output } = launch(options);
  const timer = setTimeout(() => child.kill("SIGKILL"), options.readyMs ?? 60_000);
  const ending = await ended;
  clearTimeout(timer);
  return { ...ending, output: output() };
}

/** A port of loopback that nobody listens on now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}
