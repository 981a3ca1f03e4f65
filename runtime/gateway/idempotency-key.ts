/**
 * Header `Idempotency-Key`: a key that the caller makes up for one write and sends again with every retry of it.
 *
 * It may stand in quotes (IETF draft "The Idempotency-Key HTTP Header Field", a structured string) or bare; both are the
 * same key. A UUID of version 7 carries the time of the first attempt in its first 48 bits (RFC 9562 section 5.7).
 */
import { createHash } from "node:crypto";
import { AffinityError } from "../core/errors.js";
import type { Idempotency } from "../state/access.js";

/** Characters of a key. */
export const idempotencyKeyLimit = 255;

const requestHashBytes = 16;
// Visible ASCII without the quote and the comma: a comma would be two headers that were joined.
const keyPattern = /^[\x21\x23-\x2b\x2d-\x7e]+$/;
const uuid7Pattern = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

/** What the key was used for: another method, path or body under the same key is IDEMPOTENCY_MISMATCH. */
export interface KeyedRequest {
  readonly method: string;
  /** Path and query as sent. */
  readonly path: string;
  readonly body: Uint8Array;
}

/** @throws REQUEST_INVALID */
export function parseIdempotencyKey(header: string, request: KeyedRequest): Idempotency {
  const key = header.length > 1 && header.startsWith('"') && header.endsWith('"') ? header.slice(1, -1) : header;
  if (key.length > idempotencyKeyLimit || !keyPattern.test(key)) {
    throw new AffinityError(
      "REQUEST_INVALID",
      `header Idempotency-Key: is not a key; 1 to ${idempotencyKeyLimit} visible ASCII characters without comma and quote would be right, best a UUID of version 7`,
    );
  }
  const time = uuid7Pattern.test(key) ? Number.parseInt(key.slice(0, 8) + key.slice(9, 13), 16) : undefined;
  return { key, request: requestHash(request), ...(time !== undefined && { time }) };
}

function requestHash({ method, path, body }: KeyedRequest): Uint8Array {
  return createHash("sha256").update(`${method} ${path}\n`).update(body).digest().subarray(0, requestHashBytes);
}
