/**
 * The HTTP gateway: takes requests, finds their route, guards it, and writes what the route answers.
 *
 * It turns text into typed values and back, and knows no partition: whatever it asks, it asks of `state/access.ts`.
 */
import { createServer, type Server } from "node:http";
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { AffinityError, messageOf } from "../core/errors.js";
import type { Router } from "../state/access.js";
import { adminRoutes, type PlacedRoute } from "./admin-routes.js";
import { ArrivalWatch } from "./arrival-watch.js";
import { BodyReader } from "./body.js";
import { Dispatcher } from "./dispatcher.js";
import type { GatewayRoute } from "./exchange.js";
import { HostGuard, isLoopbackHost } from "./host-guard.js";
import { keyspaceRoutes } from "./keyspace-routes.js";
import { reachableUrl, withoutBrackets } from "./listener-address.js";
import { type GatewayLimits, type GatewayOptions, gatewayLimits } from "./options.js";
import { OriginGuard } from "./origin-guard.js";
import { parserFault, refuseConnection } from "./parser-faults.js";
import { Readiness } from "./readiness.js";
import { Recent } from "./recent.js";
import { type RegistryMount, registryRoutes } from "./registry-routes.js";
import { type GatewayLoad, RequestMetrics } from "./request-metrics.js";
import { RouteTable } from "./route-table.js";
import { StalledAnswers } from "./stalled-answers.js";
import { TokenGuard } from "./token-guard.js";

/** A gateway that listens. */
export interface Gateway {
  /** `http://host:port` as a process of this machine reaches it. */
  readonly url: string;
  readonly port: number;
  /** Tells from here on how far a router's partitions are, which does not serve yet. */
  watch(router: Router): void;
  /** Answers requests of the router's keyspaces from here on. To be called once. */
  serve(router: Router): void;
  /** Serves a registry beside the keyspaces, or in their place, from here on. To be called once. */
  serveRegistry(mount: RegistryMount): void;
  /**
   * Stops listening, answers new requests of open connections with SHUTTING_DOWN, and resolves when what was accepted is
   * answered and every connection is closed, at the latest after `limits.closeMs`. Idempotent.
   */
  close(): Promise<void>;
}

/**
 * Starts to listen. Until `serve` is called, health, status, metrics and the API's description are answered, and everything
 * else is PARTITION_NOT_READY.
 *
 * @throws PORT_IN_USE when another process listens there; CONFIG_INVALID when the host is no address of this machine or
 * the port needs rights that the process has not.
 */
export async function openGateway(options: GatewayOptions): Promise<Gateway> {
  const gateway = new HttpGateway(options);
  try {
    await gateway.listen();
  } catch (error) {
    await gateway.close();
    throw error;
  }
  return gateway;
}

/** How often Node.js looks for heads that do not arrive, ms. */
const headCheckMs = 1_000;

class HttpGateway implements Gateway {
  readonly #options: GatewayOptions;
  readonly #limits: GatewayLimits;
  readonly #watch: ArrivalWatch;
  readonly #metrics = new RequestMetrics();
  readonly #routes = new RouteTable<GatewayRoute>();
  readonly #anyKeyRoutes = new RouteTable<GatewayRoute>();
  readonly #readiness = new Readiness();
  readonly #dispatcher: Dispatcher;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #stalled: StalledAnswers;
  #closing: Promise<void> | undefined;
  #port = 0;

