/**
 * `PUT <path>` with NDJSON: one row a line, see `bulk-line.ts`. Each row stands alone: those that fail are told one a line,
 * and a last line counts. Memory is bounded: at most `bulkInFlight` rows are under way,
 * and neither more lines nor more reports are held than their bounds allow.
 */
import type { IncomingMessage } from "node:http";
import type { Clock } from "../core/clock.js";
import { AffinityError, isAffinityError } from "../core/errors.js";
import type { KeyAddress, KeyspaceAccess, Position, WriteAnswer } from "../state/access.js";
import { positionText } from "../state/position.js";
import { type Outcome, streamed } from "./answer.js";
import type { Arrival, ArrivalWatch } from "./arrival-watch.js";
import { checkContentCoding } from "./body-coding.js";
import { type BulkRow, bulkRow } from "./bulk-line.js";
import type { Exchange } from "./exchange.js";
import { type Line, LineCutter } from "./lines.js";
import { asAffinityError, failedLineText, problemText } from "./problem.js";
import type { SlowReaders } from "./slow-reader.js";

/** What a bulk write works with. */
export interface BulkParts {
  readonly access: KeyspaceAccess;
  /** Whether the keyspace exposes its deletes. */
  readonly canDelete: boolean;
  /** Frames a value given as plain JSON. @throws VALUE_INVALID */
  readonly valueOf: (json: string) => Uint8Array;
  /** @throws KEY_INVALID, VALUE_INVALID */
  readonly keyOf: (json: string) => KeyAddress;
  readonly watch: ArrivalWatch;
  readonly readers: SlowReaders;
  readonly clock: Clock;
  readonly limits: BulkLimits;
}

export interface BulkLimits {
  /** Of one line. */
  readonly maxBodyBytes: number;
  readonly bulkInFlight: number;
  readonly requestTimeoutMs: number;
  readonly askTimeoutMs: number;
  readonly reportBytes: number;
}

const singleWriteHeaders = ["idempotency-key", "if-match", "if-none-match"] as const;

/** Runs one bulk write. */
export async function writeBulk(parts: BulkParts, exchange: Exchange): Promise<Outcome> {
  exchange.query.allow([]);
  for (const name of singleWriteHeaders) {
    if (exchange.headers[name] === undefined) continue;
    throw new AffinityError(
      "REQUEST_INVALID",
      `header ${name}: is about one write, and this body holds many; leave it out`,
    );
  }
  checkContentCoding(exchange.headers);
  return new BulkWrite(parts, exchange).run();
}

class BulkWrite implements Arrival {
  deadline = Number.POSITIVE_INFINITY;
  slot = 0;
  readonly #parts: BulkParts;
  readonly #exchange: Exchange;
  readonly #positions = new Map<number, Position>();
  #line = 0;
  #written = 0;
  #failed = 0;
  #inFlight = 0;
  #wakers: (() => void)[] = [];
  /** Whether the body has come to a bad end: nothing that still comes is written. */
  #isOver = false;

  constructor(parts: BulkParts, exchange: Exchange) {
    this.#parts = parts;
    this.#exchange = exchange;
  }

