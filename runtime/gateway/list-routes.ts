/** `GET <path>`: the rows of a keyspace in key order, as pages of JSON or as one stream of NDJSON. */
import { AffinityError } from "../core/errors.js";
import type { AnyType } from "../schema/type.js";
import type { KeyspaceAccess, ListedRow, ListRequest } from "../state/access.js";
import { positionText } from "../state/position.js";
import { answerWith, type Outcome } from "./answer.js";
import { cursorInvalid, cursorText, listHash, parseCursor } from "./cursor.js";
import type { Exchange } from "./exchange.js";
import { type Form, listForms, negotiate } from "./forms.js";
import type { KeyReader } from "./key-reader.js";
import { after, type PageLimits, readPage, streamRows } from "./list-answer.js";
import { asAffinityError } from "./problem.js";
import type { Query } from "./query.js";
import type { SlowReaders } from "./slow-reader.js";
import type { ValueCodec } from "./value-codec.js";

/** What the list of one keyspace works with. */
export interface ListParts {
  readonly access: KeyspaceAccess;
  readonly keyType: AnyType;
  readonly topic: string;
  readonly keys: KeyReader;
  readonly values: ValueCodec;
  readonly readers: SlowReaders;
  readonly limits: PageLimits;
}

const defaultLimit = 100;
const largestLimit = 1_000;
const parameters = ["prefix", "from", "to", "order", "limit", "cursor"];

type Range = Omit<ListRequest, "limit">;

/** See the head of the file. */
export class ListRoutes {
  readonly #parts: ListParts;

  constructor(parts: ListParts) {
    this.#parts = parts;
  }

  async answer(exchange: Exchange): Promise<Outcome> {
    const { query, headers, request } = exchange;
    query.allow(parameters);
    const form = negotiate(headers.accept, listForms);
    const list = this.#listHash(query);
    const range = this.#range(query, list);
    if (!form.isLines) return this.#page(range, list, { form, limit: limitOf(query, largestLimit) ?? defaultLimit });
    const limit = limitOf(query, Number.MAX_SAFE_INTEGER);
    if (request.method === "HEAD")
      return { status: 200, headers: ["Content-Type", form.contentType, "Cache-Control", "no-store"] };
    const { access, readers, values } = this.#parts;
    const lineOf = (row: ListedRow): string => this.#text(row, form);
    const lookUp = (rows: readonly ListedRow[]): Promise<unknown> | undefined => values.lookUpAll(rows);
    return streamRows({ access, request: range, limit, readers, lookUp, lineOf }, exchange);
  }

  async #page(
    range: Range,
    list: Buffer,
    { form, limit }: { readonly form: Form; readonly limit: number },
  ): Promise<Outcome> {
    const { access, limits, values } = this.#parts;
    const { rows, next } = await readPage(access, { ...range, limit }, limits);
    await values.lookUpAll(rows);
    const items = rows.map((row) => this.#text(row, form)).join(",");
    const cursor = next === undefined ? "" : `,"cursor":${JSON.stringify(cursorText(list, this.#cursorKey(next)))}`;
    return answerWith(200, form.contentType, `{"items":[${items}]${cursor}}`, [
      "Vary",
      "Accept",
      "Cache-Control",
      "no-cache",
    ]);
  }

  /** A row whose value cannot be shown says so in its place: the others are not lost with it. */
  #text({ address, row }: ListedRow, form: Form): string {
    const { access, keyType, topic } = this.#parts;
    const key = access.keyOf(address.ordered);
    const keyText =
      form.name === "avro-json"
        ? keyType.toAvroJson(key)
        : keyType.toJson(key, form.hasTextLongs ? { longs: "string" } : undefined);
    const { partition } = address;
    const { epoch, batch, offset } = row;
    const position = positionText({ partition, epoch, batch, offsets: [{ topic, offset: offset + 1n }] });
    return `{"key":${keyText},${this.#valueMember(row.value, form)},"position":${JSON.stringify(position)}}`;
  }

  #valueMember(stored: Uint8Array, form: Form): string {
    const { values } = this.#parts;
    try {
      return `"value":${values.writeText(values.stored(stored), form)}`;
    } catch (thrown) {
      const { code, detail, pointer } = asAffinityError(thrown);
      return `"error":${JSON.stringify({ code, detail, pointer })}`;
    }
  }

  #range(query: Query, list: Buffer): Range {
    const { keys } = this.#parts;
    const range: Range = { ...keys.range(query), reverse: isReverse(query) };
    const cursor = query.one("cursor");
    return cursor === undefined ? range : after(range, this.#cursorPlace(cursor, list));
  }

  /** Everything that makes the list what it is; `limit` may differ from page to page. */
  #listHash(query: Query): Buffer {
    const { descriptor } = this.#parts.access;
    return listHash([descriptor.name, query.all("prefix"), query.all("from"), query.all("to"), isReverse(query)]);
  }

  #cursorKey({ address }: ListedRow): Uint8Array {
    return this.#parts.keyType.encode(this.#parts.access.keyOf(address.ordered));
  }

  #cursorPlace(cursor: string, list: Buffer): string {
    const bytes = parseCursor(cursor, list);
    try {
      return this.#parts.access.address(this.#parts.keyType.decode(bytes)).ordered;
    } catch (error) {
      throw cursorInvalid(error);
    }
  }
}

function isReverse(query: Query): boolean {
  const order = query.one("order") ?? "asc";
  if (order === "asc" || order === "desc") return order === "desc";
  throw new AffinityError(
    "QUERY_INVALID",
    `parameter order: is ${JSON.stringify(order.slice(0, 40))}; asc or desc would be right`,
  );
}

function limitOf(query: Query, largest: number): number | undefined {
  const text = query.one("limit");
  if (text === undefined) return undefined;
  const limit = /^[0-9]{1,16}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= largest) return limit;
  throw new AffinityError(
    "QUERY_INVALID",
    `parameter limit: is ${JSON.stringify(text.slice(0, 40))}; a number from 1 to ${largest} would be right`,
  );
}
