/**
 * A worker thread that owns a connection, and calls to it. A call is one message each way; bulk data travels in
 * transferred buffers.
 */
import { type MessagePort, parentPort, type TransferListItem, type Worker, workerData } from "node:worker_threads";
import { AffinityError, type ErrorCode, errorCodes, isAffinityError, messageOf } from "../core/errors.js";
import { startWorker } from "./worker.js";

/** The calls that a thread answers: by kind, what is asked and what is answered (structured-clonable). */
export interface Calls {
  readonly [kind: string]: { readonly request: unknown; readonly reply: unknown };
}

interface CallMessage {
  readonly id: number;
  readonly kind: string;
  readonly request: unknown;
}

interface ReplyMessage {
  readonly id: number;
  readonly reply?: unknown;
  readonly error?: ErrorMessage;
}

/** An error as it crosses threads: the cause stays behind, its text is in the detail. */
export interface ErrorMessage {
  readonly code: ErrorCode;
  readonly detail: string;
}

type Pending<C extends Calls> = {
  readonly resolve: (reply: C[string]["reply"]) => void;
  readonly reject: (error: Error) => void;
};

/** The caller's side. */
export class SqliteThread<C extends Calls> {
  readonly #worker: Worker;
  readonly #calls = new Map<number, Pending<C>>();
  readonly #exited: Promise<void>;
  #nextId = 1;
  #death: Error | undefined;

  /**
   * @param entry Module of the thread, beside the caller's: `new URL("./x.js", import.meta.url)`. Its TypeScript source is
   * run where the caller is a source itself.
   * @param onBuffer Takes bare buffers that the thread posts outside of any call.
   * @param onDeath The thread ended without being told to; calls under way are rejected with this error too.
   */
  constructor(options: {
    readonly entry: URL;
    readonly data: unknown;
    readonly onBuffer?: (buffer: ArrayBuffer) => void;
    readonly onDeath?: (error: Error) => void;
  }) {
    this.#worker = startWorker(options.entry, options.data);
    this.#worker.on("message", (message: ReplyMessage | ArrayBuffer) => {
      if (message instanceof ArrayBuffer) options.onBuffer?.(message);
      else this.#settle(message);
    });
    let failure: Error | undefined;
    this.#worker.on("error", (error) => {
      failure = error instanceof Error ? error : new Error(String(error));
    });
    this.#exited = new Promise((resolve) => {
      this.#worker.on("exit", () => {
        this.#death = failure ?? new Error("the storage thread has ended");
        for (const call of this.#calls.values()) call.reject(this.#death);
        this.#calls.clear();
        options.onDeath?.(this.#death);
        resolve();
      });
    });
  }

  /** Asks the thread. Rejects with the AffinityError that it answers, or with the reason of its death. */
  call<K extends keyof C & string>(
    kind: K,
    request: C[K]["request"],
    transfer: readonly TransferListItem[] = [],
  ): Promise<C[K]["reply"]> {
    if (this.#death !== undefined) return Promise.reject(this.#death);
    const id = this.#nextId++;
    const message: CallMessage = { id, kind, request };
    return new Promise((resolve, reject) => {
      this.#calls.set(id, { resolve, reject });
      this.#worker.postMessage(message, transfer);
    });
  }

  /** Gives a buffer away to the thread, without a call. */
  post(buffer: ArrayBuffer): void {
    this.#worker.postMessage(buffer, [buffer]);
  }

  /** Whether the thread has ended. */
  get isDead(): boolean {
    return this.#death !== undefined;
  }

  /** Resolves when the thread has ended, by itself or by `terminate`. */
  get exited(): Promise<void> {
    return this.#exited;
  }

  /** Ends the thread at its next return to JavaScript. */
  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }

  #settle(message: ReplyMessage): void {
    const call = this.#calls.get(message.id);
    if (call === undefined) return;
    this.#calls.delete(message.id);
    if (message.error !== undefined) call.reject(errorFrom(message.error));
    else call.resolve(message.reply);
  }
}

/** What a handler may answer with to hand buffers over instead of copying them. */
export class Transferred<T> {
  readonly reply: T;
  readonly buffers: readonly ArrayBuffer[];

  constructor(reply: T, buffers: readonly ArrayBuffer[]) {
    this.reply = reply;
    this.buffers = buffers;
  }
}

/** The thread's side: one function for each kind of call. */
export type Handlers<C extends Calls> = {
  readonly [K in keyof C]: (request: C[K]["request"]) => C[K]["reply"] | Transferred<C[K]["reply"]>;
};

/** The thread's end of the line to its caller. */
export function callerPort(): MessagePort {
  if (parentPort === null) throw new Error("assertion failed: this module is the entry of a worker thread");
  return parentPort;
}

/** What the caller gave as `data`. */
export function threadData(): unknown {
  return workerData;
}

/** Answers the caller's calls, and hands its bare buffers to `onBuffer`. */
export function serveCalls<C extends Calls>(
  port: MessagePort,
  handlers: Handlers<C>,
  onBuffer?: (buffer: ArrayBuffer) => void,
): void {
  port.on("message", (message: CallMessage | ArrayBuffer) => {
    if (message instanceof ArrayBuffer) {
      onBuffer?.(message);
      return;
    }
    try {
      const handler = handlers[message.kind];
      if (handler === undefined) throw new Error(`no call ${message.kind}`);
      const answer = handler(message.request);
      if (answer instanceof Transferred)
        port.postMessage({ id: message.id, reply: answer.reply } satisfies ReplyMessage, answer.buffers);
      else port.postMessage({ id: message.id, reply: answer } satisfies ReplyMessage);
    } catch (error) {
      port.postMessage({ id: message.id, error: errorMessage(error) } satisfies ReplyMessage);
    }
  });
}

/** An error in the form that crosses threads. */
export function errorMessage(error: unknown): ErrorMessage {
  return isAffinityError(error) && Object.hasOwn(errorCodes, error.code)
    ? { code: error.code as ErrorCode, detail: error.detail }
    : { code: "INTERNAL", detail: messageOf(error) };
}

/** The error of the other side. */
export function errorFrom(message: ErrorMessage): AffinityError {
  return new AffinityError(message.code, message.detail);
}
