/** `affinity registry serve` as a process of its own, to be killed. */
import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as wait } from "node:timers/promises";
import { affinityProgram } from "../project.js";

const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

const readyMs = 60_000;

export class RegistryProcess {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | null>;

  private constructor(url: string, child: ChildProcess, ended: Promise<number | null>) {
    this.url = url;
    this.#child = child;
    this.#ended = ended;
  }

  /** Resolves when it serves the project in a folder. `port`: 0 takes a free one. */
  static async start(folder: string, port: number): Promise<RegistryProcess> {
    const parameters = [affinityProgram, "registry", "serve", "--json", "--port", String(port)];
    const child = spawn(process.execPath, parameters, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
    running.add(child);
    let output = "";
    const keep = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    const ended = new Promise<number | null>((resolve) => child.on("close", resolve)).finally(() =>
      running.delete(child),
    );
    const deadline = AbortSignal.timeout(readyMs);
    while (!deadline.aborted && child.exitCode === null && child.signalCode === null) {
      const url = /"event":"ready".*"url":"([^"]+)"/.exec(output)?.[1];
      if (url !== undefined) return new RegistryProcess(url, child, ended);
      await wait(20);
    }
    child.kill("SIGKILL");
    throw new Error(`affinity registry serve did not become ready: ${output}`);
  }

  /** kill -9, and waits until it is gone. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended;
  }

  /** Asks it to end. @returns Its exit code. */
  stop(): Promise<number | null> {
    this.#child.kill("SIGTERM");
    return this.#ended;
  }
}
