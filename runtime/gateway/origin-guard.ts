/**
 * Origins of web pages: who may write (403 ORIGIN_REFUSED), who may read what comes back (CORS), and what a browser is told
 * before it sends (preflight). Callers that are no browsers send no `Origin` and pass.
 */
import { AffinityError } from "../core/errors.js";
import { isLoopbackHost } from "./host-guard.js";
import type { HttpSettings } from "./options.js";

/** Headers of answers that a page of another origin may read. `Date`: generated clients learn the server's time from it. */
const exposed = "Affinity-Position, Date, ETag, Retry-After, Allow";
const requestHeaders =
  "Accept, Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Affinity-Min-Position, Affinity-Max-Lag";
/** Seconds that a browser remembers the answer to a preflight. */
const preflightAgeS = "600";

/** See the head of the file. */
export class OriginGuard {
  readonly #origins: ReadonlySet<string>;
  readonly #anyLoopback: boolean;
  /** Headers of answers to requests without an origin that is listed. */
  readonly #unlisted: string[];

  constructor(cors: HttpSettings["cors"]) {
    this.#origins = new Set(cors.origins.map((origin) => origin.toLowerCase().replace(/\/$/, "")));
    this.#anyLoopback = cors.anyLoopback;
    this.#unlisted = cors.origins.length > 0 || cors.anyLoopback ? ["Vary", "Origin"] : [];
  }

  /** @throws ORIGIN_REFUSED when a page of a foreign origin wants to write. */
  checkWrite(origin: string | undefined, host: string | undefined): void {
    if (origin === undefined || this.isListed(origin) || isOwn(origin, host)) return;
    throw new AffinityError(
      "ORIGIN_REFUSED",
      `header Origin: pages of ${JSON.stringify(origin.slice(0, 100))} may not write here; list the origin in http.cors.origins`,
    );
  }

  isListed(origin: string): boolean {
    return this.#origins.has(origin) || (this.#anyLoopback && isLoopbackOrigin(origin));
  }

  /** What is added to an answer, whatever it says. */
  headers(origin: string | undefined): readonly string[] {
    if (origin === undefined || !this.isListed(origin)) return this.#unlisted;
    return ["Access-Control-Allow-Origin", origin, "Access-Control-Expose-Headers", exposed, "Vary", "Origin"];
  }

  /** What is added to the answer of a preflight. `methods` are those of the path. */
  preflightHeaders(methods: readonly string[]): readonly string[] {
    return [
      "Access-Control-Allow-Methods",
      methods.join(", "),
      "Access-Control-Allow-Headers",
      requestHeaders,
      "Access-Control-Max-Age",
      preflightAgeS,
    ];
  }
}

// The scheme is not compared: behind a proxy that ends TLS the page says https and this listener http.
function isOwn(origin: string, host: string | undefined): boolean {
  if (host === undefined) return false;
  const own = host.toLowerCase();
  return origin === `http://${own}` || origin === `https://${own}`;
}

function isLoopbackOrigin(origin: string): boolean {
  try {
    const url = new URL(origin);
    return (url.protocol === "http:" || url.protocol === "https:") && isLoopbackHost(url.hostname);
  } catch {
    return false;
  }
}
