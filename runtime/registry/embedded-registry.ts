/**
 * The registry of a node that is alone: a file of JSON lines that only grows.
 *
 *   {"format":1}                                              the first line
 *   {"subject":…,"version":…,"id":…,"schema":"…"}             a registration; `schema` only where the id is new
 *
 * A registration is one line and counts when its newline is synced. What stands behind the last good line was never
 * answered to anybody: it is cut off.
 */
import { type FileHandle, open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { AffinityError, messageOf } from "../core/errors.js";
import { syncFolder } from "../disk/atomic-file.js";
import type { RegisteredSchema, Registry } from "./registry.js";
import { formatLine, readLines, registrationLine } from "./schema-lines.js";
import type { SchemaTable } from "./schema-table.js";

export interface EmbeddedRegistryOptions {
  /** Folder of the file `registry.jsonl`; it must exist and be locked by this process. */
  readonly dataDir: string;
}

const fileName = "registry.jsonl";

/**
 * Opens or creates the embedded registry.
 *
 * @throws DATA_DIR_UNUSABLE when the file cannot be read or written or is damaged before its last line,
 * DATA_FORMAT_NEWER when a later version wrote it.
 */
export async function openEmbeddedRegistry(options: EmbeddedRegistryOptions): Promise<EmbeddedRegistry> {
  const path = join(options.dataDir, fileName);
  let file: FileHandle | undefined;
  try {
    const content = await contentOf(path);
    const { table, goodBytes } = readLines(path, content ?? Buffer.alloc(0));
    file = await open(path, content === undefined ? "w+" : "r+");
    let length = goodBytes;
    if (length === 0) {
      await file.truncate(0);
      await file.write(formatLine, 0);
      length = Buffer.byteLength(formatLine);
      await file.sync();
      await syncFolder(dirname(path));
    } else if (content !== undefined && content.length > length) {
      await file.truncate(length);
      await file.sync();
    }
    return new EmbeddedRegistry(path, { file, table, length });
  } catch (error) {
    await file?.close();
    if (error instanceof AffinityError) throw error;
    throw new AffinityError(
      "DATA_DIR_UNUSABLE",
      `${path}: ${messageOf(error)}; the file and its folder must be readable and writable by this process; correct their ` +
        "owner or mode, or choose another `dataDir`",
      { cause: error },
    );
  }
}

interface Registration {
  readonly subject: string;
  readonly schema: string;
  readonly resolve: (registered: RegisteredSchema) => void;
  readonly reject: (error: Error) => void;
}

/** Registrations that may wait for the disk; above it REGISTRY_UNAVAILABLE. */
const waitingLimit = 10_000;

/** See the head of the file. Made by `openEmbeddedRegistry`. */
export class EmbeddedRegistry implements Registry {
  readonly #path: string;
  readonly #file: FileHandle;
  /** What is kept. */
  readonly #table: SchemaTable;
  /** What is kept, and what is being written. */
  #planned: SchemaTable;
  /** Bytes of the file that count. */
  #length: number;
  #waiting: Registration[] = [];
  #writing: Promise<void> | undefined;
  #isClosed = false;

  constructor(
    path: string,
    content: { readonly file: FileHandle; readonly table: SchemaTable; readonly length: number },
  ) {
    this.#path = path;
    this.#file = content.file;
    this.#table = content.table;
    this.#planned = content.table.copy();
    this.#length = content.length;
  }

  async register(subject: string, schema: string): Promise<RegisteredSchema> {
    if (this.#isClosed) throw this.#unavailable("it is closed");
    const { registered, isKnown } = this.#table.plan(subject, schema);
    if (isKnown) return registered;
    if (this.#waiting.length >= waitingLimit) throw this.#unavailable(`${waitingLimit} registrations wait already`);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ subject, schema, resolve, reject });
      this.#writing ??= this.#write();
    });
  }

  async latest(subject: string): Promise<RegisteredSchema | undefined> {
    return this.#table.latest(subject);
  }

  async versions(subject: string): Promise<readonly RegisteredSchema[]> {
    return this.#table.versions(subject);
  }

  async subjects(): Promise<readonly string[]> {
    return this.#table.subjects();
  }

  async schemaById(id: number): Promise<string | undefined> {
    return this.#table.textOf(id);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#writing;
    await this.#file.close();
  }

  /** Writes what waits, in groups that share a sync. */
  async #write(): Promise<void> {
    // What arrives in the same turn shares the first sync.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const group = this.#waiting;
      this.#waiting = [];
      await this.#writeGroup(group);
    }
    // In the same turn as the look at what waits: a registration that comes later starts the next write.
    this.#writing = undefined;
  }

  async #writeGroup(group: readonly Registration[]): Promise<void> {
    const fresh: RegisteredSchema[] = [];
    const lines: string[] = [];
    const answers = group.map(({ subject, schema }) => {
      const { registered, isKnown } = this.#planned.plan(subject, schema);
      if (isKnown) return registered;
      lines.push(registrationLine(registered, !this.#planned.has(registered.id)));
      this.#planned.add(registered);
      fresh.push(registered);
      return registered;
    });
    try {
      const bytes = Buffer.from(lines.join(""), "utf8");
      await this.#append(bytes);
      this.#length += bytes.length;
    } catch (error) {
      this.#planned = this.#table.copy();
      const failure = this.#unavailable(messageOf(error), error);
      for (const registration of group) registration.reject(failure);
      return;
    }
    for (const registered of fresh) this.#table.add(registered);
    group.forEach((registration, index) => {
      const answer = answers[index];
      if (answer !== undefined) registration.resolve(answer);
    });
  }

  async #append(bytes: Buffer): Promise<void> {
    // What an attempt before left behind the last good line must not be mixed with this one.
    await this.#file.truncate(this.#length);
    let written = 0;
    while (written < bytes.length) {
      const result = await this.#file.write(bytes, written, bytes.length - written, this.#length + written);
      written += result.bytesWritten;
    }
    await this.#file.sync();
  }

  #unavailable(what: string, cause?: unknown): AffinityError {
    return new AffinityError("REGISTRY_UNAVAILABLE", `${this.#path}: ${what}; nothing was registered; try again`, {
      applied: "no",
      cause,
    });
  }
}

async function contentOf(path: string): Promise<Buffer | undefined> {
  let file: FileHandle;
  try {
    file = await open(path, "r");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
  try {
    return await file.readFile();
  } finally {
    await file.close();
  }
}
