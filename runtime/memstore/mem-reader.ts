/** A connection that reads the embedded memstore's file, with its prepared statements. */

import { assert } from "../core/errors.js";
import { ByteReader } from "../disk/byte-reader.js";
import type { Database, Statement } from "../disk/sqlite.js";
import type { RowState } from "./layer.js";
import type { IdempotencyEntry, KeyedRow, OrderedKey, RangeRequest, StoredRow } from "./memstore.js";
import { readRow } from "./row-bytes.js";
import { openMemReader } from "./sqlite-mem-file.js";

/** See the head of the file. */
export class MemReader {
  readonly #db: Database;
  readonly #get: Statement;
  readonly #answer: Statement;
  readonly #count: Statement;
  readonly #ranges: { readonly [order in "asc" | "desc"]: { readonly open: Statement; readonly bounded: Statement } };

  /** @throws DATA_DIR_UNUSABLE */
  constructor(path: string, cacheBytes: number) {
    this.#db = openMemReader(path, cacheBytes);
    const db = this.#db;
    this.#get = db.prepare("select row from rows where store = ? and key = ?").pluck();
    this.#answer = db.prepare("select time, answer from answers where partition = ? and key = ?").raw();
    this.#count = db.prepare("select count(*) from rows where store = ?").pluck();
    const select = "select key, row from rows where store = ?";
    this.#ranges = {
      asc: {
        open: db.prepare(`${select} and key >= ? order by key limit ?`).raw(),
        bounded: db.prepare(`${select} and key >= ? and key < ? order by key limit ?`).raw(),
      },
      desc: {
        open: db.prepare(`${select} and key >= ? order by key desc limit ?`).raw(),
        bounded: db.prepare(`${select} and key >= ? and key < ? order by key desc limit ?`).raw(),
      },
    };
  }

  get(store: number, key: OrderedKey): StoredRow | undefined {
    const row = this.#get.get(store, Buffer.from(key, "latin1"));
    return Buffer.isBuffer(row) ? readRow(new ByteReader(row)) : undefined;
  }

  answer(partition: number, key: string): IdempotencyEntry | undefined {
    const row = this.#answer.get(partition, key);
    if (!Array.isArray(row)) return undefined;
    const [time, answer]: unknown[] = row;
    assert(typeof time === "number" && Buffer.isBuffer(answer), "an answer has a time and bytes");
    return { key, time, answer };
  }

  count(store: number): number {
    return Number(this.#count.get(store));
  }

  /** A page of rows as the file has them. */
  page(store: number, request: Omit<RangeRequest, "store">): KeyedRow[] {
    const { open, bounded } = this.#ranges[request.reverse === true ? "desc" : "asc"];
    const from = Buffer.from(request.from ?? "", "latin1");
    const rows =
      request.to === undefined
        ? open.all(store, from, request.limit)
        : bounded.all(store, from, Buffer.from(request.to, "latin1"), request.limit);
    return rows.map(keyedRow);
  }

  /** All rows of a range, fetched in pages of `limit`. */
  *rows(store: number, request: Omit<RangeRequest, "store">): Generator<readonly [OrderedKey, RowState]> {
    let { from, to } = request;
    for (;;) {
      const page = this.page(store, { ...request, from, to });
      for (const { key, row } of page) yield [key, row];
      const last = page.at(-1);
      if (last === undefined || page.length < request.limit) return;
      if (request.reverse === true) to = last.key;
      else from = `${last.key}\0`;
    }
  }

  /** Reads the file from now on as it is now, until `thaw`. */
  freeze(): void {
    this.#db.exec("begin");
    // A transaction sees the file as it is at its first read.
    this.#count.get(0);
  }

  /** Runs several reads that see the file as it is at one moment. */
  atOnce<T>(read: () => T): T {
    this.freeze();
    try {
      return read();
    } finally {
      this.thaw();
    }
  }

  close(): void {
    if (this.#db.inTransaction) this.#db.exec("rollback");
    this.#db.close();
  }

  /** Ends `freeze`, so that the connection may be used again. */
  thaw(): void {
    this.#db.exec("rollback");
  }
}

function keyedRow(row: unknown): KeyedRow {
  assert(Array.isArray(row), "a row has two columns");
  const [key, bytes]: unknown[] = row;
  assert(Buffer.isBuffer(key) && Buffer.isBuffer(bytes), "a row is bytes under bytes");
  return { key: key.toString("latin1"), row: readRow(new ByteReader(bytes)) };
}
