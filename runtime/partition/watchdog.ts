/**
 * Ends the process when a handler blocks its event loop: a partition that cannot answer must not keep its mastership, and
 * nothing in this thread could notice. A thread of its own looks at the memory of `handler-watch.ts`.
 */
import { url as debuggerUrl } from "node:inspector";
import type { Worker } from "node:worker_threads";
import type { Clock, Timer } from "../core/clock.js";
import type { Logger } from "../core/logger.js";
import { startWorker } from "../disk/worker.js";
import type { RunningHandlers } from "./handler-watch.js";

/** A partition whose handlers are watched, by its place. */
export interface WatchedPartition {
  readonly keyspace: string;
  readonly partition: number;
  /** Names of the messages, by their place in the plan. */
  readonly messages: readonly string[];
  /** How to print its keys: text in a frame, text as it is, anything else as base64url of its Avro bytes. */
  readonly keys: "framed text" | "text" | "other";
}

/** What the thread is given. */
export interface WatchdogData {
  readonly memory: SharedArrayBuffer;
  readonly partitions: readonly WatchedPartition[];
  readonly stallMs: number;
  readonly checkMs: number;
}

export interface WatchdogParts {
  readonly handlers: RunningHandlers;
  readonly partitions: readonly WatchedPartition[];
  /** How long the event loop may be blocked, ms. */
  readonly stallMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Longest time between two looks at the event loop, ms. */
const longestCheckMs = 1_000;

export class Watchdog {
  readonly #parts: WatchdogParts;
  readonly #checkMs: number;
  readonly #worker: Worker;
  #timer: Timer | undefined;

  constructor(parts: WatchdogParts) {
    this.#parts = parts;
    this.#checkMs = Math.max(10, Math.min(longestCheckMs, Math.floor(parts.stallMs / 5)));
    const data: WatchdogData = {
      memory: parts.handlers.memory,
      partitions: parts.partitions,
      stallMs: parts.stallMs,
      checkMs: this.#checkMs,
    };
    this.#worker = startWorker(new URL("./watchdog-thread.js", import.meta.url), data);
    this.#worker.unref();
    this.#worker.on("error", (error) =>
      parts.logger.error(
        { error: String(error) },
        "the watchdog thread failed; handlers that block are not found any more",
      ),
    );
    this.#beat();
  }

  async close(): Promise<void> {
    this.#timer?.cancel();
    await this.#worker.terminate();
  }

  #beat(): void {
    // At a breakpoint the loop stands still, and shall.
    this.#parts.handlers.beat(debuggerUrl() !== undefined);
    this.#timer = this.#parts.clock.after(this.#checkMs, () => this.#beat(), { unref: true });
  }
}
