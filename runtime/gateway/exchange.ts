/** One request with its answer. */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import type { AffinityError, Applied } from "../core/errors.js";
import type { Outcome } from "./answer.js";
import type { BodyReader } from "./body.js";
import { Query } from "./query.js";
import type { RouteMetrics } from "./request-metrics.js";
import type { Target } from "./target.js";

/** Who reaches a route: whoever has a token where tokens are configured; only with a token from outside; everybody. */
export type Guarding = "token" | "admin" | "open";

/** What stands at a method and path. */
export interface GatewayRoute {
  readonly metrics: RouteMetrics;
  /** Whether it may change something: its errors say `applied`, and pages of foreign origins may not call it. */
  readonly isWrite: boolean;
  readonly guarding: Guarding;
  readonly answer: (exchange: Exchange) => Outcome | Promise<Outcome>;
}

/** Parts of an exchange that the gateway knows before the route runs. */
export interface ExchangeParts {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly target: Target;
  readonly route: GatewayRoute;
  /** Raw text of the path's `{key}` segments. */
  readonly segments: readonly string[];
  /** Added to every answer: CORS. */
  readonly extraHeaders: readonly string[];
  /** Monotonic ms. */
  readonly startedMs: number;
  readonly bodies: BodyReader;
  /** `Expect: 100-continue`: the caller waits for leave before it sends the body. */
  readonly awaitsContinue: boolean;
}

/** See the head of the file. */
export class Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly headers: IncomingHttpHeaders;
  readonly target: Target;
  readonly route: GatewayRoute;
  readonly segments: readonly string[];
  readonly extraHeaders: readonly string[];
  readonly startedMs: number;
  readonly #bodies: BodyReader;
  #awaitsContinue: boolean;
  #query: Query | undefined;
  #onBodyFault: ((fault: AffinityError) => void) | undefined;
  #isHandedOver = false;
  /** Whether the connection ends with this answer. */
  isLast = false;

  constructor(parts: ExchangeParts) {
    this.request = parts.request;
    this.response = parts.response;
    this.headers = parts.request.headers;
    this.target = parts.target;
    this.route = parts.route;
    this.segments = parts.segments;
    this.extraHeaders = parts.extraHeaders;
    this.startedMs = parts.startedMs;
    this.#bodies = parts.bodies;
    this.#awaitsContinue = parts.awaitsContinue;
  }

  /** @throws QUERY_INVALID */
  get query(): Query {
    this.#query ??= Query.parse(this.target.query);
    return this.#query;
  }

  /** The whole body. @throws BODY_TOO_LARGE, REQUEST_TIMEOUT, REQUEST_INVALID, GATEWAY_FULL */
  body(): Promise<Buffer> {
    const reading = this.#bodies.read(this.request);
    return this.arriving(reading);
  }

  /** Settles as `reading` does, or earlier with the fault by which the connection's syntax ends the body. */
  arriving<T>(reading: Promise<T>): Promise<T> {
    this.continue();
    return new Promise((resolve, reject) => {
      this.#onBodyFault = reject;
      reading.then(resolve, reject).finally(() => {
        this.#onBodyFault = undefined;
      });
    });
  }

  /** Whether a body is awaited: then a fault of the connection's syntax is a fault of this request. */
  failBody(fault: AffinityError): boolean {
    if (this.#onBodyFault === undefined) return false;
    this.#onBodyFault(fault);
    return true;
  }

  /** Gives the leave that `Expect: 100-continue` asks for; called when the body will be read. */
  continue(): void {
    if (!this.#awaitsContinue) return;
    this.#awaitsContinue = false;
    this.response.writeContinue();
  }

  /** Whether the caller still waits for leave to send its body, so that nobody knows whether it will come. */
  get awaitsContinue(): boolean {
    return this.#awaitsContinue;
  }

  /** Called in the moment in which the write is handed to its partition. */
  handOver(): void {
    this.#isHandedOver = true;
  }

  /**
   * What a failed write says where its error does not: nothing happened before it was handed over, and refusals say that
   * nothing happened after it either; a fault leaves it open.
   */
  appliedAfter(status: number): Applied | undefined {
    if (!this.route.isWrite) return undefined;
    return this.#isHandedOver && status >= 500 ? "unknown" : "no";
  }
}
