/** One request with its answer. */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import type { AffinityError, Applied } from "../core/errors.js";
import type { Answer, Outcome } from "./answer.js";
import { type BodyReader, hasBody } from "./body.js";
import { checkContentCoding } from "./body-coding.js";
import { Query } from "./query.js";
import type { Recent } from "./recent.js";
import type { RouteMetrics } from "./request-metrics.js";
import type { Target } from "./target.js";

/** Who reaches a route: whoever has a token where tokens are configured; only with a token from outside; everybody. */
export type Guarding = "token" | "admin" | "open";

/** What a remembered match takes beside its memo and its texts, about. */
const matchBytes = 256;

/** What stands at a method and path. */
export interface GatewayRoute {
  readonly metrics: RouteMetrics;
  /** Whether it may change something: its errors say `applied`, and pages of foreign origins may not call it. */
  readonly isWrite: boolean;
  readonly guarding: Guarding;
  readonly answer: (exchange: Exchange) => Outcome | Promise<Outcome>;
  /** Errors in the form of an interface that is not ours; undefined where it has none for an error. */
  readonly problem?: (error: unknown) => Answer | undefined;
}

/** A request's place: its route, and what of its target names the row. */
export interface Match {
  readonly target: Target;
  readonly route: GatewayRoute;
  /** Raw text of the path's `{key}` segments. */
  readonly segments: readonly string[];
  /** What the route remembered of this target. */
  readonly memo?: unknown;
}

/** What exchanges have in common. */
export interface ExchangeShare {
  readonly bodies: BodyReader;
  /** Matches that a route found worth remembering, by the text of a GET's target. */
  readonly recent: Recent<Match>;
}

/** See the head of the file. */
export class Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly headers: IncomingHttpHeaders;
  readonly match: Match;
  /** Added to every answer: CORS. */
  readonly extraHeaders: readonly string[];
  /** Monotonic ms at which it began to wait; absent where it is answered at once. */
  startedMs: number | undefined = undefined;
  /** Whether the connection ends with this answer. */
  isLast = false;
  readonly #share: ExchangeShare;
  #awaitsContinue = false;
  #query: Query | undefined = undefined;
  #onBodyFault: ((fault: AffinityError) => void) | undefined = undefined;
  #isHandedOver = false;

  constructor(
    share: ExchangeShare,
    match: Match,
    request: IncomingMessage,
    response: ServerResponse,
    extraHeaders: readonly string[],
  ) {
    this.#share = share;
    this.match = match;
    this.request = request;
    this.response = response;
    this.headers = request.headers;
    this.extraHeaders = extraHeaders;
  }

  get target(): Target {
    return this.match.target;
  }

  get route(): GatewayRoute {
    return this.match.route;
  }

  get segments(): readonly string[] {
    return this.match.segments;
  }

  /** Hands `memo` to later requests of the same target, for as long as there is room. @param bytes What it takes, about. */
  remember(memo: unknown, bytes: number): void {
    const { target, route, segments } = this.match;
    const { method, url = "" } = this.request;
    if (method !== "GET" && method !== "HEAD") return;
    this.#share.recent.set(url, { target, route, segments, memo }, bytes + matchBytes + 4 * url.length);
  }

  /** @throws QUERY_INVALID */
  get query(): Query {
    this.#query ??= Query.parse(this.target.query);
    return this.#query;
  }

  /** The whole body. @throws, at once or by the promise: MEDIA_TYPE, BODY_TOO_LARGE, REQUEST_TIMEOUT, REQUEST_INVALID, GATEWAY_FULL */
  body(): Promise<Buffer> {
    if (hasBody(this.request)) checkContentCoding(this.headers);
    const reading = this.#share.bodies.read(this.request, (fail) => {
      this.#onBodyFault = fail;
    });
    this.continue();
    return reading;
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

  /** `Expect: 100-continue`: the caller waits for leave before it sends the body. */
  awaitContinue(): void {
    this.#awaitsContinue = true;
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
