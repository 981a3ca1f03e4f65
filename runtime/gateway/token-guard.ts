/** `Authorization: Bearer <token>`, RFC 6750 section 2.1. Tokens are compared in time that does not depend on them. */
import { timingSafeEqual } from "node:crypto";
import { AffinityError } from "../core/errors.js";
import type { HttpAuth } from "./options.js";

const bearer = /^bearer +([\x21-\x7e]+) *$/i;

/** See the head of the file. */
export class TokenGuard {
  /** Whether every route needs a token. */
  readonly isNeeded: boolean;
  readonly #tokens: readonly Buffer[];
  readonly #width: number;

  constructor(auth: HttpAuth) {
    this.isNeeded = auth.type === "bearer";
    const tokens = auth.type === "bearer" ? auth.tokens : [];
    this.#width = Math.max(0, ...tokens.map((token) => Buffer.byteLength(token)));
    this.#tokens = tokens.map((token) => padded(token, this.#width));
  }

  /** @throws UNAUTHENTICATED */
  check(authorization: string | undefined): void {
    const token = authorization === undefined ? undefined : bearer.exec(authorization)?.[1];
    if (token !== undefined && this.#isKnown(token)) return;
    const fault =
      authorization === undefined
        ? "is missing"
        : token === undefined
          ? "holds no bearer token"
          : "holds a token that is not known";
    const cure = this.isNeeded
      ? "send Authorization: Bearer <token> with one of http.auth.tokens"
      : "what stands under /_affinity needs a token where the listener is reached from outside; configure http.auth with type bearer";
    throw new AffinityError("UNAUTHENTICATED", `header Authorization: ${fault}; ${cure}`);
  }

  // Every token is compared whole and none is left out, so the time tells neither which one nor how much of it was right.
  // A header holds no NUL, so padding with it makes no two texts equal.
  #isKnown(token: string): boolean {
    if (token.length > this.#width) return false;
    const given = padded(token, this.#width);
    let isKnown = false;
    for (const known of this.#tokens) isKnown = timingSafeEqual(given, known) || isKnown;
    return isKnown;
  }
}

/** The challenge that goes with 401. */
export function challenge(authorization: string | undefined): readonly string[] {
  const error = authorization === undefined ? "" : ', error="invalid_token"';
  return ["WWW-Authenticate", `Bearer realm="affinity"${error}`];
}

function padded(token: string, width: number): Buffer {
  const bytes = Buffer.alloc(width);
  bytes.write(token, "latin1");
  return bytes;
}
