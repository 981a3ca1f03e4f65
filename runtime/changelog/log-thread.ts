/**
 * The writer thread of the embedded changelog, as its caller holds it: started when somebody needs it, and started again when
 * it has died.
 */
import { SqliteThread } from "../disk/sqlite-thread.js";
import type { LogCalls } from "./sqlite-calls.js";
import { unavailable } from "./topics.js";

/** Who answers the calls of `sqlite-calls.ts`. */
export type LogCaller = Pick<SqliteThread<LogCalls>, "call">;

export interface LogThreadOptions {
  /** The file that it opens. */
  readonly path: string;
  /** Makes known what a new thread has to know before anybody else speaks to it. */
  readonly onStart: (thread: LogCaller) => Promise<void>;
  /** Takes a group that the thread gives back. */
  readonly onGroup: (group: ArrayBuffer) => void;
  /** It has died; the group that it had does not come back. */
  readonly onDeath: (error: Error) => void;
}

/** See the head of the file. */
export class LogThread implements LogCaller {
  readonly #options: LogThreadOptions;
  #thread: SqliteThread<LogCalls> | undefined;
  #starting: Promise<SqliteThread<LogCalls>> | undefined;
  #isRetired = false;

  constructor(options: LogThreadOptions) {
    this.#options = options;
  }

  /** Starts it. @throws what opening the file throws */
  async start(): Promise<void> {
    await this.#running();
  }

  /** Asks the thread, which is started where none runs. @throws CHANGELOG_UNAVAILABLE when it is retired; what opening the file throws */
  async call<K extends keyof LogCalls>(kind: K, request: LogCalls[K]["request"]): Promise<LogCalls[K]["reply"]> {
    return (await this.#running()).call(kind, request);
  }

  /** Gives a group to the thread; a promise when it must be started first. */
  post(group: ArrayBuffer): Promise<void> | undefined {
    if (this.#thread === undefined) return this.#running().then((started) => started.post(group));
    this.#thread.post(group);
    return undefined;
  }

  /** From here on it is not started again. */
  retire(): void {
    this.#isRetired = true;
  }

  /** Closes the file and ends the thread; it must be retired. */
  async end(): Promise<void> {
    // One that is being started would be left behind, and hold the file.
    await this.#starting?.catch(() => undefined);
    const thread = this.#thread;
    this.#thread = undefined;
    try {
      await thread?.call("close", null);
    } finally {
      await thread?.terminate();
    }
  }

  async #running(): Promise<SqliteThread<LogCalls>> {
    if (this.#thread !== undefined) return this.#thread;
    if (this.#isRetired) throw unavailable(this.#options.path, "it is closed");
    this.#starting ??= this.#start().finally(() => {
      this.#starting = undefined;
    });
    return this.#starting;
  }

  async #start(): Promise<SqliteThread<LogCalls>> {
    const { path, onStart, onGroup } = this.#options;
    const thread: SqliteThread<LogCalls> = new SqliteThread<LogCalls>({
      entry: new URL("./sqlite-thread.js", import.meta.url),
      data: null,
      onBuffer: onGroup,
      onDeath: (error) => this.#onDeath(thread, error),
    });
    try {
      await thread.call("start", { path });
      await onStart(thread);
    } catch (error) {
      await thread.terminate();
      throw error;
    }
    this.#thread = thread;
    return thread;
  }

  #onDeath(thread: SqliteThread<LogCalls>, error: Error): void {
    if (this.#thread !== thread) return;
    this.#thread = undefined;
    this.#options.onDeath(error);
  }
}
