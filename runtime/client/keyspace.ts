/** One keyspace from outside: typed keys and values to requests, answers to typed values. */
import { AffinityError } from "../core/errors.js";
import { keyPath, pathSafe, pathText, queryText } from "../protocol/key-path.js";
import type { ClientKeyspace, ClientMessage } from "../protocol/service.js";
import { jsonCodec } from "../schema/json-codec.js";
import type { TypeSource } from "../schema/type.js";
import type { RawAnswer } from "./failure.js";
import type { Transport } from "./transport.js";
import type {
  CallOptions,
  KeyspaceClient,
  ListOptions,
  MessageOptions,
  PutResult,
  ReadOptions,
  RowWithMeta,
  WriteOptions,
} from "./types.js";

/** Rows of one page: what a server gives at most. */
const pageLimit = 1_000;

/** See the head of the file. Its messages are added by `connectService`. */
export class Keyspace implements KeyspaceClient<unknown, unknown> {
  readonly #transport: Transport;
  readonly #keyspace: ClientKeyspace;

  constructor(transport: Transport, keyspace: ClientKeyspace) {
    this.#transport = transport;
    this.#keyspace = keyspace;
  }

  async get(key: unknown, options?: ReadOptions): Promise<unknown> {
    return (await this.getWithMeta(key, options))?.value;
  }

  async getWithMeta(key: unknown, options?: ReadOptions): Promise<RowWithMeta<unknown> | undefined> {
    const path = this.#rowPath(key);
    const headers = conditions(options);
    const answer = await this.#transport.call({
      method: "GET",
      path,
      isWrite: false,
      headers,
      takes: [304, 404],
      options,
    });
    if (answer.status === 304) {
      throw new AffinityError("CONDITION_FAILED", `GET ${path}: the row still has this etag`, { status: 304 });
    }
    if (answer.status === 404) return undefinedRow(answer, path);
    return {
      value: this.#value(JSON.parse(answer.text)),
      position: headerOf(answer, "affinity-position"),
      etag: headerOf(answer, "etag"),
    };
  }

  async put(key: unknown, value: unknown, options?: WriteOptions): Promise<PutResult> {
    const answer = await this.#transport.call({
      method: "PUT",
      path: this.#rowPath(key),
      isWrite: true,
      body: jsonCodec(this.#valueType()).toText(value),
      headers: conditions(options),
      idempotencyKey: options?.idempotencyKey,
      options,
    });
    return { position: headerOf(answer, "affinity-position"), created: answer.status === 201 };
  }

  async delete(key: unknown, options?: WriteOptions): Promise<boolean> {
    const path = this.#rowPath(key);
    const answer = await this.#transport.call({
      method: "DELETE",
      path,
      isWrite: true,
      headers: conditions(options),
      takes: [404],
      idempotencyKey: options?.idempotencyKey,
      options,
    });
    if (answer.status === 404) undefinedRow(answer, path);
    return answer.status !== 404;
  }

  async *list(options: ListOptions<unknown> = {}): AsyncGenerator<readonly [unknown, unknown]> {
    const keys = jsonCodec(this.#keyspace.key);
    let left = options.limit ?? Number.POSITIVE_INFINITY;
    let cursor: string | undefined;
    while (left > 0) {
      const query = this.#listQuery(options, Math.min(left, pageLimit), cursor);
      const path = `${this.#keyspace.path}?${query}`;
      const answer = await this.#transport.call({ method: "GET", path, isWrite: false, options });
      const page = pageOf(JSON.parse(answer.text), path);
      for (const { key, value } of page.items) {
        yield [keys.fromValue(key), this.#value(value)];
        left -= 1;
      }
      if (page.cursor === undefined) return;
      cursor = page.cursor;
    }
  }

  /** Calls a message. Keys that no path can hold, and requests of GET routes, travel by `POST <path>/<message>?key=`. */
  async call(name: string, key: unknown, request: unknown, options?: MessageOptions): Promise<unknown> {
    const message: ClientMessage | undefined = this.#keyspace.messages[name];
    if (message === undefined) throw new Error(`assertion failed: keyspace ${this.#keyspace.name} has no ${name}`);
    const segments = keyPath(this.#keyspace.key).segmentsOf(key);
    const isOwnRoute = pathSafe(segments) && !(message.route.method === "GET" && message.request !== undefined);
    const answer = await this.#transport.call({
      method: isOwnRoute ? message.route.method : "POST",
      path: isOwnRoute
        ? message.route.path.replace("{key}", () => pathText(segments))
        : `${this.#keyspace.path}/${name}?${queryText(segments)}`,
      isWrite: message.write,
      body: message.request === undefined ? undefined : jsonCodec(message.request).toText(request),
      idempotencyKey: options?.idempotencyKey,
      options,
    });
    return message.reply === undefined ? undefined : jsonCodec(message.reply).fromValue(JSON.parse(answer.text));
  }

  #rowPath(key: unknown): string {
    const segments = keyPath(this.#keyspace.key).segmentsOf(key);
    const { path } = this.#keyspace;
    return pathSafe(segments) ? `${path}/${pathText(segments)}` : `${path}?${queryText(segments)}`;
  }

  #valueType(): TypeSource {
    const { value, name } = this.#keyspace;
    if (value === undefined) throw new Error(`assertion failed: keyspace ${name} exposes no store`);
    return value;
  }

  #value(json: unknown): unknown {
    return jsonCodec(this.#valueType()).fromValue(json);
  }

  #listQuery({ prefix, from, to, order }: ListOptions<unknown>, limit: number, cursor: string | undefined): string {
    const keys = keyPath(this.#keyspace.key);
    const query = new URLSearchParams();
    const add = (name: string, segments: readonly string[]): void => {
      for (const segment of segments) query.append(name, segment);
    };
    if (prefix !== undefined) add("prefix", keys.prefixSegmentsOf(prefix));
    if (from !== undefined) add("from", keys.segmentsOf(from));
    if (to !== undefined) add("to", keys.segmentsOf(to));
    if (order !== undefined) query.set("order", order);
    query.set("limit", String(limit));
    if (cursor !== undefined) query.set("cursor", cursor);
    return query.toString();
  }
}

