/** Messages over HTTP: their own routes, and `POST <path>/<message>?key=` for keys that no path can hold. */
import { AffinityError, isAffinityError } from "../core/errors.js";
import type { MessageDescriptor } from "../protocol/service.js";
import { frame } from "../schema/framing.js";
import type { KeyAddress, KeyspaceAccess } from "../state/access.js";
import { positionText } from "../state/position.js";
import { type Answer, answerWith } from "./answer.js";
import type { Exchange } from "./exchange.js";
import { type Form, negotiate, readForm, valueForms } from "./forms.js";
import { parseIdempotencyKey } from "./idempotency-key.js";
import type { KeyReader } from "./key-reader.js";
import { QueryRequest } from "./query-request.js";
import type { ValueCodec } from "./value-codec.js";

/** What the routes of one message work with. */
export interface MessageParts {
  readonly access: KeyspaceAccess;
  readonly message: MessageDescriptor;
  readonly keys: KeyReader;
  readonly request: ValueCodec | undefined;
  readonly reply: ValueCodec | undefined;
  readonly askTimeoutMs: number;
}

/** See the head of the file. */
export class MessageRoutes {
  readonly #parts: MessageParts;
  /** Of messages whose route is a GET: their request comes from the query. */
  readonly #fromQuery: QueryRequest | undefined;

  constructor(parts: MessageParts) {
    this.#parts = parts;
    const type = parts.message.request?.();
    if (type !== undefined && parts.message.route?.method === "GET") this.#fromQuery = new QueryRequest(type);
  }

  /** By the message's own route. */
  async answer(exchange: Exchange): Promise<Answer> {
    const address = this.#parts.keys.fromPath(exchange.segments);
    if (this.#parts.message.route?.method !== "GET") {
      exchange.query.allow([]);
      return this.#call(exchange, address, await this.#bodyRequest(exchange));
    }
    if (this.#fromQuery === undefined) exchange.query.allow([]);
    const json = this.#fromQuery?.json(exchange.query);
    return this.#call(exchange, address, {
      avro: json === undefined ? undefined : this.#parts.request?.fromJson(json),
      body: nothing,
    });
  }

  /** By `POST <path>/<message>?key=`. */
  async answerAnyKey(exchange: Exchange): Promise<Answer> {
    const address = this.#parts.keys.fromQuery(exchange.query);
    return this.#call(exchange, address, await this.#bodyRequest(exchange));
  }

  async #bodyRequest(exchange: Exchange): Promise<Request> {
    const { request, message } = this.#parts;
    if (request === undefined) {
      const body = await exchange.body();
      if (body.length > 0 && body.toString("latin1").trim() !== "null") {
        throw new AffinityError(
          "VALUE_INVALID",
          `message ${message.name}: takes no request; an empty body would be right`,
          { pointer: "" },
        );
      }
      return { avro: undefined, body };
    }
    const form = readForm(exchange.headers);
    const body = await exchange.body();
    if (form.isBinary) await request.lookUp(body);
    return { avro: request.read(body, form), body };
  }

  async #call(exchange: Exchange, address: KeyAddress, { avro, body }: Request): Promise<Answer> {
    const { access, message, reply, askTimeoutMs } = this.#parts;
    // Before the handler runs: a reply that nobody can take must not have been paid for.
    const form = reply === undefined ? undefined : negotiate(exchange.headers.accept, valueForms);
    const key = exchange.headers["idempotency-key"];
    const { method = "", url = "" } = exchange.request;
    const isKeyed = message.access === "write" && typeof key === "string";
    const options = {
      timeoutMs: askTimeoutMs,
      ...(isKeyed && { idempotency: parseIdempotencyKey(key, { method, path: url, body }) }),
    };
    exchange.handOver();
    const answer = await access.call(address, message.name, avro, options);
    const headers = answer.position === undefined ? [] : ["Affinity-Position", positionText(answer.position)];
    if (reply === undefined || form === undefined || answer.reply === undefined) return { status: 204, headers };
    const present = await presentReply(reply, answer.reply, answer.replySchema);
    return replyAnswer(reply.write(present, form), form, headers);
  }
}

interface Request {
  readonly avro: Uint8Array | undefined;
  readonly body: Buffer;
}

const nothing = Buffer.alloc(0);

/**
 * A reply of the present schema: one that was remembered may have been written with an earlier one.
 * @throws SCHEMA_INCOMPATIBLE with `applied: "unknown"`: the write was applied once, and its answer cannot be given again.
 */
async function presentReply(reply: ValueCodec, avro: Uint8Array, schemaId: number | undefined): Promise<Uint8Array> {
  if (schemaId === undefined) return avro;
  const framed = frame(schemaId, avro);
  await reply.lookUp(framed);
  try {
    return reply.stored(framed);
  } catch (thrown) {
    if (!isAffinityError(thrown)) throw thrown;
    const { code, detail, status } = thrown;
    throw new AffinityError(code, detail, { status, applied: "unknown", cause: thrown });
  }
}

function replyAnswer(body: string | Uint8Array, form: Form, headers: readonly string[]): Answer {
  return answerWith(200, form.contentType, body, ["Vary", "Accept", "Cache-Control", "no-store", ...headers]);
}
