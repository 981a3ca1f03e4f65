/** One row over HTTP: `GET`, `PUT` and `DELETE` of `<path>/{key}` and of `<path>?key=`. */
import { AffinityError, refusal } from "../core/errors.js";
import type { StoredRow } from "../memstore/memstore.js";
import type { StoreDescriptor } from "../protocol/service.js";
import {
  type CallOptions,
  type KeyAddress,
  type KeyspaceAccess,
  rowVersion,
  type WriteOptions,
} from "../state/access.js";
import { positionText } from "../state/position.js";
import { type Answer, answerWith } from "./answer.js";
import { etagOf, isKnown, isMatched, writeConditions } from "./etag.js";
import type { Exchange } from "./exchange.js";
import { type Form, negotiate, readForm, valueForms } from "./forms.js";
import { parseIdempotencyKey } from "./idempotency-key.js";
import type { KeyReader } from "./key-reader.js";
import type { ValueCodec } from "./value-codec.js";

/** What the routes of one keyspace's rows work with. */
export interface RowParts {
  readonly access: KeyspaceAccess;
  readonly store: StoreDescriptor;
  readonly keys: KeyReader;
  readonly values: ValueCodec;
  readonly askTimeoutMs: number;
}

/** What is remembered of a row between requests: its address, and the answer made of the version that was read last. */
class RowMemo {
  readonly address: KeyAddress;
  readonly row: StoredRow;
  readonly form: Form;
  readonly etag: string;
  readonly answer: Answer;

  constructor(address: KeyAddress, row: StoredRow, form: Form, etag: string, answer: Answer) {
    this.address = address;
    this.row = row;
    this.form = form;
    this.etag = etag;
    this.answer = answer;
  }
}

/** What a remembered row takes beside its answer's body, about: address, headers, objects. */
const memoBytes = 1_024;
/** Bodies above this are made anew for each request. */
const knownBodyBytes = 65_536;

/** See the head of the file. */
export class RowRoutes {
  readonly #parts: RowParts;
  readonly #topic: string;
  readonly #callOptions: CallOptions;

  constructor(parts: RowParts) {
    this.#parts = parts;
    this.#topic = parts.store.topic;
    this.#callOptions = { timeoutMs: parts.askTimeoutMs };
  }

  /** 200, 304 or KEY_NOT_FOUND. The row is always read anew: only texts made of a version that still stands are used. */
  get(exchange: Exchange): Answer | Promise<Answer> {
    const { memo } = exchange.match;
    const known = memo instanceof RowMemo ? memo : undefined;
    const address = known === undefined ? this.#parts.keys.address(exchange) : known.address;
    const form = negotiate(exchange.headers.accept, valueForms);
    const row = this.#parts.access.get(address, this.#callOptions);
    if (row instanceof Promise) return row.then((read) => this.#answerOf(exchange, known, address, form, read));
    return this.#answerOf(exchange, known, address, form, row);
  }

  /** Where the row's schema has to be looked up, after that. */
  #answerOf(
    exchange: Exchange,
    known: RowMemo | undefined,
    address: KeyAddress,
    form: Form,
    row: StoredRow | undefined,
  ): Answer | Promise<Answer> {
    // What is remembered was made when its schema was known.
    const isNew = row !== undefined && !isKnownAs(known, form, row);
    const waiting = isNew ? this.#parts.values.lookUp(row.value) : undefined;
    if (waiting === undefined) return this.#answer(exchange, known, address, form, row);
    return waiting.then(() => this.#answer(exchange, known, address, form, row));
  }

  async put(exchange: Exchange): Promise<Answer> {
    const { access, keys, values } = this.#parts;
    const address = keys.address(exchange);
    const form = readForm(exchange.headers);
    const body = await exchange.body();
    if (form.isBinary) await values.lookUp(body);
    const value = values.readFramed(body, form);
    const options = this.#writeOptions(exchange, body);
    exchange.handOver();
    const { existed, position } = await access.put(address, value, options);
    return {
      status: existed ? 204 : 201,
      headers: ["Affinity-Position", positionText(position), ...(existed ? [] : noContent)],
    };
  }

  async delete(exchange: Exchange): Promise<Answer> {
    const { access, keys } = this.#parts;
    const address = keys.address(exchange);
    const options = this.#writeOptions(exchange, await exchange.body());
    exchange.handOver();
    const { existed, position } = await access.delete(address, options);
    if (!existed) throw this.#notFound(exchange, "no");
    return { status: 204, headers: ["Affinity-Position", positionText(position)] };
  }

  #answer(
    exchange: Exchange,
    known: RowMemo | undefined,
    address: KeyAddress,
    form: Form,
    row: StoredRow | undefined,
  ): Answer {
    if (row === undefined) throw this.#notFound(exchange);
    const { etag, answer } = isKnownAs(known, form, row) ? known : this.#make(exchange, address, form, row);
    const { "if-match": ifMatch, "if-none-match": ifNoneMatch } = exchange.headers;
    if (ifMatch !== undefined && !isMatched(ifMatch, rowVersion(row))) {
      throw new AffinityError("CONDITION_FAILED", `${pathOf(exchange)}: If-Match names another version than the row's`);
    }
    if (ifNoneMatch !== undefined && isKnown(ifNoneMatch, etag)) {
      return { status: 304, headers: answer.headers.slice(entityHeaders) };
    }
    return answer;
  }

