/** What the gateway is opened with: the settings of `http` in affinity.json, and bounds that nobody had to change yet. */
import type { Clock } from "../core/clock.js";
import type { Logger } from "../core/logger.js";
import type { ServiceDescriptor } from "../protocol/service.js";

/** Who may call. Tokens are secrets: they appear in no log and no message. */
export type HttpAuth = { readonly type: "none" } | { readonly type: "bearer"; readonly tokens: readonly string[] };

/** The section `http` of affinity.json as the gateway reads it. */
export interface HttpSettings {
  /** Name or address to listen on. */
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** Values of `Host` that are served beside loopback and the machine's own addresses. */
  readonly hosts: readonly string[];
  /** Origins that may read and write beside the server's own; `anyLoopback` admits every page of this machine. */
  readonly cors: { readonly origins: readonly string[]; readonly anyLoopback: boolean };
  readonly auth: HttpAuth;
  /** Of one body, of one line of NDJSON: BODY_TOO_LARGE above. */
  readonly maxBodyBytes: number;
  /** Of a request's head: HEADERS_TOO_LARGE above. */
  readonly maxHeaderBytes: number;
  /** Connections at once: further ones are told GATEWAY_FULL and closed. */
  readonly maxConnections: number;
  /** Time for a request to arrive whole, ms: REQUEST_TIMEOUT above. Of a bulk write: time without a byte. */
  readonly requestTimeoutMs: number;
  /** Time in which a call is answered, ms: ASK_TIMEOUT above. */
  readonly askTimeoutMs: number;
  /** Rows of one bulk write that are under way at once; the body is not read on meanwhile. */
  readonly bulkInFlight: number;
}

/** Bounds of the gateway beside those of `HttpSettings`. */
export interface GatewayLimits {
  /** Requests that wait for a body or an answer: GATEWAY_FULL above. */
  readonly requestsInFlight: number;
  /** Bytes of bodies that are not whole yet, over all requests: GATEWAY_FULL above. */
  readonly bodyBytesInFlight: number;
  /** Time that a connection without a request stays open, ms. */
  readonly keepAliveMs: number;
  /** Time in which the reader of a streamed answer must take something, ms; the connection is closed then. */
  readonly slowReaderMs: number;
  /** Bytes of a refused body that are read to keep the connection; above it the connection is closed. */
  readonly discardBytes: number;
  /** Bytes of values after which a page ends before its `limit`, with a cursor. */
  readonly pageBytes: number;
  /** Bytes of a bulk write's reports that wait for their reader; the body is not read on above it. */
  readonly reportBytes: number;
  /** Bytes of answers remembered for rows that did not change. 0 remembers none. */
  readonly answerCacheBytes: number;
  /** Time that `close` gives to accepted requests, ms; connections are cut then. */
  readonly closeMs: number;
}

/** Defaults of `GatewayLimits`. */
export const gatewayLimits: GatewayLimits = {
  requestsInFlight: 20_000,
  bodyBytesInFlight: 256 * 1_048_576,
  keepAliveMs: 72_000,
  slowReaderMs: 30_000,
  discardBytes: 8 * 1_048_576,
  pageBytes: 8 * 1_048_576,
  reportBytes: 1_048_576,
  answerCacheBytes: 32 * 1_048_576,
  closeMs: 10_000,
};

/** What `openGateway` needs. */
export interface GatewayOptions {
  readonly service: ServiceDescriptor;
  readonly http: HttpSettings;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly limits?: Partial<GatewayLimits>;
  /** Facts for `/_affinity/status` beside the partitions: version, node. */
  readonly about?: { readonly [fact: string]: string | number };
}
