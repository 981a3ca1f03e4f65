/**
 * A storage thread as its owner holds it: started when somebody needs it, started again when it has died, and ended with its
 * owner, also one that is being started at that moment: left behind, it would hold its file.
 */
import type { TransferListItem } from "node:worker_threads";
import { type Calls, SqliteThread } from "./sqlite-thread.js";

/** Who answers the calls of a thread. */
export type ThreadCaller<C extends Calls> = Pick<SqliteThread<C>, "call">;

export interface SupervisedThreadOptions<C extends Calls> {
  /** Module of the thread, see `SqliteThread`. */
  readonly entry: URL;
  /** Opens what the thread owns, and makes known to it what it has to know before anybody else speaks to it. */
  readonly open: (thread: ThreadCaller<C>) => Promise<unknown>;
  /** Closes what it owns. */
  readonly close: (thread: ThreadCaller<C>) => Promise<unknown>;
  /** The error for those who need a thread when none is started any more. */
  readonly retired: () => Error;
  /** Takes bare buffers that the thread posts outside of any call. */
  readonly onBuffer?: (buffer: ArrayBuffer) => void;
  /** A thread that was open has died by itself; what it was given and has not answered does not come back. */
  readonly onDeath?: (error: Error) => void;
}

/** See the head of the file. */
export class SupervisedThread<C extends Calls> implements ThreadCaller<C> {
  readonly #options: SupervisedThreadOptions<C>;
  #thread: SqliteThread<C> | undefined;
  #starting: Promise<SqliteThread<C>> | undefined;
  #isRetired = false;

  constructor(options: SupervisedThreadOptions<C>) {
    this.#options = options;
  }

  /** Starts it where none runs. @throws what `open` throws, or `retired` */
  async start(): Promise<void> {
    await this.#running();
  }

  /** Asks the thread: before this returns, unless it must be started first. @throws as `start`, and what the call throws */
  call<K extends keyof C & string>(
    kind: K,
    request: C[K]["request"],
    transfer: readonly TransferListItem[] = [],
  ): Promise<C[K]["reply"]> {
    if (this.#thread !== undefined) return this.#thread.call(kind, request, transfer);
    return this.#running().then((started) => started.call(kind, request, transfer));
  }

  /** Gives a buffer away to the thread; a promise when it must be started first. */
  post(buffer: ArrayBuffer): Promise<void> | undefined {
    if (this.#thread === undefined) return this.#running().then((started) => started.post(buffer));
    this.#thread.post(buffer);
    return undefined;
  }

  /** From here on it is not started again; one that runs goes on. */
  retire(): void {
    this.#isRetired = true;
  }

  /** Closes what it owns, and ends it. */
  end(): Promise<void> {
    return this.#end(this.#options.close);
  }

  /** Ends it as a crash would. */
  kill(): Promise<void> {
    return this.#end();
  }

  async #end(close?: (thread: ThreadCaller<C>) => Promise<unknown>): Promise<void> {
    this.retire();
    await this.#starting?.catch(() => undefined);
    const thread = this.#thread;
    this.#thread = undefined;
    if (thread === undefined) return;
    try {
      await close?.(thread);
    } finally {
      await thread.terminate();
    }
  }

  async #running(): Promise<SqliteThread<C>> {
    if (this.#thread !== undefined) return this.#thread;
    if (this.#isRetired) throw this.#options.retired();
    this.#starting ??= this.#start().finally(() => {
      this.#starting = undefined;
    });
    return this.#starting;
  }

  async #start(): Promise<SqliteThread<C>> {
    const { entry, open, onBuffer } = this.#options;
    const thread: SqliteThread<C> = new SqliteThread<C>({
      entry,
      data: null,
      ...(onBuffer === undefined ? {} : { onBuffer }),
      onDeath: (error) => this.#died(thread, error),
    });
    try {
      await open(thread);
    } catch (error) {
      await thread.terminate();
      throw error;
    }
    this.#thread = thread;
    return thread;
  }

  #died(thread: SqliteThread<C>, error: Error): void {
    // One that was told to end, or never got to be open, is no news.
    if (this.#thread !== thread) return;
    this.#thread = undefined;
    this.#options.onDeath?.(error);
  }
}
