/** The servers that are compared, each a process of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bankFiles, generate, tempProject } from "../test/support/project.js";
import { freePort, Server } from "../test/support/server.js";

/** A server that is loaded. */
export interface Contender {
  readonly name: string;
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

export interface ContenderOptions {
  /** Where data comes to lie. */
  readonly parent: string;
  readonly env?: { readonly [name: string]: string };
  /** The program of Node; default the one that runs this. */
  readonly node?: string;
}

/** A file system whose syncs are nearly free where there is one: what is compared there is everything but the disk. */
export function freeSyncFolder(): string {
  return existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
}

/** The product as users run it: `affinity serve` of the bank. */
export async function startAffinity(options: ContenderOptions & { readonly config?: object }): Promise<Contender> {
  const project = tempProject(
    { ...bankFiles, "affinity.json": { name: "bank", http: { port: 0 }, logLevel: "warn", ...options.config } },
    options.parent,
  );
  generate(project);
  const { env = {}, node } = options;
  const server = await Server.start({ folder: project.folder, env, ...(node === undefined ? {} : { node }) });
  return {
    name: "affinity",
    url: server.url,
    pid: server.pid,
    stop: async () => {
      await server.stop();
      project.remove();
    },
  };
}

/** node:http and a Map: nothing durable. */
export function startRaw(options: ContenderOptions): Promise<Contender> {
  return startRival("raw node:http", "raw.mjs", options, () => []);
}

/** fastify and better-sqlite3, a commit a request. */
export function startFastify(options: ContenderOptions): Promise<Contender> {
  return startRival("fastify + better-sqlite3", "fastify.mjs", options, (folder) => [join(folder, "rows.db")]);
}

async function startRival(
  name: string,
  program: string,
  options: ContenderOptions,
  parameters: (folder: string) => readonly string[],
): Promise<Contender> {
  const folder = realpathSync(mkdtempSync(join(options.parent, "affinity-rival-")));
  const port = await freePort();
  const path = fileURLToPath(new URL(`./rivals/${program}`, import.meta.url));
  const child = spawn(options.node ?? process.execPath, [path, `${port}`, ...parameters(folder)], {
    env: { ...process.env, ...options.env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  process.once("exit", () => child.kill("SIGKILL"));
  await firstOutput(child, name);
  return {
    name,
    url: `http://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    stop: () =>
      new Promise((resolve) => {
        child.on("close", () => {
          rmSync(folder, { recursive: true, force: true });
          resolve();
        });
        child.kill("SIGTERM");
      }),
  };
}

function firstOutput(child: ChildProcess, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    child.stdout?.once("data", () => resolve());
    child.once("error", reject);
    child.once("close", (code) => reject(new Error(`${name} ended with ${code}`)));
  });
}
