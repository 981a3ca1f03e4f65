/** From a request to its route, past the guards, and back with the answer or the error. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Clock } from "../core/clock.js";
import { AffinityError, messageOf } from "../core/errors.js";
import type { Logger } from "../core/logger.js";
import { type Answer, type Outcome, streamed } from "./answer.js";
import { hasBody } from "./body.js";
import { isCoded, takenCodings, transferCodingFault } from "./body-coding.js";
import { Exchange, type ExchangeShare, type GatewayRoute, type Match } from "./exchange.js";
import type { HostGuard } from "./host-guard.js";
import { Lanes, type Pipelined } from "./lanes.js";
import type { OriginGuard } from "./origin-guard.js";
import { asAffinityError, problemAnswer } from "./problem.js";
import type { Readiness } from "./readiness.js";
import type { RouteMetrics } from "./request-metrics.js";
import type { RouteTable } from "./route-table.js";
import { parseTarget, type Target } from "./target.js";
import { challenge, type TokenGuard } from "./token-guard.js";

/** Methods that change nothing, RFC 9110 section 9.2.1. */
const safeMethods: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "TRACE"]);
const adminPrefix = "/_affinity/";
const hasKey = /(?:^|&)key=/;
const noTarget: Target = { path: "/", query: "", authority: undefined };

/** What a Dispatcher works with. */
export interface DispatcherParts {
  readonly routes: RouteTable<GatewayRoute>;
  /** Those that take their key from `?key=`: looked at first where the query has one. */
  readonly anyKeyRoutes: RouteTable<GatewayRoute>;
  readonly hosts: HostGuard;
  readonly origins: OriginGuard;
  readonly tokens: TokenGuard;
  /** Whether the listener is reached from this machine only: then `/_affinity` needs no token of its own. */
  readonly isLoopback: boolean;
  readonly share: ExchangeShare;
  readonly unmatched: RouteMetrics;
  readonly readiness: Readiness;
  readonly requestsInFlight: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** See the head of the file. */
export class Dispatcher {
  readonly #parts: DispatcherParts;
  readonly #lanes = new Lanes();
  /** Connections on which nothing is read as a request any more: where the last one ends is not known. */
  readonly #ending = new WeakSet<Socket>();
  #isClosing = false;

  constructor(parts: DispatcherParts) {
    this.#parts = parts;
  }

  /** Requests that wait for their body or their answer; those that are answered at once never count. */
  get requestsInFlight(): number {
    return this.#lanes.size;
  }

  /** Answers what is new with SHUTTING_DOWN from here on; resolves when what was accepted is answered. */
  drain(): Promise<void> {
    this.#isClosing = true;
    return this.#lanes.idle();
  }

