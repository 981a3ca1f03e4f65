/** The watchdog's own thread: see `watchdog.ts`. */
import { writeSync } from "node:fs";
import { type Debugger, Session } from "node:inspector";
import { workerData } from "node:worker_threads";
import { systemClock } from "../core/clock.js";
import { startWorker } from "../disk/worker.js";
import { frameHeadBytes } from "../schema/framing.js";
import { Reader } from "../schema/reader.js";
import { type RunningHandler, RunningHandlers } from "./handler-watch.js";
import type { WatchdogData, WatchedPartition } from "./watchdog.js";

/** How long the blocked thread has to say where it stands and to end the process, ms. */
const lastWordsMs = 2_000;
const shownFrames = 8;
const watchdogExitCode = 3;

class WatchdogThread {
  readonly #data: WatchdogData;
  readonly #handlers: RunningHandlers;
  #beats = -1;
  /** Checks in a row that met the same number of beats. Counted, not timed: a machine that sleeps is not blocked. */
  #same = 0;
  #hasWarned = false;

  constructor(data: WatchdogData) {
    this.#data = data;
    this.#handlers = new RunningHandlers(data.memory);
  }

  check(): void {
    const { beats } = this.#handlers;
    if (beats !== this.#beats || this.#handlers.hasDebugger) {
      this.#beats = beats;
      this.#same = 0;
      this.#hasWarned = false;
    } else this.#same += 1;
    if (this.#same * this.#data.checkMs >= this.#data.stallMs && this.#stalled()) return;
    systemClock.after(this.#data.checkMs, () => this.check());
  }

  /** Returns whether the process is being ended. */
  #stalled(): boolean {
    const running = this.#handlers.running();
    const blockedMs = this.#same * this.#data.checkMs;
    if (running.length === 0) {
      if (!this.#hasWarned) say(`watchdog: the event loop is blocked since ${blockedMs} ms, by no handler`);
      this.#hasWarned = true;
      return false;
    }
    const [last, ...others] = running.map((handler) => this.#describe(handler));
    say(
      `watchdog: ${last} has blocked the event loop for ${blockedMs} ms; the process ends with exit code ${watchdogExitCode}. ` +
        "Handlers must not compute for long, nor wait without await.",
    );
    // A handler that waits for something of its own cannot be told from one that went on and now blocks.
    if (others.length > 0) say(`watchdog: begun before and not done: ${others.join("; ")}`);
    end();
    return true;
  }

  #describe({ slot, message, key, isWhole }: RunningHandler): string {
    const watched = this.#data.partitions[slot];
    if (watched === undefined) return "a handler";
    const { keyspace, partition, messages } = watched;
    return `handler ${keyspace}.${messages[message] ?? "?"} for key ${keyText(watched, key)}${isWhole ? "" : "…"} (partition ${partition})`;
  }
}

function keyText({ keys }: WatchedPartition, serialized: Uint8Array): string {
  const bytes = Buffer.from(serialized);
  if (keys === "text") return JSON.stringify(bytes.toString("utf8"));
  const avro = bytes.subarray(frameHeadBytes);
  if (keys === "other") return avro.toString("base64url");
  try {
    const input = new Reader(avro);
    return JSON.stringify(input.string());
  } catch {
    // The slot holds only the beginning of a long text: its length, then what fits.
    return JSON.stringify(avro.subarray(2).toString("utf8"));
  }
}

/**
 * Ends the process through the inspector, since `process.exit` ends only this thread. The blocked thread is interrupted
 * wherever JavaScript runs. In native code it is not, and then a thread of its own ends the process, without having learnt
 * where it stands; that thread cannot be trusted to, so this one waits.
 */
function end(): void {
  systemClock.after(lastWordsMs, () => {
    say("watchdog: the event loop does not even stop for a debugger, as in a native call");
    exitFromThread();
  });
  try {
    interrupt();
  } catch (error) {
    say(`watchdog: no inspector (${String(error)})`);
    exitFromThread();
  }
}

function exitFromThread(): void {
  const kill = (): void => {
    say("watchdog: killed by SIGKILL, since no thread could end the process");
    process.kill(process.pid, "SIGKILL");
  };
  systemClock.after(5 * lastWordsMs, kill);
  startWorker(new URL("./exit-thread.js", import.meta.url), watchdogExitCode).on("error", kill);
}

function interrupt(): void {
  const session = new Session();
  session.connectToMainThread();
  const urls = new Map<string, string>();
  session.on("Debugger.scriptParsed", ({ params }) => urls.set(params.scriptId, params.url));
  session.on("Debugger.paused", ({ params }) => {
    const [top] = params.callFrames;
    say(
      `watchdog: it stands here:\n${params.callFrames
        .slice(0, shownFrames)
        .map((f) => frameText(f, urls))
        .join("\n")}`,
    );
    const expression = `process.reallyExit(${watchdogExitCode})`;
    if (top === undefined) session.post("Runtime.evaluate", { expression });
    else session.post("Debugger.evaluateOnCallFrame", { callFrameId: top.callFrameId, expression });
  });
  session.post("Debugger.enable");
  session.post("Debugger.pause");
}

function frameText({ functionName, location }: Debugger.CallFrame, urls: ReadonlyMap<string, string>): string {
  const { scriptId, lineNumber, columnNumber = 0 } = location;
  return `    at ${functionName || "(anonymous)"} (${urls.get(scriptId) ?? "?"}:${lineNumber + 1}:${columnNumber + 1})`;
}

function say(line: string): void {
  writeSync(2, `affinity: ${line}\n`);
}

const data: WatchdogData = workerData;
new WatchdogThread(data).check();
