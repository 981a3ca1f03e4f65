/** A schema registry that is reached over Confluent's REST interface: Confluent's own, or one that speaks like it. */
import { readFile } from "node:fs/promises";
import { AffinityError, isAffinityError, messageOf } from "../core/errors.js";
import type { Logger } from "../core/logger.js";
import { type CompatibilityLevel, compatibilityLevels } from "../schema/compatibility.js";
import { completeSchema } from "./complete-schema.js";
import { ConfluentHttp, type ConfluentHttpOptions, member } from "./confluent-http.js";
import { RegistryRefusal, refusalNumber } from "./refusal.js";
import type { RegisteredSchema, Registry, SchemaReference } from "./registry.js";
import { SchemaCache } from "./schema-cache.js";

export interface ConfluentRegistryOptions extends Omit<ConfluentHttpOptions, "ca"> {
  /** Path of a PEM file with the authorities that count for TLS. */
  readonly ca?: string;
  /** Memory for schemas, and as much on the disk. */
  readonly cacheBytes: number;
  /** File of what is known, for starts while the registry is away; absent: none. */
  readonly cacheFile?: string;
  readonly logger: Logger;
}

/** References within references. */
const referenceDepth = 32;
/** Versions of a subject that are fetched at once. */
const fetchedAtOnce = 8;

/** @throws CONFIG_INVALID when the file of the authorities cannot be read. Asks the registry nothing. */
export async function openConfluentRegistry(options: ConfluentRegistryOptions): Promise<Registry> {
  const { ca: caFile, ...rest } = options;
  const http = new ConfluentHttp({ ...rest, ...(caFile === undefined ? {} : { ca: await authorities(caFile) }) });
  const cache = new SchemaCache({
    origin: [...options.urls].sort().join(),
    maxBytes: options.cacheBytes,
    logger: options.logger,
    ...(options.cacheFile === undefined ? {} : { path: options.cacheFile }),
  });
  await cache.load();
  return new ConfluentRegistry(http, cache, options.logger);
}