  #make(exchange: Exchange, address: KeyAddress, form: Form, row: StoredRow): RowMemo {
    const { values } = this.#parts;
    const body = values.write(values.stored(row.value), form);
    const etag = etagOf(rowVersion(row), form.name);
    const position = this.#position(address, row);
    const headers = ["ETag", etag, "Affinity-Position", position, "Vary", "Accept", "Cache-Control", "no-cache"];
    const memo = new RowMemo(address, row, form, etag, answerWith(200, form.contentType, body, headers));
    if (body.length <= knownBodyBytes) exchange.remember(memo, memoBytes + 2 * body.length + row.value.length);
    return memo;
  }

  /** Where the row's last change stands. */
  #position({ partition }: KeyAddress, { epoch, batch, offset }: StoredRow): string {
    return positionText({ partition, epoch, batch, offsets: [{ topic: this.#topic, offset: offset + 1n }] });
  }

  #writeOptions(exchange: Exchange, body: Buffer): WriteOptions {
    const key = exchange.headers["idempotency-key"];
    const { method = "", url = "" } = exchange.request;
    return {
      timeoutMs: this.#parts.askTimeoutMs,
      ...writeConditions(exchange.headers),
      ...(typeof key === "string" && { idempotency: parseIdempotencyKey(key, { method, path: url, body }) }),
    };
  }

  #notFound(exchange: Exchange, applied?: "no"): AffinityError {
    const detail = `${pathOf(exchange)}: there is no row of this key; PUT makes one`;
    return refusal("KEY_NOT_FOUND", detail, applied === undefined ? {} : { applied });
  }
}

/** The path as messages name it. */
function pathOf({ target }: Exchange): string {
  return target.path.length > 200 ? `${target.path.slice(0, 200)}…` : target.path;
}

/** Content-Type and Content-Length, with their values, stand first in an answer's headers; 304 leaves them out. */
const entityHeaders = 4;
const noContent = ["Content-Length", "0"];

/** Whether what is remembered is the answer of this row in this form. */
function isKnownAs(known: RowMemo | undefined, form: Form, row: StoredRow): known is RowMemo {
  return known !== undefined && known.form === form && isSame(known.row, row);
}

function isSame(known: StoredRow, row: StoredRow): boolean {
  if (known === row) return true;
  return known.offset === row.offset && known.batch === row.batch && known.epoch === row.epoch;
}