  /** Takes a request. Never throws. */
  begin(request: IncomingMessage, response: ServerResponse, awaitsContinue: boolean): void {
    // A connection that was refused may still deliver what it had sent before it knew.
    if (request.socket.writableEnded || this.#ending.has(request.socket)) return;
    if (transferCodingFault(request) !== undefined) this.#ending.add(request.socket);
    if (this.#lanes.wait({ request, response, awaitsContinue })) return;
    this.#run({ request, response, awaitsContinue });
  }

  /** A fault of the connection's syntax. @returns Whether a request of the connection will tell its caller. */
  failConnection(socket: Socket, fault: AffinityError): boolean {
    return this.#lanes.fail(socket, fault);
  }

  #run({ request, response, awaitsContinue }: Pipelined): boolean {
    const match = this.#match(request);
    const extraHeaders = this.#parts.origins.headers(request.headers.origin);
    const exchange = new Exchange(this.#parts.share, match, request, response, extraHeaders);
    if (awaitsContinue) exchange.awaitContinue();
    if (this.#lanes.isBroken(request.socket)) exchange.isLast = true;
    let outcome: Outcome | Promise<Outcome>;
    try {
      this.#guard(exchange);
      outcome = match.route.answer(exchange);
    } catch (thrown) {
      outcome = this.#failure(exchange, thrown);
    }
    if (!(outcome instanceof Promise)) {
      this.#finish(exchange, outcome);
      return false;
    }
    this.#await(exchange, outcome);
    return true;
  }

  #match(request: IncomingMessage): Match {
    const { routes, anyKeyRoutes, share } = this.#parts;
    const { method = "", url = "" } = request;
    const recent = method === "GET" ? share.recent.get(url) : undefined;
    if (recent !== undefined) return recent;
    try {
      if (url === "*" && method === "OPTIONS") return { target: noTarget, route: this.#optionsRoute(), segments: [] };
      const target = parseTarget(url);
      const keyed = hasKey.test(target.query) ? anyKeyRoutes.find(method, target.path) : undefined;
      const found = keyed ?? routes.find(method === "HEAD" ? "GET" : method, target.path);
      if (found !== undefined) return { target, route: found.route, segments: found.segments };
      if (method === "OPTIONS") return { target, route: this.#optionsRoute(), segments: [] };
      return { target, route: this.#refusal(method, target), segments: [] };
    } catch (thrown) {
      return { target: noTarget, route: this.#throwing(method, asAffinityError(thrown)), segments: [] };
    }
  }

  #guard(exchange: Exchange): void {
    const { hosts, origins, tokens, isLoopback } = this.#parts;
    const { headers, route, request } = exchange;
    const coding = transferCodingFault(request);
    if (coding !== undefined) {
      exchange.isLast = true;
      throw coding;
    }
    const host = exchange.target.authority ?? headers.host;
    if (route.guarding !== "open") hosts.check(host);
    const twice = headerTwice(request.rawHeaders);
    if (twice !== undefined) {
      throw new AffinityError("REQUEST_INVALID", `header ${twice}: stands twice; once would be right`);
    }
    if (this.#isClosing) {
      throw new AffinityError(
        "SHUTTING_DOWN",
        "gateway: is stopping and takes no new requests; send it to another node",
      );
    }
    if (route.guarding !== "open" && request.method !== "OPTIONS") {
      if (tokens.isNeeded || (route.guarding === "admin" && !isLoopback)) tokens.check(headers.authorization);
    }
    if (route.isWrite) origins.checkWrite(headers.origin, host);
    if (this.#lanes.isFull(request.socket, this.#parts.requestsInFlight) && route.guarding !== "open") {
      throw new AffinityError(
        "GATEWAY_FULL",
        `gateway: ${this.#lanes.size} requests are under way; send it again later`,
      );
    }
  }

  #await(exchange: Exchange, outcome: Promise<Outcome>): void {
    exchange.startedMs = this.#parts.clock.monotonic();
    this.#lanes.enter(exchange);
    outcome.then(
      (answer) => this.#settle(exchange, answer),
      (thrown) => this.#settle(exchange, this.#failure(exchange, thrown)),
    );
  }

  #settle(exchange: Exchange, outcome: Outcome): void {
    this.#finish(exchange, outcome);
    let next = this.#lanes.leave(exchange);
    while (next !== undefined && !this.#run(next)) next = this.#lanes.leave(exchange);
  }

  #finish(exchange: Exchange, outcome: Outcome): void {
    const { request, response, route, startedMs } = exchange;
    const status = outcome === streamed ? response.statusCode : outcome.status;
    // What is answered in the turn in which it came took no time that a look at the clock would not double.
    route.metrics.observe(status, startedMs === undefined ? 0 : this.#parts.clock.monotonic() - startedMs);
    if (outcome !== streamed) this.#tryWrite(exchange, outcome);
    else if (exchange.isLast) endConnection(exchange);
    if (hasBody(request)) this.#parts.share.bodies.discard(request);
  }

  #tryWrite(exchange: Exchange, answer: Answer): void {
    try {
      this.#write(exchange, answer);
    } catch (error) {
      this.#parts.logger.error({ error: messageOf(error) }, "an answer could not be written");
      exchange.request.socket.destroy();
    }
  }

  #write(exchange: Exchange, answer: Answer): void {
    const { response, extraHeaders } = exchange;
    if (response.destroyed) return;
    if (response.headersSent) {
      // An answer that was begun cannot be taken back; that it ends without its last chunk tells the caller.
      response.destroy();
      return;
    }
    // Nobody knows whether a caller that was not given leave will send its body.
    if (this.#isClosing || exchange.isLast || exchange.awaitsContinue) response.shouldKeepAlive = false;
    response.writeHead(
      answer.status,
      extraHeaders.length === 0 ? answer.headers : [...answer.headers, ...extraHeaders],
    );
    response.end(answer.body);
  }

  #failure(exchange: Exchange, thrown: unknown): Answer {
    const told = exchange.route.problem?.(thrown);
    if (told !== undefined) {
      if (told.status !== 401) return told;
      return { ...told, headers: [...told.headers, ...challenge(exchange.headers.authorization)] };
    }
    const error = asAffinityError(thrown);
    if (error.code === "INTERNAL") {
      const { method } = exchange.request;
      const { path } = exchange.target;
      const cause = error.cause ?? error;
      const stack = cause instanceof Error ? cause.stack : undefined;
      this.#parts.logger.error({ method, path, error: messageOf(cause), stack }, "a request met a fault of the server");
    }
    return problemAnswer(error, {
      applied: exchange.appliedAfter(error.status),
      headers: headersOf(error, exchange),
    });
  }

  #refusal(method: string, target: Target): GatewayRoute {
    const methods = this.#methods(target.path);
    if (methods.length === 0) {
      const notReady = this.#notReady(target);
      if (notReady !== undefined) return this.#throwing(method, notReady, target.path);
      const path = target.path.slice(0, 200);
      const detail = `${method} ${path}: no such route; GET /_affinity/openapi.json lists them`;
      return this.#throwing(method, new AffinityError("ROUTE_NOT_FOUND", detail), target.path);
    }
    const allow = methods.join(", ");
    const error = new AffinityError(
      "METHOD_NOT_ALLOWED",
      `${method} ${target.path.slice(0, 200)}: takes ${allow} only`,
    );
    return {
      ...this.#throwing(method, error, target.path),
      answer: (exchange) =>
        problemAnswer(error, { applied: exchange.appliedAfter(error.status), headers: ["Allow", allow] }),
    };
  }

  // A route that does not exist is guarded like one that does, so that nobody learns from outside which there are.
  #throwing(method: string, error: AffinityError, path = "/"): GatewayRoute {
    return {
      metrics: this.#parts.unmatched,
      isWrite: !safeMethods.has(method),
      guarding: path.startsWith(adminPrefix) ? "admin" : "token",
      answer: () => {
        throw error;
      },
    };
  }

