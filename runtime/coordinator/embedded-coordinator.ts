/**
 * The coordinator of a node that is alone: it is master of every partition, and its epochs are kept in the data folder
 * before they are used. The folder's lock (`data-dir.ts`) keeps other processes out.
 */
import { join } from "node:path";
import type { Clock } from "../core/clock.js";
import { AffinityError, messageOf } from "../core/errors.js";
import { readIfThere, replaceFile } from "../disk/atomic-file.js";
import type { Coordinator, Mastership } from "./coordinator.js";
import { type EpochSource, LocalMasters } from "./local-masters.js";

export interface EmbeddedCoordinatorOptions {
  /** Folder of the file `coordinator.json`; it must exist and be locked by this process. */
  readonly dataDir: string;
  readonly clock: Clock;
}

const fileName = "coordinator.json";
const formatVersion = 1;

/**
 * Takes the epoch of this start: one number for all partitions, kept before this resolves.
 *
 * @throws DATA_DIR_UNUSABLE, DATA_FORMAT_NEWER
 */
export async function openEmbeddedCoordinator(options: EmbeddedCoordinatorOptions): Promise<EmbeddedCoordinator> {
  const epochs = new EpochFile(join(options.dataDir, fileName));
  // A counter that is made anew has to be above every epoch that a log may hold from before it was lost.
  await epochs.open(Math.floor(options.clock.now() / 1000));
  return new EmbeddedCoordinator(epochs);
}

/** See the head of the file. Made by `openEmbeddedCoordinator`. */
export class EmbeddedCoordinator implements Coordinator {
  readonly #masters: LocalMasters;

  constructor(epochs: EpochSource) {
    this.#masters = new LocalMasters(epochs);
  }

  becomeMaster(request: {
    readonly keyspace: string;
    readonly partition: number;
    readonly signal: AbortSignal;
  }): Promise<Mastership> {
    return this.#masters.become(request);
  }

  async close(): Promise<void> {
    this.#masters.close();
  }
}

class EpochFile implements EpochSource {
  readonly #path: string;
  #epoch = 0;
  #advancing: Promise<unknown> = Promise.resolve();

  constructor(path: string) {
    this.#path = path;
  }

  get current(): number {
    return this.#epoch;
  }

  async open(first: number): Promise<void> {
    const kept = await this.#read();
    this.#epoch = kept ?? first - 1;
    await this.advance();
  }

  advance(): Promise<number> {
    const next = this.#advancing.then(() => this.#advance());
    this.#advancing = next.catch(() => undefined);
    return next;
  }

  async #advance(): Promise<number> {
    const next = this.#epoch + 1;
    try {
      await replaceFile(
        this.#path,
        `${JSON.stringify({ "x-generated-by": "affinity", format: formatVersion, epoch: next })}\n`,
      );
    } catch (error) {
      throw this.#unusable(messageOf(error), "the file and its folder must be writable by this process", error);
    }
    this.#epoch = next;
    return next;
  }

  async #read(): Promise<number | undefined> {
    let content: unknown;
    try {
      const text = await readIfThere(this.#path);
      if (text === undefined) return undefined;
      content = JSON.parse(text);
    } catch (error) {
      throw this.#unusable(messageOf(error), removal, error);
    }
    const format = memberOf(content, "format");
    if (typeof format === "number" && format > formatVersion)
      throw new AffinityError(
        "DATA_FORMAT_NEWER",
        `${this.#path}: it has format ${format}, this version reads up to ${formatVersion}; it is left untouched; start ` +
          "the version that wrote it, or a later one",
      );
    const epoch = memberOf(content, "epoch");
    if (format === formatVersion && typeof epoch === "number" && Number.isSafeInteger(epoch) && epoch >= 0)
      return epoch;
    throw this.#unusable("it holds no epoch", removal);
  }

  #unusable(what: string, cure: string, cause?: unknown): AffinityError {
    return new AffinityError("DATA_DIR_UNUSABLE", `${this.#path}: ${what}; ${cure}`, { cause });
  }
}

const removal = "remove it, and epochs start anew from the present time, above those that were used";

function memberOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
