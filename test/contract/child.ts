/** Processes that use an adapter until they are killed. */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";

const loader = import.meta.resolve("tsx");

/** A process that runs a TypeScript file of this folder and talks in lines. */
export class Child {
  readonly #process: ChildProcessByStdio<Writable, Readable, null>;
  readonly #exited: Promise<unknown>;
  #text = "";
  #waiting: (() => void)[] = [];

  constructor(script: string, args: readonly string[], env: { readonly [name: string]: string } = {}) {
    const file = fileURLToPath(new URL(`./${script}.ts`, import.meta.url));
    this.#process = spawn(process.execPath, ["--import", loader, file, ...args], {
      env: { ...process.env, ...env },
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.#exited = once(this.#process, "exit");
    const wake = (): void => {
      for (const resume of this.#waiting.splice(0)) resume();
    };
    this.#process.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      this.#text += chunk;
      wake();
    });
    this.#process.on("exit", wake);
  }

  /** Complete lines so far. */
  get lines(): readonly string[] {
    return this.#text.split("\n").slice(0, -1);
  }

  /** Resolves with the first line, from number `from` on, that a condition likes. Rejects when the process ends before. */
  async line(isWanted: (line: string) => boolean, from = 0): Promise<string> {
    for (;;) {
      const found = this.lines.slice(from).find(isWanted);
      if (found !== undefined) return found;
      if (this.#process.exitCode !== null || this.#process.signalCode !== null)
        throw new Error(`the process has ended; it said: ${this.#text}`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Sends a line. */
  send(line: string): void {
    this.#process.stdin.write(`${line}\n`);
  }

  /** Ends the process at once, as `kill -9` does. */
  async kill(): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#exited;
  }
}