  #optionsRoute(): GatewayRoute {
    return {
      metrics: this.#parts.unmatched,
      isWrite: false,
      guarding: "token",
      answer: (exchange) => this.#options(exchange),
    };
  }

  #options({ target, headers, request }: Exchange): Answer {
    const { origins } = this.#parts;
    const methods =
      request.url === "*" ? ["DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"] : this.#methods(target.path);
    if (methods.length === 0) {
      throw (
        this.#notReady(target) ??
        new AffinityError("ROUTE_NOT_FOUND", `OPTIONS ${target.path.slice(0, 200)}: no such route`)
      );
    }
    const isPreflight = headers.origin !== undefined && headers["access-control-request-method"] !== undefined;
    if (!isPreflight) return { status: 204, headers: ["Allow", methods.join(", ")] };
    origins.checkWrite(headers.origin, target.authority ?? headers.host);
    return { status: 204, headers: ["Allow", methods.join(", "), ...origins.preflightHeaders(methods)] };
  }

  // Which paths keyspaces have is not known before they are served.
  #notReady({ path }: Target): AffinityError | undefined {
    return path.startsWith(adminPrefix) ? undefined : this.#parts.readiness.refusal();
  }

  #methods(path: string): readonly string[] {
    const { routes, anyKeyRoutes } = this.#parts;
    const methods = new Set([...routes.methods(path), ...anyKeyRoutes.methods(path)]);
    if (methods.size === 0) return [];
    if (methods.has("GET")) methods.add("HEAD");
    return [...methods.add("OPTIONS")].sort();
  }
}

/** Headers that belong to the code. */
function headersOf({ code }: AffinityError, { headers }: Exchange): readonly string[] {
  if (code === "UNAUTHENTICATED") return challenge(headers.authorization);
  return code === "MEDIA_TYPE" && isCoded(headers) ? takenCodings : [];
}

// The head of a streamed answer was sent before it was known that nothing can follow it.
function endConnection({ request, response }: Exchange): void {
  const end = (): void => request.socket.destroySoon();
  if (response.writableFinished) end();
  else response.once("finish", end);
}

/** By the length of their name: headers of which Node.js keeps the first and drops the others, which a proxy may have read. */
const singleHeaders: ReadonlyMap<number, { readonly name: string; readonly bit: number }> = new Map(
  ["host", "content-type", "authorization"].map((name, index) => [name.length, { name, bit: 1 << index }] as const),
);

/** One of them that stands more than once. */
function headerTwice(rawHeaders: readonly string[]): string | undefined {
  let seen = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? "";
    const single = singleHeaders.get(name.length);
    if (single === undefined || name.toLowerCase() !== single.name) continue;
    if ((seen & single.bit) !== 0) return single.name;
    seen |= single.bit;
  }
  return undefined;
}
