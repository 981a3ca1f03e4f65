/**
 * Cursors: opaque text that says after which key a list goes on, bound to the list that it came from.
 *
 *   cursor = base64url( version (1 byte) | list (8 bytes) | Avro binary of the key )
 *
 * `list` is a hash of everything that makes the list what it is, so a cursor of another one is refused and not misread. It
 * holds no secret, and a made-up one gives nothing that the caller could not ask for.
 */
import { createHash } from "node:crypto";
import { AffinityError } from "../core/errors.js";

const version = 1;
const hashBytes = 8;
const headBytes = 1 + hashBytes;

/** Eight bytes that stand for a list: keyspace, bounds and order. */
export function listHash(parts: readonly unknown[]): Buffer {
  return createHash("sha256").update(JSON.stringify(parts)).digest().subarray(0, hashBytes);
}

export function cursorText(list: Buffer, key: Uint8Array): string {
  return Buffer.concat([Buffer.of(version), list, key]).toString("base64url");
}

/** The key's Avro binary. @throws CURSOR_INVALID for a cursor of another list, and for what is none. */
export function parseCursor(text: string, list: Buffer): Uint8Array {
  const bytes = Buffer.from(text, "base64url");
  const isWhole = bytes.length > headBytes && bytes[0] === version && bytes.toString("base64url") === text;
  if (!isWhole || !bytes.subarray(1, headBytes).equals(list)) throw cursorInvalid();
  return bytes.subarray(headBytes);
}

export function cursorInvalid(cause?: unknown): AffinityError {
  return new AffinityError(
    "CURSOR_INVALID",
    "parameter cursor: is not one that this list gave; send it with the list's other parameters unchanged, or begin without it",
    cause === undefined ? {} : { cause },
  );
}
