/** One row over HTTP: `GET`, `PUT` and `DELETE` of `<path>/{key}` and of `<path>?key=`. */
import { LRUCache } from "lru-cache";
import { AffinityError } from "../core/errors.js";
import type { StoredRow } from "../memstore/memstore.js";
import type { StoreDescriptor } from "../protocol/service.js";
import { type KeyAddress, type KeyspaceAccess, rowVersion, type WriteOptions } from "../state/access.js";
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
  readonly answerCacheBytes: number;
}

/** An answer that was made of a row, as long as the row stays what it was. */
interface KnownAnswer {
  readonly address: KeyAddress;
  readonly row: Pick<StoredRow, "offset" | "epoch" | "batch">;
  readonly etag: string;
  readonly answer: Answer;
}

/** What an entry of the cache takes beside its body: headers, address, the entry itself. */
const entryBytes = 1_024;
/** An answer above this share of the cache is not remembered. */
const largestShare = 16;

/** See the head of the file. */
export class RowRoutes {
  readonly #parts: RowParts;
  readonly #topic: string;
  readonly #known: LRUCache<string, KnownAnswer> | undefined;

  constructor(parts: RowParts) {
    this.#parts = parts;
    this.#topic = parts.store.topic;
    const { answerCacheBytes } = parts;
    if (answerCacheBytes > 0) {
      this.#known = new LRUCache({
        maxSize: answerCacheBytes,
        maxEntrySize: Math.ceil(answerCacheBytes / largestShare),
        sizeCalculation: ({ answer }, key) => entryBytes + key.length * 2 + (answer.body?.length ?? 0) * 2,
      });
    }
  }

  /** 200, 304 or KEY_NOT_FOUND. A row is always read anew: only the text of one that did not change is remembered. */
  get(exchange: Exchange): Answer | Promise<Answer> {
    const form = negotiate(exchange.headers.accept, valueForms);
    const name = exchange.target.query === "" ? form.name + exchange.target.path : undefined;
    const known = name === undefined ? undefined : this.#known?.get(name);
    const address = known?.address ?? this.#parts.keys.address(exchange);
    const row = this.#parts.access.get(address, { timeoutMs: this.#parts.askTimeoutMs });
    if (row instanceof Promise)
      return row.then((read) => this.#answer(exchange, { name, known, address, form, row: read }));
    return this.#answer(exchange, { name, known, address, form, row });
  }

  async put(exchange: Exchange): Promise<Answer> {
    const { access, keys, values } = this.#parts;
    const address = keys.address(exchange);
    const form = readForm(exchange.headers);
    const body = await exchange.body();
    const value = values.frame(values.read(body, form));
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

  #answer(exchange: Exchange, read: Read): Answer {
    const { row, known } = read;
    if (row === undefined) throw this.#notFound(exchange);
    const current = known !== undefined && isSame(known.row, row) ? known : this.#remember(row, read);
    const { "if-match": ifMatch, "if-none-match": ifNoneMatch } = exchange.headers;
    if (ifMatch !== undefined && !isMatched(ifMatch, rowVersion(row))) {
      throw new AffinityError(
        "CONDITION_FAILED",
        `${exchange.target.path}: If-Match names another version than the row's`,
      );
    }
    if (ifNoneMatch !== undefined && isKnown(ifNoneMatch, current.etag)) {
      return { status: 304, headers: current.answer.headers.slice(entityHeaders) };
    }
    return current.answer;
  }

  #remember(row: StoredRow, { name, address, form }: Read): KnownAnswer {
    const body = this.#parts.values.write(this.#parts.values.unframe(row.value), form);
    const { offset, epoch, batch } = row;
    const etag = etagOf(rowVersion(row), form.name);
    const answer = answerWith(200, form.contentType, body, [
      "ETag",
      etag,
      "Affinity-Position",
      this.#position(address, row),
      "Vary",
      "Accept",
      "Cache-Control",
      "no-cache",
    ]);
    const known = { address, row: { offset, epoch, batch }, etag, answer };
    if (name !== undefined) this.#known?.set(name, known);
    return known;
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

  #notFound({ target }: Exchange, applied?: "no"): AffinityError {
    const detail = `${target.path}: there is no row of this key; PUT makes one`;
    return new AffinityError("KEY_NOT_FOUND", detail, applied === undefined ? {} : { applied });
  }
}

interface Read {
  /** Under which the answer is remembered. */
  readonly name: string | undefined;
  readonly known: KnownAnswer | undefined;
  readonly address: KeyAddress;
  readonly form: Form;
  readonly row: StoredRow | undefined;
}

/** Content-Type and Content-Length, with their values, stand first in an answer's headers; 304 leaves them out. */
const entityHeaders = 4;
const noContent = ["Content-Length", "0"];

function isSame(known: KnownAnswer["row"], row: StoredRow): boolean {
  return known.offset === row.offset && known.batch === row.batch && known.epoch === row.epoch;
}
