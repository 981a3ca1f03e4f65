/** A project served inside a test: the real embedded runtime on loopback, a free port and a folder of its own. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Logger, silentLogger } from "../core/logger.js";
import { type Random, systemRandom } from "../core/random.js";
import { loadConfig } from "../node/config/load.js";
import type { ResolvedConfig } from "../node/config/resolved.js";
import { type Node, openNode } from "../node/node.js";
import { loadProject, type Project } from "../node/project.js";
import { MovableClock } from "./movable-clock.js";

/** How to open a project for a test. */
export interface OpenAppOptions {
  /** Path of affinity.json. Default `affinity.json` in the working directory. */
  readonly config?: string;
  /** Variables for `${NAME}` in the configuration. Default: the process's. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Default: keeps nothing. */
  readonly logger?: Logger;
  /** Default: the machine's. A SeededRandom repeats a run. */
  readonly random?: Random;
}

/** A project that is being served. */
export interface App {
  /** `http://127.0.0.1:<port>`; the same after `restart`. */
  readonly url: string;
  /** The clock of the whole project: `advance` moves it. */
  readonly clock: MovableClock;
  /** Stops cleanly, or starts after `kill`, and serves the same data again. */
  restart(): Promise<void>;
  /** Stops as a crash would: nothing is finished, flushed or handed over. `restart` serves again. */
  kill(): Promise<void>;
  /** Stops and removes the data. Idempotent. */
  close(): Promise<void>;
}

/**
 * Serves a project from its configuration, except that it listens on loopback and a free port, answers callers without a
 * token, and keeps its data in a temporary folder until `close`.
 *
 * @throws what `affinity serve` would end with.
 */
export async function openApp(options: OpenAppOptions = {}): Promise<App> {
  const file = loadConfig(options.config ?? "affinity.json", options.env ?? process.env);
  const dataDir = await mkdtemp(join(tmpdir(), "affinity-"));
  const http = { ...file.http, host: "127.0.0.1", port: 0, auth: { type: "none" } as const };
  const app = new ServedApp({ ...file, dataDir, http }, await loadProject(file), options);
  try {
    await app.start();
  } catch (error) {
    await rm(dataDir, { recursive: true, force: true });
    throw error;
  }
  return app;
}

class ServedApp implements App {
  readonly clock = new MovableClock();
  readonly #config: ResolvedConfig;
  readonly #project: Project;
  readonly #options: OpenAppOptions;
  #node: Node | undefined;
  #url = "";

  constructor(config: ResolvedConfig, project: Project, options: OpenAppOptions) {
    this.#config = config;
    this.#project = project;
    this.#options = options;
  }

  get url(): string {
    return this.#url;
  }

  async start(): Promise<void> {
    const { logger = silentLogger, random = systemRandom } = this.#options;
    const port = this.#url === "" ? 0 : Number(new URL(this.#url).port);
    const config = { ...this.#config, http: { ...this.#config.http, port } };
    this.#node = await openNode({ ...this.#project, config, clock: this.clock, random, logger });
    this.#url = this.#node.url;
  }

  async restart(): Promise<void> {
    await this.#node?.close();
    await this.start();
  }

  async kill(): Promise<void> {
    await this.#node?.kill();
    this.#node = undefined;
  }

  async close(): Promise<void> {
    await this.#node?.close();
    this.#node = undefined;
    await rm(this.#config.dataDir, { recursive: true, force: true });
  }
}
