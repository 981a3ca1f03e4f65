/** One keyspace from outside: what its generated client's interface names. */
import { AffinityError, isAffinityError } from "../core/errors.js";
import { type KeySegments, keySegments, pathSafe, pathText, queryText } from "../protocol/key-segments.js";
import type { ClientKeyspace, ClientMessage } from "../protocol/service.js";
import { jsonCodec } from "../schema/json-codec.js";
import type { TypeSource } from "../schema/type.js";
import type { RawAnswer } from "./failure.js";
import type { Call, Transport } from "./transport.js";
import type { ListOptions, MessageOptions, PutResult, ReadOptions, RowWithMeta, WriteOptions } from "./types.js";

/** Rows that are asked for at once by a list. */
const pageRows = 500;

/** A message as a function: key, request where it takes one, options. */
type MessageFunction = (key: unknown, ...rest: readonly unknown[]) => Promise<unknown>;

/** The keyspace's functions by name: those of rows where HTTP exposes a store, and one for each message. */
export function keyspaceClient(transport: Transport, keyspace: ClientKeyspace): { readonly [name: string]: unknown } {
  const keys = keySegments(keyspace.key, keyspace.keyBytes);
  const messages = Object.entries(keyspace.messages).map(([name, message]): [string, MessageFunction] => [
    name,
    messageFunction({ transport, keyspace, keys, name, message }),
  ]);
  const rows = keyspace.value === undefined ? {} : rowFunctions(transport, keyspace, keys, keyspace.value);
  return { ...rows, ...Object.fromEntries(messages) };
}

function rowFunctions(
  transport: Transport,
  { path, key: keyType }: ClientKeyspace,
  keys: KeySegments,
  valueType: TypeSource,
): object {
  const keyJson = jsonCodec(keyType);
  const json = jsonCodec(valueType);

  const rowPath = (key: unknown): string => {
    const segments = keys.segmentsOf(key);
    return pathSafe(segments) ? `${path}/${pathText(segments)}` : `${path}?${queryText(segments)}`;
  };

  const getWithMeta = async (key: unknown, options: ReadOptions = {}): Promise<RowWithMeta<unknown> | undefined> => {
    const call = {
      method: "GET",
      path: rowPath(key),
      isWrite: false,
      headers: conditionHeaders(options),
      takes: [304],
      options,
    };
    const answer = await orAbsent(transport.call(call));
    if (answer === undefined) return undefined;
    if (answer.status === 304) {
      throw new AffinityError("CONDITION_FAILED", `GET ${call.path}: the row is still the one that ifNoneMatch names`, {
        status: 304,
      });
    }
    const etag = answer.headers.get("etag") ?? "";
    return { value: json.fromValue(JSON.parse(answer.text)), position: positionOf(answer), etag };
  };

  return {
    getWithMeta,

    async get(key: unknown, options?: ReadOptions): Promise<unknown> {
      return (await getWithMeta(key, options))?.value;
    },

    async put(key: unknown, value: unknown, options: WriteOptions = {}): Promise<PutResult> {
      const answer = await transport.call({ ...writeCall("PUT", rowPath(key), options), body: json.toText(value) });
      return { position: positionOf(answer), created: answer.status === 201 };
    },

    async delete(key: unknown, options: WriteOptions = {}): Promise<boolean> {
      return (await orAbsent(transport.call(writeCall("DELETE", rowPath(key), options)))) !== undefined;
    },

    async *list(options: ListOptions<unknown> = {}): AsyncGenerator<readonly [unknown, unknown]> {
      const { limit = Number.POSITIVE_INFINITY } = options;
      const query = listQuery(keys, options);
      let cursor: string | undefined;
      for (let count = 0; count < limit; ) {
        const page = [`limit=${Math.min(limit - count, pageRows)}`, ...query];
        if (cursor !== undefined) page.push(`cursor=${encodeURIComponent(cursor)}`);
        const answer = await transport.call({
          method: "GET",
          path: `${path}?${page.join("&")}`,
          isWrite: false,
          options,
        });
        const { items, cursor: next } = pageOf(answer);
        for (const item of items) yield [keyJson.fromValue(item.key), json.fromValue(shownValue(item))];
        if (next === undefined) return;
        count += items.length;
        cursor = next;
      }
    },
  };
}

