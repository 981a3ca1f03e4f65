/** Bodies of requests: read whole and bounded, or thrown away and bounded. */
import type { IncomingMessage } from "node:http";
import type { Clock } from "../core/clock.js";
import { AffinityError } from "../core/errors.js";
import type { Arrival, ArrivalWatch } from "./arrival-watch.js";

/** What bodies are read under. */
export interface BodyLimits {
  readonly maxBodyBytes: number;
  readonly requestTimeoutMs: number;
  readonly discardBytes: number;
  readonly bodyBytesInFlight: number;
}

const nothing = Buffer.alloc(0);

/** Whether a body follows the head. */
export function hasBody(request: IncomingMessage): boolean {
  const length = request.headers["content-length"];
  return request.headers["transfer-encoding"] !== undefined || (length !== undefined && length !== "0");
}

/** Refuses by Content-Length what need not be read to be refused. @throws BODY_TOO_LARGE */
export function checkDeclaredLength(request: IncomingMessage, maxBytes: number): void {
  const length = request.headers["content-length"];
  if (length !== undefined && Number(length) > maxBytes) throw tooLarge(maxBytes);
}

/** Reads bodies. One for all requests of a gateway. */
export class BodyReader {
  readonly #limits: BodyLimits;
  readonly #clock: Clock;
  readonly #watch: ArrivalWatch;
  /** Bytes of bodies that are not whole yet. */
  #pendingBytes = 0;

  constructor(limits: BodyLimits, clock: Clock, watch: ArrivalWatch) {
    this.#limits = limits;
    this.#clock = clock;
    this.#watch = watch;
  }

  /**
   * The whole body.
   *
   * @param onBegin Is given a function that ends the reading with an error.
   * @throws BODY_TOO_LARGE by Content-Length before anything is read, and by what was read; REQUEST_TIMEOUT;
   * GATEWAY_FULL when bodies that are not whole yet hold too much memory; REQUEST_INVALID when the caller went away in
   * the middle (nobody reads that answer).
   */
  read(request: IncomingMessage, onBegin: (fail: (error: AffinityError) => void) => void): Promise<Buffer> {
    if (!hasBody(request)) return Promise.resolve(nothing);
    const { maxBodyBytes, requestTimeoutMs } = this.#limits;
    checkDeclaredLength(request, maxBodyBytes);
    return new Promise((resolve, reject) => {
      const reading = new Reading(request, this.#take, this.#clock.monotonic() + requestTimeoutMs, (outcome) => {
        this.#watch.remove(reading);
        this.#pendingBytes -= reading.bytes;
        if (Buffer.isBuffer(outcome)) resolve(outcome);
        else reject(outcome);
      });
      this.#watch.add(reading);
      onBegin((error) => reading.fail(error));
    });
  }

  readonly #take: Take = (chunkBytes, bodyBytes) => {
    this.#pendingBytes += chunkBytes;
    if (bodyBytes > this.#limits.maxBodyBytes) return tooLarge(this.#limits.maxBodyBytes);
    if (this.#pendingBytes <= this.#limits.bodyBytesInFlight) return undefined;
    return new AffinityError("GATEWAY_FULL", "gateway: too many bodies are arriving at once; send it again later");
  };

  /**
   * Throws away what is left of a body that nobody wants, so that the connection can go on; cuts the connection when
   * that is too much or takes too long.
   */
  discard(request: IncomingMessage): void {
    if (request.complete || request.destroyed || !hasBody(request)) return;
    let left = this.#limits.discardBytes;
    const { socket } = request;
    const arrival: Arrival = {
      deadline: this.#clock.monotonic() + this.#limits.requestTimeoutMs,
      slot: 0,
      expire: () => socket.destroy(),
    };
    this.#watch.add(arrival);
    request.on("data", (chunk: Buffer) => {
      left -= chunk.length;
      if (left < 0) socket.destroy();
    });
    request.once("close", () => this.#watch.remove(arrival));
    request.resume();
  }
}

/** Accounts for a chunk; gives the error for which the body is not read on. */
type Take = (chunkBytes: number, bodyBytes: number) => AffinityError | undefined;

/** One body that is being read. Its listeners stay with the request and do nothing when it has settled. */
class Reading implements Arrival {
  deadline: number;
  slot = 0;
  /** Bytes that have arrived. */
  bytes = 0;
  readonly #take: Take;
  readonly #settle: (outcome: Buffer | AffinityError) => void;
  // Most bodies arrive in one piece, which is then not copied. Of others the pieces are copied together as they come:
  // a list of one-byte chunks would take two hundred times their size.
  #buffer: Buffer = nothing;
  #isOver = false;

  constructor(
    request: IncomingMessage,
    take: Take,
    deadline: number,
    settle: (outcome: Buffer | AffinityError) => void,
  ) {
    this.#take = take;
    this.deadline = deadline;
    this.#settle = settle;
    // Node.js emits the error of an aborted request only where somebody listens; that it closes tells as much.
    request.on("data", this.#onData).on("end", this.#onEnd).on("close", this.#onGone);
  }

  fail(error: AffinityError): void {
    if (!this.#isOver) this.#end(error);
  }

  expire(): void {
    this.fail(
      new AffinityError("REQUEST_TIMEOUT", "body: did not arrive in time; send it faster, or in smaller parts"),
    );
  }

  readonly #onData = (chunk: Buffer): void => {
    if (this.#isOver) return;
    const before = this.bytes;
    this.bytes += chunk.length;
    const refusal = this.#take(chunk.length, this.bytes);
    if (refusal !== undefined) this.#end(refusal);
    else if (before === 0) this.#buffer = chunk;
    else this.#append(chunk, before);
  };

  #append(chunk: Buffer, at: number): void {
    if (this.#buffer.length < this.bytes) {
      const larger = Buffer.allocUnsafeSlow(this.bytes * 2);
      larger.set(this.#buffer.subarray(0, at));
      this.#buffer = larger;
    }
    this.#buffer.set(chunk, at);
  }

  readonly #onEnd = (): void => {
    if (!this.#isOver) this.#end(this.#buffer.subarray(0, this.bytes));
  };

  readonly #onGone = (): void => {
    if (!this.#isOver)
      this.#end(new AffinityError("REQUEST_INVALID", "body: the connection ended before it was whole"));
  };

  #end(outcome: Buffer | AffinityError): void {
    this.#isOver = true;
    this.#settle(outcome);
  }
}

function tooLarge(maxBytes: number): AffinityError {
  return new AffinityError(
    "BODY_TOO_LARGE",
    `body: is longer than ${maxBytes} bytes; send less, or raise http.maxBodyBytes`,
  );
}
