/**
 * A connection to ZooKeeper with deadlines of its own.
 *
 * node-zookeeper-client has none: a server that is frozen keeps a call for ever, a hand-shake that is not answered never ends,
 * and calls of an expired session are never answered.
 * So a call that takes too long ends here, and its client is thrown away with everything that waits on it. Nothing of ours
 * depends on the session: there are no ephemeral nodes and no watches.
 */
import zookeeper from "node-zookeeper-client";
import type { Clock } from "../core/clock.js";
import { messageOf } from "../core/errors.js";
import { answerUnknownCodes, destroySocket, guardFrames } from "./zookeeper-mends.js";

/** Result codes of ZooKeeper that are looked at. */
export const zookeeperCodes = { noNode: -101, nodeExists: -110, sessionExpired: -112 } as const;

export interface ZookeeperOptions {
  /** `host:port,host:port`, without a path. */
  readonly servers: string;
  readonly sessionTimeoutMs: number;
  /** Time for one call, ms. */
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/** Time between rounds over all servers, ms. */
const spinDelayMs = 100;
/** Time that a client gets to take leave, ms. */
const leaveMs = 500;

type Client = ReturnType<typeof zookeeper.createClient>;
type Done<T> = (error: unknown, value: T) => void;

/** A failed call: the code of ZooKeeper where it answered with one. */
export class ZookeeperError extends Error {
  readonly code: number | undefined;

  constructor(message: string, code?: number) {
    super(message);
    this.code = code;
  }
}

/** See the head of the file. */
export class ZookeeperConnection {
  readonly #options: ZookeeperOptions;
  #client: Client | undefined;
  /** Calls that are not answered yet. */
  readonly #calls = new Set<(error: Error) => void>();
  #isClosed = false;

  constructor(options: ZookeeperOptions) {
    this.#options = options;
    answerUnknownCodes();
  }

  /** The data of a node. @throws ZookeeperError, with code `noNode` where there is none. */
  getData(path: string): Promise<Buffer> {
    return this.#call((client, done: Done<Buffer>) => client.getData(path, done));
  }

  /** Makes a persistent node. @throws ZookeeperError, with code `nodeExists` where it is there. */
  async create(path: string, data: Buffer): Promise<void> {
    await this.#call((client, done: Done<string>) => client.create(path, data, done));
  }

  /** Makes a node without data and those above it, where they are missing. */
  async makePath(path: string): Promise<void> {
    await this.#call((client, done: Done<string>) => client.mkdirp(path, done));
  }

  close(): void {
    this.#isClosed = true;
    this.#drop(new ZookeeperError("the connection is closed"));
  }

  #call<T>(run: (client: Client, done: Done<T>) => void): Promise<T> {
    if (this.#isClosed) return Promise.reject(new ZookeeperError("the connection is closed"));
    const client = this.#connected();
    return new Promise((resolve, reject) => {
      const end = (): void => {
        timer.cancel();
        this.#calls.delete(fail);
      };
      const fail = (error: Error): void => {
        end();
        reject(error);
      };
      const timer = this.#options.clock.after(this.#options.timeoutMs, () => {
        // Nobody knows what else the client has lost.
        if (this.#client === client) this.#drop(this.#late());
        else fail(this.#late());
      });
      this.#calls.add(fail);
      run(client, (error, value) => {
        if (error === null || error === undefined) {
          end();
          resolve(value);
        } else fail(new ZookeeperError(messageOf(error), codeOf(error)));
      });
    });
  }

  #connected(): Client {
    if (this.#client !== undefined) return this.#client;
    const { servers, sessionTimeoutMs } = this.#options;
    const client = zookeeper.createClient(servers, { sessionTimeout: sessionTimeoutMs, spinDelay: spinDelayMs });
    const isOver = (what: string) => (): void => {
      if (this.#client === client) this.#drop(new ZookeeperError(what));
    };
    client.once("expired", isOver("the session has expired"));
    client.once("authenticationFailed", isOver("the server does not let us in"));
    guardFrames(client, isOver("what the server says cannot be read"));
    client.connect();
    this.#client = client;
    return client;
  }

  #late(): ZookeeperError {
    const { servers, timeoutMs } = this.#options;
    return new ZookeeperError(`${servers} gave no answer within ${timeoutMs} ms`);
  }

  /** Lets the client go and fails what waits on it. The next call makes another one, which begins at another server. */
  #drop(reason: Error): void {
    const client = this.#client;
    this.#client = undefined;
    for (const fail of [...this.#calls]) fail(reason);
    if (client === undefined) return;
    client.removeAllListeners();
    client.close();
    // Its socket stays open for as long as the server says nothing, and it may be about to open one.
    this.#options.clock.after(leaveMs, () => destroySocket(client));
  }
}

function codeOf(error: unknown): number | undefined {
  const code: unknown = typeof error === "object" && error !== null ? Reflect.get(error, "code") : undefined;
  return typeof code === "number" ? code : undefined;
}