  constructor(options: GatewayOptions) {
    const { http, clock, logger } = options;
    this.#options = options;
    this.#limits = { ...gatewayLimits, ...options.limits };
    this.#watch = new ArrivalWatch(clock);
    this.#dispatcher = new Dispatcher({
      routes: this.#routes,
      anyKeyRoutes: this.#anyKeyRoutes,
      hosts: new HostGuard(http.hosts, clock),
      origins: new OriginGuard(http.cors),
      tokens: new TokenGuard(http.auth),
      isLoopback: isLoopbackHost(http.host),
      share: {
        bodies: new BodyReader({ ...this.#limits, ...http }, clock, this.#watch),
        recent: new Recent(this.#limits.answerCacheBytes),
      },
      unmatched: this.#metrics.of("unmatched"),
      readiness: this.#readiness,
      requestsInFlight: this.#limits.requestsInFlight,
      clock,
      logger,
    });
    this.#place(this.#adminRoutes());
    this.#server = this.#createServer();
    this.#stalled = new StalledAnswers(clock, this.#sockets, this.#limits.slowReaderMs);
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return reachableUrl(this.#options.http.host, this.#port);
  }

  listen(): Promise<void> {
    const { host, port } = this.#options.http;
    const server = this.#server;
    return new Promise((resolve, reject) => {
      const onError = (error: NodeJS.ErrnoException): void => reject(listenError(error, host, port));
      server.once("error", onError);
      server.listen({ host: withoutBrackets(host), port }, () => {
        server.off("error", onError);
        server.on("error", (error) => {
          this.#options.logger.error({ error: messageOf(error) }, "the listener met a fault and goes on");
        });
        const address = server.address();
        this.#port = typeof address === "object" && address !== null ? address.port : port;
        resolve();
      });
    });
  }

  watch(router: Router): void {
    this.#readiness.watch(router);
  }

  serve(router: Router): void {
    const options = this.#options;
    this.#place(keyspaceRoutes({ router, options, limits: this.#limits, watch: this.#watch, metrics: this.#metrics }));
    this.#readiness.serve(router);
  }

  serveRegistry(mount: RegistryMount): void {
    this.#place(registryRoutes(mount, this.#metrics));
  }

  close(): Promise<void> {
    this.#closing ??= this.#shutDown();
    return this.#closing;
  }

  async #shutDown(): Promise<void> {
    const { clock, logger } = this.#options;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    const cut = clock.after(this.#limits.closeMs, () => {
      logger.warn(
        { requestsInFlight: this.#dispatcher.requestsInFlight },
        "the stop took too long: connections are cut",
      );
      for (const socket of this.#sockets) socket.destroy();
    });
    await Promise.race([closed, this.#dispatcher.drain()]);
    // What is written is still sent. Connections that never asked anything end as well.
    for (const socket of this.#sockets) socket.destroySoon();
    await closed;
    cut.cancel();
    this.#watch.close();
    this.#stalled.close();
  }

  #adminRoutes(): readonly PlacedRoute[] {
    const { service, clock, about = {} } = this.#options;
    const load = (): GatewayLoad => ({
      requestsInFlight: this.#dispatcher.requestsInFlight,
      connections: this.#sockets.size,
    });
    return adminRoutes({ service, readiness: this.#readiness, metrics: this.#metrics, load, about, clock });
  }

  #place(routes: readonly PlacedRoute[]): void {
    for (const { method, path, keySegments, isAnyKey, route } of routes)
      (isAnyKey === true ? this.#anyKeyRoutes : this.#routes).add(method, path, keySegments, route);
  }

  #createServer(): Server {
    const { maxHeaderBytes, requestTimeoutMs } = this.#options.http;
    const server = createServer({
      maxHeaderSize: maxHeaderBytes,
      // HostGuard checks it, and answers with problem details.
      requireHostHeader: false,
      headersTimeout: requestTimeoutMs,
      // Bodies have a watch of their own: a bulk write may go on for as long as it moves.
      requestTimeout: 0,
      keepAliveTimeout: this.#limits.keepAliveMs,
      connectionsCheckingInterval: headCheckMs,
    });
    // The head's size bounds the number of its headers. Node.js would leave out those above 2,000 in silence.
    server.maxHeadersCount = 0;
    server.on("request", (request, response) => this.#dispatcher.begin(request, response, false));
    server.on("checkContinue", (request, response) => this.#dispatcher.begin(request, response, true));
    // RFC 9110 section 10.1.1 leaves it to the server what becomes of other expectations.
    server.on("checkExpectation", (request, response) => this.#dispatcher.begin(request, response, false));
    server.on("connection", (socket) => this.#admit(socket));
    server.on("clientError", (error: NodeJS.ErrnoException, socket) => this.#onParserFault(error, socket));
    server.on("connect", (_request, socket) => this.#onTunnel(socket));
    return server;
  }

  #admit(socket: Socket): void {
    const { maxConnections } = this.#options.http;
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
    if (this.#sockets.size <= maxConnections) return;
    const detail = `gateway: ${maxConnections} connections are open; use one for many requests, or raise http.maxConnections`;
    refuseConnection(socket, new AffinityError("GATEWAY_FULL", detail));
  }

  #onParserFault(error: NodeJS.ErrnoException, socket: Duplex): void {
    const isSilent = error.code === "ERR_HTTP_REQUEST_TIMEOUT" && socket instanceof Socket && socket.bytesRead === 0;
    if (error.code === "ECONNRESET" || isSilent || !(socket instanceof Socket)) {
      socket.destroy();
      return;
    }
    const fault = parserFault(error.code, this.#options.http.maxHeaderBytes);
    if (!this.#dispatcher.failConnection(socket, fault)) refuseConnection(socket, fault);
  }

  #onTunnel(socket: Duplex): void {
    const error = new AffinityError("METHOD_NOT_ALLOWED", "CONNECT: this server is no proxy");
    if (socket instanceof Socket) refuseConnection(socket, error, ["Allow: DELETE, GET, HEAD, OPTIONS, POST, PUT"]);
    else socket.destroy();
  }
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): AffinityError {
  if (error.code === "EADDRINUSE") {
    const detail = `http: port ${port} of ${host} is in use; stop the process that listens there, or set http.port`;
    return new AffinityError("PORT_IN_USE", detail, { cause: error });
  }
  const detail = `http: cannot listen on port ${port} of ${host} (${messageOf(error)}); set http.host or http.port`;
  return new AffinityError("CONFIG_INVALID", detail, { cause: error });
}