async function authorities(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new AffinityError("CONFIG_INVALID", `registry.ca: ${path} cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

class ConfluentRegistry implements Registry {
  readonly #http: ConfluentHttp;
  readonly #cache: SchemaCache;
  readonly #logger: Logger;
  /** Ids that are being asked for, so that each is asked for once. */
  readonly #asking = new Map<number, Promise<string | undefined>>();
  #isClosed = false;

  constructor(http: ConfluentHttp, cache: SchemaCache, logger: Logger) {
    this.#http = http;
    this.#cache = cache;
    this.#logger = logger;
  }

  async register(
    subject: string,
    schema: string,
    references: readonly SchemaReference[] = [],
  ): Promise<RegisteredSchema> {
    const body = bodyOf(schema, references);
    const id = member(await this.#call("POST", `/subjects/${encoded(subject)}/versions`, body), "id");
    if (typeof id !== "number") throw this.#http.unavailable("it registered a schema without saying its id");
    const registered = await this.lookup(subject, schema, references);
    if (registered === undefined)
      throw this.#http.unavailable(`it does not find schema ${id}, which it has just registered`);
    this.#cache.addVersion(registered);
    return registered;
  }

  async lookup(
    subject: string,
    schema: string,
    references: readonly SchemaReference[] = [],
  ): Promise<RegisteredSchema | undefined> {
    const found = await this.#find("POST", `/subjects/${encoded(subject)}`, bodyOf(schema, references));
    return found === undefined ? undefined : this.#registered(subject, found);
  }

  async incompatibilities(
    subject: string,
    schema: string,
    references: readonly SchemaReference[] = [],
  ): Promise<readonly string[]> {
    const body = bodyOf(schema, references);
    const path = `/compatibility/subjects/${encoded(subject)}/versions`;
    // Servers from before the whole level could be asked for know the latest version only.
    const answer =
      (await this.#find("POST", `${path}?verbose=true`, body)) ??
      (await this.#find("POST", `${path}/latest?verbose=true`, body));
    if (answer === undefined || member(answer, "is_compatible") === true) return [];
    const messages = listOf(member(answer, "messages")).filter((text) => typeof text === "string");
    return messages.length > 0 ? messages : ["the registry says that it is not compatible, and gives no reason"];
  }

  async latest(subject: string): Promise<RegisteredSchema | undefined> {
    const ask = async (): Promise<RegisteredSchema | undefined> => {
      const found = await this.#find("GET", `/subjects/${encoded(subject)}/versions/latest`);
      return found === undefined ? undefined : this.#registered(subject, found);
    };
    return this.#orKnown(subject, ask, (known) => known.at(-1));
  }

  async version(subject: string, version: number): Promise<RegisteredSchema | undefined> {
    const found = await this.#find("GET", `/subjects/${encoded(subject)}/versions/${version}`);
    return found === undefined ? undefined : this.#registered(subject, found);
  }

  async versions(subject: string): Promise<readonly RegisteredSchema[]> {
    const ask = async (): Promise<readonly RegisteredSchema[]> => {
      const found = await this.#fetchVersions(subject);
      this.#cache.setVersions(subject, found);
      return found;
    };
    return this.#orKnown(subject, ask, (known) => known);
  }

  async subjects(): Promise<readonly string[]> {
    return listOf(await this.#call("GET", "/subjects")).filter((subject) => typeof subject === "string");
  }

  async schemaById(id: number): Promise<string | undefined> {
    const known = this.#cache.text(id);
    if (known !== undefined) return known;
    if (!Number.isSafeInteger(id) || id < 0 || this.#cache.isAbsent(id)) return undefined;
    let asking = this.#asking.get(id);
    if (asking === undefined) {
      asking = this.#fetch(id).finally(() => this.#asking.delete(id));
      this.#asking.set(id, asking);
    }
    return asking;
  }

  async compatibility(subject?: string): Promise<CompatibilityLevel> {
    const found =
      subject === undefined ? undefined : await this.#find("GET", `/config/${encoded(subject)}?defaultToGlobal=true`);
    const answer = found ?? (await this.#call("GET", "/config"));
    const level = member(answer, "compatibilityLevel") ?? member(answer, "compatibility");
    const known = compatibilityLevels.find((word) => word === level);
    if (known === undefined)
      throw this.#http.unavailable(`its compatibility level ${JSON.stringify(level)} is not known here`);
    return known;
  }

  async setCompatibility(subject: string | undefined, level: CompatibilityLevel | undefined): Promise<void> {
    const path = subject === undefined ? "/config" : `/config/${encoded(subject)}`;
    if (level === undefined) await this.#find("DELETE", path);
    else await this.#call("PUT", path, { compatibility: level });
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#cache.close();
    await this.#http.close();
  }

  async #fetchVersions(subject: string): Promise<readonly RegisteredSchema[]> {
    const numbers = listOf(await this.#find("GET", `/subjects/${encoded(subject)}/versions`)).filter(isNumber);
    const found: (RegisteredSchema | undefined)[] = [];
    for (let from = 0; from < numbers.length; from += fetchedAtOnce) {
      const some = numbers.slice(from, from + fetchedAtOnce);
      found.push(...(await Promise.all(some.map((version) => this.version(subject, version)))));
    }
    // One that was deleted meanwhile is gone.
    return found.filter((version) => version !== undefined);
  }

  /** What the registry says, or while it is away what is known of the subject. */
  async #orKnown<T>(
    subject: string,
    ask: () => Promise<T>,
    from: (known: readonly RegisteredSchema[]) => T,
  ): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      const known = this.#cache.versions(subject);
      const isAway = isAffinityError(error) && error.code === "REGISTRY_UNAVAILABLE" && !this.#isClosed;
      if (known === undefined || !isAway) throw error;
      this.#logger.warn(
        { subject, versions: known.length, error: error.detail },
        "the registry is away: what is known counts",
      );
      return from(known);
    }
  }

  async #fetch(id: number): Promise<string | undefined> {
    const found = await this.#find("GET", `/schemas/ids/${id}`);
    if (found === undefined) {
      this.#cache.setAbsent(id);
      return undefined;
    }
    const text = await this.#complete(contentOf(found) ?? this.#strange(`schema ${id}`), 0);
    this.#cache.setText(id, text);
    return text;
  }

  /** A schema with the types of its references written out. */
  async #complete({ schema, references = [] }: Found, depth: number): Promise<string> {
    if (depth > referenceDepth)
      throw new RegistryRefusal(42201, `references are more than ${referenceDepth} deep within each other`);
    const referred = await Promise.all(
      references.map(async ({ name, subject, version }) => {
        // A version that was deleted since may still be referred to.
        const found = await this.#find("GET", `/subjects/${encoded(subject)}/versions/${version}?deleted=true`);
        const content = contentOf(found);
        return { name, schema: content === undefined ? undefined : await this.#complete(content, depth + 1) };
      }),
    );
    return completeSchema(schema, referred);
  }

  #registered(subject: string, found: unknown): RegisteredSchema {
    const id = member(found, "id");
    const version = member(found, "version");
    const content = contentOf(found);
    if (!isNumber(id) || !isNumber(version) || content === undefined) return this.#strange(`subject ${subject}`);
    return { id, subject, version, ...content };
  }

  /** The answer, or undefined where there is no such subject, version or schema. */
  async #find(method: "GET" | "POST" | "DELETE", path: string, body?: unknown): Promise<unknown> {
    try {
      return await this.#call(method, path, body);
    } catch (error) {
      if (refusalNumber(error) !== undefined && isAffinityError(error) && error.code === "SCHEMA_NOT_FOUND")
        return undefined;
      throw error;
    }
  }

  #call(method: "GET" | "POST" | "PUT" | "DELETE", path: string, body?: unknown): Promise<unknown> {
    if (this.#isClosed) return Promise.reject(this.#http.unavailable("the connection to it is closed"));
    return this.#http.call(method, path, body);
  }

  #strange(what: string): never {
    throw this.#http.unavailable(`it answered for ${what} what its interface does not know, or a type other than AVRO`);
  }
}

/** A schema with its references as an answer holds it. */
interface Found {
  readonly schema: string;
  readonly references?: readonly SchemaReference[];
}

function contentOf(found: unknown): Found | undefined {
  const schema = member(found, "schema");
  const type = member(found, "schemaType");
  const isAvro = type === undefined || type === null || type === "AVRO";
  if (typeof schema !== "string" || !isAvro) return undefined;
  const references = listOf(member(found, "references")).flatMap((reference) => {
    const name = member(reference, "name");
    const subject = member(reference, "subject");
    const version = member(reference, "version");
    return typeof name === "string" && typeof subject === "string" && isNumber(version)
      ? [{ name, subject, version }]
      : [];
  });
  return references.length === 0 ? { schema } : { schema, references };
}

function bodyOf(schema: string, references: readonly SchemaReference[]): unknown {
  return references.length === 0 ? { schema } : { schema, references };
}

function encoded(subject: string): string {
  return encodeURIComponent(subject);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isNumber(value: unknown): value is number {
  return typeof value === "number";
}
