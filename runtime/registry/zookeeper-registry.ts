/**
 * A registry in ZooKeeper, for several machines without any other server.
 *
 *   <root>/entries/0000000000     JSON of the events of one append, and whose append it was
 *   <root>/entries/0000000001     …
 *
 * An entry is created under the number behind the last one, which ZooKeeper grants to one process only. Entries are never
 * changed nor removed. Everybody who may write there may change the registry: ZooKeeper's own access lists apply.
 */
import type { Clock } from "../core/clock.js";
import { sleep } from "../core/clock.js";
import { AffinityError } from "../core/errors.js";
import type { Random } from "../core/random.js";
import type { CompatibilityLevel } from "../schema/compatibility.js";
import { LoggedRegistry, type ManagedRegistry, type RegistryLog } from "./logged-registry.js";
import { eventsFrom, type RegistryEvent } from "./registry-event.js";
import { ZookeeperConnection, ZookeeperError, zookeeperCodes } from "./zookeeper-connection.js";

export interface ZookeeperRegistryOptions {
  /** `host:port,host:port/path`; without a path `/affinity/registry`. */
  readonly connect: string;
  readonly sessionTimeoutMs: number;
  /** Time for one request, ms. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly random: Random;
  /** The level of subjects where neither they nor the registry have one. */
  readonly compatibility?: CompatibilityLevel;
}

const defaultRoot = "/affinity/registry";
/** Entries that are asked for at once. */
const window = 64;
/** Bytes of an entry: what ZooKeeper takes by default, less the rest of the request. */
const maxEntryBytes = 1_040_000;
/** Times that a request is sent again when nobody knows what became of it. */
const attempts = 3;
const pauseMs = 100;

/** Opens or creates the registry. @throws REGISTRY_UNAVAILABLE when ZooKeeper does not answer. */
export async function openZookeeperRegistry(options: ZookeeperRegistryOptions): Promise<ManagedRegistry> {
  const slash = options.connect.indexOf("/");
  const servers = slash < 0 ? options.connect : options.connect.slice(0, slash);
  const root = slash < 0 ? defaultRoot : options.connect.slice(slash);
  const name = `registry at zookeeper ${servers}${root}`;
  const log = new ZookeeperLog(new ZookeeperConnection({ ...options, servers }), `${root}/entries`, options);
  const registry = new LoggedRegistry({ ...options, name, log });
  try {
    await log.prepare();
    await registry.state();
    return registry;
  } catch (error) {
    await registry.close();
    if (error instanceof ZookeeperError)
      throw new AffinityError(
        "REGISTRY_UNAVAILABLE",
        `${name}: ${error.message}; see whether it runs and registry.connect is right`,
        { cause: error },
      );
    throw error;
  }
}

class ZookeeperLog implements RegistryLog {
  readonly #connection: ZookeeperConnection;
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #random: Random;

  constructor(
    connection: ZookeeperConnection,
    folder: string,
    { clock, random }: { readonly clock: Clock; readonly random: Random },
  ) {
    this.#connection = connection;
    this.#folder = folder;
    this.#clock = clock;
    this.#random = random;
  }

  prepare(): Promise<void> {
    return this.#patiently(() => this.#connection.makePath(this.#folder));
  }

  async read(from: number): Promise<readonly (readonly RegistryEvent[])[]> {
    const found: (readonly RegistryEvent[])[] = [];
    const first = await this.#entry(from);
    if (first === undefined) return found;
    found.push(first.events);
    const more = await Promise.all(Array.from({ length: window }, (_, index) => this.#entry(from + 1 + index)));
    for (const entry of more) {
      if (entry === undefined) break;
      found.push(entry.events);
    }
    return found;
  }

  async append(at: number, events: readonly RegistryEvent[]): Promise<boolean> {
    const by = this.#random.bits64().toString(16);
    const data = Buffer.from(JSON.stringify({ by, events }), "utf8");
    if (data.length > maxEntryBytes)
      throw new AffinityError(
        "REGISTRY_REFUSED",
        `${this.#path(at)}: ${data.length} bytes; a node of ZooKeeper takes ${maxEntryBytes}; register smaller schemas`,
      );
    return this.#patiently(async () => {
      try {
        await this.#connection.create(this.#path(at), data);
        return true;
      } catch (error) {
        if (!(error instanceof ZookeeperError) || error.code !== zookeeperCodes.nodeExists) throw error;
        // It may be what an attempt before has written without hearing of it.
        return (await this.#entry(at))?.by === by;
      }
    });
  }

  async close(): Promise<void> {
    this.#connection.close();
  }

  async #entry(
    number: number,
  ): Promise<{ readonly by: unknown; readonly events: readonly RegistryEvent[] } | undefined> {
    let data: Buffer;
    try {
      data = await this.#patiently(() => this.#connection.getData(this.#path(number)));
    } catch (error) {
      if (error instanceof ZookeeperError && error.code === zookeeperCodes.noNode) return undefined;
      throw error;
    }
    const entry = parsed(data.toString("utf8"));
    const events = entry === undefined ? undefined : eventsFrom(JSON.stringify(entry.events ?? null));
    if (entry === undefined || events === undefined)
      throw new AffinityError(
        "DATA_DIR_UNUSABLE",
        `zookeeper ${this.#path(number)}: cannot be understood: a later version wrote it, or it is damaged; ids of schemas ` +
          "must not change, so nothing is guessed",
      );
    return { by: entry.by, events };
  }

  #path(number: number): string {
    return `${this.#folder}/${String(number).padStart(10, "0")}`;
  }

  /** Again where the connection failed; what ZooKeeper answers is final. */
  async #patiently<T>(run: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await run();
      } catch (error) {
        if (isAnswer(error) || attempt >= attempts) throw error;
        await sleep(this.#clock, this.#random.next() * pauseMs * attempt);
      }
    }
  }
}

/** Whether ZooKeeper has said no; codes above −100 are the client's own, of a connection that failed. */
function isAnswer(error: unknown): boolean {
  if (!(error instanceof ZookeeperError)) return true;
  return error.code !== undefined && error.code <= -100 && error.code !== zookeeperCodes.sessionExpired;
}

function parsed(text: string): { readonly by?: unknown; readonly events?: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
