/** A server of others as a child: its output, and its end by its own pid. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { setTimeout as wait } from "node:timers/promises";

const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** Starts to ready on a machine that is busy with other things, ms. */
const readyMs = 120_000;

export class ServerProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  #output = "";

  constructor(program: string, parameters: readonly string[], folder: string) {
    this.#child = spawn(program, parameters, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
    running.add(this.#child);
    const keep = (chunk: Buffer): void => {
      this.#output += chunk.toString();
    };
    this.#child.stdout?.on("data", keep);
    this.#child.stderr?.on("data", keep);
    this.#ended = new Promise((resolve) => {
      this.#child.on("error", resolve);
      this.#child.on("close", resolve);
    }).finally(() => running.delete(this.#child));
  }

  get output(): string {
    return this.#output;
  }

  /** Of the child; 0 where it could not be started. */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Resolves with what `look` finds, which is asked again and again. Rejects when the server ends before. */
  async ready<T>(look: (output: string) => Promise<T | undefined>): Promise<T> {
    const deadline = AbortSignal.timeout(readyMs);
    while (!deadline.aborted) {
      const found = await look(this.#output).catch(() => undefined);
      if (found !== undefined) return found;
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) break;
      await wait(50);
    }
    await this.kill();
    throw new Error(`the server did not become ready: ${this.#output.slice(-2_000)}`);
  }

  /** SIGTERM, and waits until it has ended by itself. */
  async end(): Promise<void> {
    this.#child.kill("SIGTERM");
    await this.#ended;
  }

  /** SIGKILL, and waits until it is gone. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended;
  }

  /** Stops its threads, so that connections stay and nothing is answered. Resolves when each has stopped. */
  async freeze(): Promise<void> {
    this.#child.kill("SIGSTOP");
    while (this.#threads().some((state) => state !== "T")) await wait(5);
  }

  thaw(): void {
    this.#child.kill("SIGCONT");
  }

  #threads(): readonly string[] {
    const folder = `/proc/${this.#child.pid}/task`;
    if (!existsSync(folder)) return [];
    return readdirSync(folder).map((task) => {
      try {
        return /^State:\s+(\w)/m.exec(readFileSync(`${folder}/${task}/status`, "utf8"))?.[1] ?? "T";
      } catch {
        return "T";
      }
    });
  }
}

/** Free ports of loopback, all different; below those that the system gives to connections. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const held = [];
  while (held.length < count) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once("error", () => resolve(false));
      server.listen(port, "127.0.0.1", () => resolve(true));
    });
    if (isFree) held.push({ port, server });
  }
  await Promise.all(held.map(({ server }) => new Promise((resolve) => server.close(resolve))));
  return held.map(({ port }) => port);
}
