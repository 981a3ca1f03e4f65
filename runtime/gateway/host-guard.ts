/**
 * Which values of `Host` are served. A page of another site whose name was made to point at this machine (DNS rebinding)
 * reaches the port, but not with a host that stands here.
 */
import { isIP, isIPv4 } from "node:net";
import { networkInterfaces } from "node:os";
import type { Clock } from "../core/clock.js";
import { AffinityError } from "../core/errors.js";

/** How long the machine's addresses are believed, ms: they are read again for an address that is not among them. */
const addressesMs = 10_000;
/** Verdicts remembered by the text of the header. */
const verdictLimit = 256;

/** See the head of the file. */
export class HostGuard {
  readonly #names: ReadonlySet<string>;
  readonly #clock: Clock;
  readonly #admitted = new Set<string>();
  #addresses: ReadonlySet<string> = new Set();
  #addressesTime = Number.NEGATIVE_INFINITY;

  constructor(hosts: readonly string[], clock: Clock) {
    this.#names = new Set(hosts.map((host) => bare(host)));
    this.#clock = clock;
  }

  /** @throws HOST_REFUSED, REQUEST_INVALID */
  check(host: string | undefined): void {
    if (host !== undefined && this.#admitted.has(host)) return;
    if (host === undefined || host === "") {
      throw new AffinityError("REQUEST_INVALID", "header Host: is missing; RFC 9112 asks for exactly one");
    }
    const name = hostName(host);
    if (name === undefined) throw new AffinityError("REQUEST_INVALID", "header Host: is no host and port");
    if (!this.#isServed(name)) {
      throw new AffinityError(
        "HOST_REFUSED",
        `header Host: ${JSON.stringify(name.slice(0, 100))} is neither loopback, nor an address of this machine, nor listed; list it in http.hosts`,
      );
    }
    if (this.#admitted.size >= verdictLimit) this.#admitted.clear();
    this.#admitted.add(host);
  }

  #isServed(name: string): boolean {
    return isLoopbackHost(name) || this.#names.has(name) || (isIP(name) !== 0 && this.#isOwn(name));
  }

  #isOwn(address: string): boolean {
    if (this.#addresses.has(address)) return true;
    if (this.#clock.monotonic() - this.#addressesTime < addressesMs) return false;
    this.#addressesTime = this.#clock.monotonic();
    const found = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
    this.#addresses = new Set(found.map((entry) => normal(entry.address)));
    return this.#addresses.has(address);
  }
}

/** Whether only this machine reaches the host: `localhost` and names under it (RFC 6761), 127.0.0.0/8, ::1. */
export function isLoopbackHost(host: string): boolean {
  const name = bare(host);
  return (
    name === "localhost" || name.endsWith(".localhost") || name === "::1" || (isIPv4(name) && name.startsWith("127."))
  );
}

const hostPattern = /^(\[[0-9a-f:.]+\]|[^\s:/?#@[\]]+)(?::\d{0,5})?$/i;

/** The host of `host[:port]`, lower case, without brackets and without the dot that ends a full name. */
function hostName(host: string): string | undefined {
  const name = hostPattern.exec(host)?.[1];
  return name === undefined ? undefined : bare(name);
}

function bare(host: string): string {
  return normal(
    host
      .replace(/^\[(.*)\]$/, "$1")
      .replace(/\.$/, "")
      .toLowerCase(),
  );
}

// One address has many spellings in IPv6; URL writes the canonical one.
function normal(name: string): string {
  if (isIP(name) !== 6) return name;
  try {
    return new URL(`http://[${name.replace(/%.*$/, "")}]`).hostname.slice(1, -1);
  } catch {
    return name;
  }
}
