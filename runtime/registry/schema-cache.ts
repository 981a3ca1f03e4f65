/**
 * What a client knows of a registry: schemas by id, which never change, and for each subject the versions that it had when it
 * was asked. Bounded by bytes, least used first out; kept in a file, for starts while the registry is away.
 */
import { LRUCache } from "lru-cache";
import { messageOf } from "../core/errors.js";
import type { Logger } from "../core/logger.js";
import { readIfThere, replaceFile } from "../disk/atomic-file.js";
import type { RegisteredSchema } from "./registry.js";
import { eventsFrom } from "./registry-event.js";

export interface SchemaCacheOptions {
  /** The file; absent: nothing is kept. */
  readonly path?: string;
  /** Names the registry: what another one said does not count. */
  readonly origin: string;
  readonly maxBytes: number;
  readonly logger: Logger;
}

const format = 1;
/** Ids that are remembered not to exist; an id that comes into being is asked for again after `absentMs`. */
const absentLimit = 10_000;
const absentMs = 1_000;

/** See the head of the file. */
export class SchemaCache {
  readonly #options: SchemaCacheOptions;
  readonly #texts: LRUCache<number, string>;
  readonly #versions: LRUCache<string, readonly RegisteredSchema[]>;
  readonly #absent = new LRUCache<number, true>({ max: absentLimit, ttl: absentMs });
  #isDirty = false;
  #writing: Promise<void> | undefined;

  constructor(options: SchemaCacheOptions) {
    this.#options = options;
    const sized = { maxSize: options.maxBytes / 2 };
    this.#texts = new LRUCache({ ...sized, sizeCalculation: (text) => 64 + text.length });
    this.#versions = new LRUCache({
      ...sized,
      sizeCalculation: (versions) => versions.reduce((sum, { schema }) => sum + 128 + schema.length, 128),
    });
  }

  /** Reads the file; one that is not there, damaged or of another registry counts as empty. */
  async load(): Promise<void> {
    const { path, origin, logger } = this.#options;
    if (path === undefined) return;
    try {
      const content: unknown = JSON.parse((await readIfThere(path)) ?? "{}");
      if (member(content, "format") !== format || member(content, "origin") !== origin) return;
      for (const entry of listOf(member(content, "texts"))) {
        const [id, text] = listOf(entry);
        if (typeof id === "number" && typeof text === "string") this.#texts.set(id, text);
      }
      for (const list of listOf(member(content, "versions"))) {
        const versions = listOf(list).filter(isRegistered);
        const [first] = versions;
        if (first !== undefined) this.#versions.set(first.subject, versions);
      }
    } catch (error) {
      logger.warn({ path, error: messageOf(error) }, "the cache of schemas cannot be read and counts as empty");
    }
  }

  text(id: number): string | undefined {
    return this.#texts.get(id);
  }

  setText(id: number, text: string): void {
    if (this.#texts.get(id) === text) return;
    this.#texts.set(id, text);
    this.#changed();
  }

  /** Whether the id was asked for a moment ago and did not exist. */
  isAbsent(id: number): boolean {
    return this.#absent.has(id);
  }

  setAbsent(id: number): void {
    this.#absent.set(id, true);
  }

  /** What the subject had when it was asked, oldest first. */
  versions(subject: string): readonly RegisteredSchema[] | undefined {
    return this.#versions.get(subject);
  }

  /** What a subject has now. */
  setVersions(subject: string, versions: readonly RegisteredSchema[]): void {
    const known = this.#versions.get(subject) ?? [];
    const isKnown =
      known.length === versions.length &&
      versions.every(({ id, version }, index) => known[index]?.id === id && known[index]?.version === version);
    if (isKnown) return;
    if (versions.length === 0) this.#versions.delete(subject);
    else this.#versions.set(subject, versions);
    this.#changed();
  }

  /** A version that a subject has beside what is known. */
  addVersion(registered: RegisteredSchema): void {
    const known = this.#versions.get(registered.subject) ?? [];
    const others = known.filter(({ version }) => version !== registered.version);
    const versions = [...others, registered].sort((one, other) => one.version - other.version);
    this.setVersions(registered.subject, versions);
  }

  /** Resolves when what changed so far is in the file, or was given up. */
  async close(): Promise<void> {
    await this.#writing;
  }

  #changed(): void {
    this.#isDirty = true;
    if (this.#options.path !== undefined) this.#writing ??= this.#write(this.#options.path);
  }

  async #write(path: string): Promise<void> {
    // What a start asks for in one turn is written once.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#isDirty) {
      this.#isDirty = false;
      const content = {
        "x-generated-by": "affinity",
        format,
        origin: this.#options.origin,
        texts: [...this.#texts.entries()].reverse(),
        versions: [...this.#versions.values()].reverse(),
      };
      try {
        await replaceFile(path, `${JSON.stringify(content)}\n`);
      } catch (error) {
        this.#options.logger.warn({ path, error: messageOf(error) }, "the cache of schemas cannot be written");
      }
    }
    this.#writing = undefined;
  }
}

function isRegistered(value: unknown): value is RegisteredSchema {
  // A registration has the members of its event, and a schema.
  const isEvent = eventsFrom(JSON.stringify([{ ...Object(value), kind: "registered" }])) !== undefined;
  return isEvent && typeof member(value, "schema") === "string";
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