interface MessageParts {
  readonly transport: Transport;
  readonly keyspace: ClientKeyspace;
  readonly keys: KeySegments;
  readonly name: string;
  readonly message: ClientMessage;
}

function messageFunction({ transport, keyspace, keys, name, message }: MessageParts): MessageFunction {
  const { request, reply, write: isWrite, route } = message;
  const requestJson = request && jsonCodec(request);
  const replyJson = reply && jsonCodec(reply);

  const target = (segments: readonly string[], value: unknown): Pick<Call, "method" | "path" | "body"> => {
    const body = requestJson?.toText(value);
    if (!pathSafe(segments)) {
      return { method: "POST", path: `${keyspace.path}/${name}?${queryText(segments)}`, body };
    }
    const path = route.path.replace("{key}", () => pathText(segments));
    if (route.method !== "GET") return { method: route.method, path, body };
    return { method: "GET", path: path + (body === undefined ? "" : queryOfFields(body)) };
  };

  return async (key, ...rest) => {
    const [value, given] = request === undefined ? [undefined, rest[0]] : rest;
    const options = optionsOf(given);
    const call = { ...target(keys.segmentsOf(key), value), isWrite, options, idempotencyKey: options.idempotencyKey };
    const answer = await transport.call(call);
    return replyJson === undefined || answer.status === 204 ? undefined : replyJson.fromValue(JSON.parse(answer.text));
  };
}

// The generated interface has typed it; here it is one of several shapes of a list of arguments.
function optionsOf(given: unknown): MessageOptions {
  return typeof given === "object" && given !== null ? given : {};
}

function writeCall(method: string, path: string, options: WriteOptions): Call {
  const { idempotencyKey } = options;
  return { method, path, isWrite: true, headers: conditionHeaders(options), idempotencyKey, options };
}

function conditionHeaders({ ifMatch, ifNoneMatch }: ReadOptions | WriteOptions): { readonly [name: string]: string } {
  return {
    ...(ifMatch !== undefined && { "if-match": ifMatch }),
    ...(ifNoneMatch !== undefined && { "if-none-match": ifNoneMatch }),
  };
}

function listQuery(keys: KeySegments, { prefix, from, to, order }: ListOptions<unknown>): readonly string[] {
  const all = (name: string, segments: readonly string[]): string[] =>
    segments.map((segment) => `${name}=${encodeURIComponent(segment)}`);
  return [
    ...(prefix === undefined ? [] : all("prefix", keys.prefixSegmentsOf(prefix))),
    ...(from === undefined ? [] : all("from", keys.segmentsOf(from))),
    ...(to === undefined ? [] : all("to", keys.segmentsOf(to))),
    ...(order === undefined ? [] : all("order", [order])),
  ];
}

async function orAbsent(call: Promise<RawAnswer>): Promise<RawAnswer | undefined> {
  try {
    return await call;
  } catch (error) {
    if (isAffinityError(error) && error.code === "KEY_NOT_FOUND") return undefined;
    throw error;
  }
}

function positionOf({ headers }: RawAnswer): string {
  return headers.get("affinity-position") ?? "";
}

/** A record of scalars, as plain JSON, as parameters of a query: longs are texts in it, so no digit is lost. */
function queryOfFields(json: string): string {
  const record: unknown = JSON.parse(json);
  const pairs = Object.entries(Object(record)).map(
    ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`,
  );
  return pairs.length === 0 ? "" : `?${pairs.join("&")}`;
}

interface Item {
  readonly key?: unknown;
  readonly value?: unknown;
  readonly error?: { readonly code?: unknown; readonly detail?: unknown; readonly pointer?: unknown };
}

function pageOf({ text }: RawAnswer): { readonly items: readonly Item[]; readonly cursor: string | undefined } {
  const page: unknown = JSON.parse(text);
  const { items, cursor }: { readonly items?: unknown; readonly cursor?: unknown } = Object(page);
  return { items: Array.isArray(items) ? items : [], cursor: typeof cursor === "string" ? cursor : undefined };
}

/** @throws what the server says of a row whose value it could not show. */
function shownValue({ value, error }: Item): unknown {
  if (error === undefined) return value;
  const { code, detail, pointer } = error;
  throw new AffinityError(String(code), String(detail), {
    status: 500,
    ...(typeof pointer === "string" && { pointer }),
  });
}
