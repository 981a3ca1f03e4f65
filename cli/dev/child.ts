/** The served project as a child process: started, asked to stop, waited for. */
import { type ChildProcess, spawn } from "node:child_process";
import type { Clock } from "../../runtime/core/clock.js";
import { isServeEvent, type ServeEvent } from "../serve/parent.js";

/** How a child ended. */
export interface ChildEnd {
  readonly exitCode: number;
  /** Why it failed, where it could say so. */
  readonly failure?: Extract<ServeEvent, { event: "failed" }>;
}

/** Time that a child has to stop before it is killed, on top of `drainMs`. */
const stopGraceMs = 5_000;

export class ServeChild {
  /** Settles once the process is gone. Never rejects. */
  readonly ended: Promise<ChildEnd>;
  #isStopping = false;
  readonly #process: ChildProcess;
  readonly #clock: Clock;
  readonly #drainMs: number;

  /** @param args of `affinity serve`. */
  constructor(args: readonly string[], options: { readonly clock: Clock; readonly drainMs: number }) {
    const [, main = ""] = process.argv;
    this.#clock = options.clock;
    this.#drainMs = options.drainMs;
    this.#process = spawn(process.execPath, [...process.execArgv, main, "serve", ...args], {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    this.ended = this.#end();
  }

  /** Whether it was asked to stop. */
  get isStopping(): boolean {
    return this.#isStopping;
  }

  /** Asks the process to stop, kills it when it does not, and waits until it is gone. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#process.kill("SIGTERM");
    const timer = this.#clock.after(this.#drainMs + stopGraceMs, () => this.#process.kill("SIGKILL"), { unref: true });
    await this.ended;
    timer.cancel();
  }

  #end(): Promise<ChildEnd> {
    let failure: ChildEnd["failure"];
    this.#process.on("message", (message: unknown) => {
      if (isServeEvent(message) && message.event === "failed") failure = message;
    });
    return new Promise((resolve) => {
      const end = (exitCode: number): void => resolve({ exitCode, ...(failure === undefined ? {} : { failure }) });
      this.#process.once("error", () => end(3));
      this.#process.once("exit", (code) => end(code ?? 3));
    });
  }
}