/** What a generated message method is given: key, request where there is one, options. */
export function messageMethod(keyspace: Keyspace, name: string, hasRequest: boolean) {
  return (key: unknown, ...rest: readonly unknown[]): Promise<unknown> => {
    const [request, options] = hasRequest ? rest : [undefined, rest[0]];
    return keyspace.call(name, key, request, isOptions(options) ? options : undefined);
  };
}

function isOptions(value: unknown): value is CallOptions {
  return typeof value === "object" && value !== null;
}

function conditions(options: ReadOptions | WriteOptions | undefined): { readonly [name: string]: string } {
  return {
    ...(options?.ifMatch !== undefined && { "if-match": options.ifMatch }),
    ...(options?.ifNoneMatch !== undefined && { "if-none-match": options.ifNoneMatch }),
  };
}

// A 404 of a proxy, or of another service at this URL, must not read as an absent row.
function undefinedRow(answer: RawAnswer, path: string): undefined {
  if (answer.text.includes('"KEY_NOT_FOUND"')) return undefined;
  throw new AffinityError(
    "ROUTE_NOT_FOUND",
    `${path}: the server has no such route; url should be that of the service`,
  );
}

function headerOf({ headers }: RawAnswer, name: string): string {
  return headers.get(name) ?? "";
}

interface Page {
  readonly items: readonly { readonly key: unknown; readonly value: unknown }[];
  readonly cursor?: string;
}

function pageOf(json: unknown, path: string): Page {
  if (isPage(json)) return json;
  throw new AffinityError(
    "CONNECTION_FAILED",
    `GET ${path}: answered no page of a list; url should be that of the service`,
    {
      retry: "never",
    },
  );
}

function isPage(json: unknown): json is Page {
  return typeof json === "object" && json !== null && "items" in json && Array.isArray(json.items);
}