  async run(): Promise<Outcome> {
    const { watch } = this.#parts;
    watch.add(this);
    let fault: AffinityError | undefined;
    try {
      await this.#exchange.arriving(this.#readLines());
    } catch (thrown) {
      this.#isOver = true;
      fault = asAffinityError(thrown);
    } finally {
      watch.remove(this);
    }
    while (this.#inFlight > 0) await this.#slot();
    // Before the first line a fault is an answer of its own; after it, it must not hide what was written.
    if (fault !== undefined && this.#line === 0) throw fault;
    this.#end(fault);
    return streamed;
  }

  expire(): void {
    this.#exchange.failBody(
      new AffinityError("REQUEST_TIMEOUT", "body: no byte came for too long; send the rest again"),
    );
  }

  async #readLines(): Promise<void> {
    const cutter = new LineCutter(this.#parts.limits.maxBodyBytes);
    this.#expectMore();
    for await (const chunk of chunksOf(this.#exchange.request)) {
      await this.#takeLines(cutter.push(chunk));
      this.#expectMore();
    }
    await this.#takeLines(cutter.end());
  }

  async #takeLines(lines: Iterable<Line>): Promise<void> {
    const { limits, readers } = this.#parts;
    for (const line of lines) {
      if (this.#isOver) return;
      this.#line += 1;
      // While the partitions have enough to do, or reports are not read, the caller need not send.
      this.deadline = Number.POSITIVE_INFINITY;
      while (this.#inFlight >= limits.bulkInFlight) await this.#slot();
      if (this.#exchange.response.writableLength > limits.reportBytes) await readers.taken(this.#exchange);
      if (!this.#isOver) this.#takeLine(line, this.#line);
    }
  }

  #expectMore(): void {
    this.deadline = this.#parts.clock.monotonic() + this.#parts.limits.requestTimeoutMs;
  }

  #takeLine(bytes: Line, line: number): void {
    if (bytes !== undefined && bytes.length === 0) return;
    let writing: Promise<WriteAnswer>;
    try {
      const row = this.#row(bytes);
      if (row === undefined) return;
      writing = this.#write(row);
    } catch (thrown) {
      this.#report(line, asAffinityError(thrown));
      return;
    }
    this.#inFlight += 1;
    writing.then(
      ({ position }) => {
        this.#written += 1;
        this.#positions.set(position.partition, position);
        this.#freeSlot();
      },
      (thrown: unknown) => {
        this.#report(line, asAffinityError(thrown));
        this.#freeSlot();
      },
    );
  }

  #row(bytes: Line): BulkRow | undefined {
    if (bytes !== undefined) return bulkRow(bytes);
    const { maxBodyBytes } = this.#parts.limits;
    throw new AffinityError(
      "BODY_TOO_LARGE",
      `line: is longer than ${maxBodyBytes} bytes; send less, or raise http.maxBodyBytes`,
    );
  }

  #write({ key, value }: BulkRow): Promise<WriteAnswer> {
    const { access, limits, canDelete } = this.#parts;
    const options = { timeoutMs: limits.askTimeoutMs, isBlind: true };
    this.#exchange.handOver();
    const address = within("/key", () => this.#parts.keyOf(key));
    if (value === "null") {
      if (canDelete) return access.delete(address, options);
      throw new AffinityError(
        "FORBIDDEN",
        "line: rows of this keyspace are not deleted over HTTP; a value would be right",
        {
          pointer: "/value",
        },
      );
    }
    const framed = within("/value", () => this.#parts.valueOf(value));
    return access.put(address, framed, options);
  }

  #report(line: number, error: AffinityError): void {
    this.#failed += 1;
    this.#send(`${failedLineText(line, error)}\n`);
  }

  #end(fault: AffinityError | undefined): void {
    const positions = [...this.#positions.values()].sort((one, other) => one.partition - other.partition);
    const summary = JSON.stringify({
      written: this.#written,
      failed: this.#failed,
      position: positions.length === 0 ? undefined : positions.map(positionText).join(","),
    });
    const error = fault === undefined ? "" : `,"error":${problemText(fault, "unknown")}`;
    this.#send(`${summary.slice(0, -1)}${error}}\n`);
    this.#exchange.response.end();
  }

  #send(text: string): void {
    const { response } = this.#exchange;
    if (response.destroyed) return;
    if (!response.headersSent) {
      if (this.#exchange.isLast) response.shouldKeepAlive = false;
      const headers = ["Content-Type", "application/x-ndjson", "Cache-Control", "no-store"];
      response.writeHead(200, [...headers, ...this.#exchange.extraHeaders]);
    }
    response.write(text);
  }

  #slot(): Promise<void> {
    return new Promise((resolve) => this.#wakers.push(resolve));
  }

  #freeSlot(): void {
    this.#inFlight -= 1;
    const wakers = this.#wakers;
    this.#wakers = [];
    for (const wake of wakers) wake();
  }
}

async function* chunksOf(request: IncomingMessage): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of request) if (Buffer.isBuffer(chunk)) yield chunk;
  } catch (error) {
    throw new AffinityError("REQUEST_INVALID", "body: the connection ended before it was whole", { cause: error });
  }
}

/** Runs a codec of one member; what it says of its place becomes the place in the line. */
function within<T>(pointer: string, run: () => T): T {
  try {
    return run();
  } catch (thrown) {
    if (!isAffinityError(thrown)) throw thrown;
    const { code, detail } = thrown;
    throw new AffinityError(code, detail, { pointer: `${pointer}${thrown.pointer ?? ""}`, cause: thrown });
  }
}
