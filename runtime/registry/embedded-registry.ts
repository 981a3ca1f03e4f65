/**
 * The registry of a machine that is alone: a SQLite file, which several processes may use at once. What was answered is
 * synced.
 */
import { join } from "node:path";
import type { Clock } from "../core/clock.js";
import { isAffinityError, messageOf } from "../core/errors.js";
import type { Random } from "../core/random.js";
import { SqliteThread } from "../disk/sqlite-thread.js";
import type { CompatibilityLevel } from "../schema/compatibility.js";
import type { EventFileCalls } from "./event-file-thread.js";
import { LoggedRegistry, type ManagedRegistry, type RegistryLog } from "./logged-registry.js";
import type { RegistryEvent } from "./registry-event.js";

export interface EmbeddedRegistryOptions {
  /** Folder of the file `registry.sqlite`; it must exist. */
  readonly dataDir: string;
  readonly clock: Clock;
  readonly random: Random;
  /** The level of subjects where neither they nor the registry have one. */
  readonly compatibility?: CompatibilityLevel;
}

export const registryFile = "registry.sqlite";

/**
 * Opens or creates the embedded registry.
 *
 * @throws DATA_DIR_UNUSABLE when the file cannot be read or written or is none of ours, DATA_FORMAT_NEWER when a later
 * version wrote it, SQLITE_MISSING.
 */
export async function openEmbeddedRegistry(options: EmbeddedRegistryOptions): Promise<ManagedRegistry> {
  const path = join(options.dataDir, registryFile);
  const log = new FileLog(path);
  try {
    await log.start(join(options.dataDir, "registry.jsonl"));
    const registry = new LoggedRegistry({ name: path, log, ...options });
    await registry.state();
    return registry;
  } catch (error) {
    await log.close();
    throw error;
  }
}

class FileLog implements RegistryLog {
  readonly #path: string;
  readonly #thread: SqliteThread<EventFileCalls>;

  constructor(path: string) {
    this.#path = path;
    this.#thread = new SqliteThread({ entry: new URL("./event-file-thread.js", import.meta.url), data: null });
  }

  async start(linesPath: string): Promise<void> {
    await this.#thread.call("start", { path: this.#path, linesPath });
  }

  read(from: number): Promise<readonly (readonly RegistryEvent[])[]> {
    return plainly(this.#thread.call("read", from));
  }

  append(at: number, events: readonly RegistryEvent[]): Promise<boolean> {
    return plainly(this.#thread.call("append", { at, events }));
  }

  async close(): Promise<void> {
    if (!this.#thread.isDead) await this.#thread.call("close", null).catch(() => undefined);
    await this.#thread.terminate();
  }
}

// What SQLite throws crosses the thread as INTERNAL; here it is a registry that cannot answer.
async function plainly<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (isAffinityError(error) && error.code !== "INTERNAL") throw error;
    throw new Error(isAffinityError(error) ? error.detail : messageOf(error), { cause: error });
  }
}
