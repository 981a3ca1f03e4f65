/** The `title` of problem details (RFC 9457), by code. Apart from `errors.ts`, so that clients need not carry them. */
import type { ErrorCode } from "./errors.js";

const titles: { readonly [code in ErrorCode]: string } = {
  VALUE_INVALID: "The value does not fit its schema",
  KEY_INVALID: "The key does not fit its schema",
  CURSOR_INVALID: "The cursor is not one of this list",
  QUERY_INVALID: "The query is not understood",
  REQUEST_INVALID: "The request is not understood",
  UNAUTHENTICATED: "A valid token is needed",
  ORIGIN_REFUSED: "This origin may not write",
  FORBIDDEN: "Not allowed",
  KEY_NOT_FOUND: "No such key",
  ROUTE_NOT_FOUND: "No such route",
  METHOD_NOT_ALLOWED: "The route does not take this method",
  NOT_ACCEPTABLE: "No acceptable media type",
  REQUEST_TIMEOUT: "The request did not arrive in time",
  SCHEMA_INCOMPATIBLE: "The schema is not compatible",
  CONDITION_FAILED: "The condition is not met",
  BODY_TOO_LARGE: "The body is too large",
  BATCH_TOO_LARGE: "The call writes too much at once",
  MEDIA_TYPE: "The media type is not supported",
  SCHEMA_OTHER: "The frame has another schema",
  HOST_REFUSED: "This host name is not served here",
  IDEMPOTENCY_MISMATCH: "The idempotency key was used for another request",
  IDEMPOTENCY_EXPIRED: "The idempotency key is older than the window",
  REGISTRY_REFUSED: "The schema registry refused",
  REJECTED: "The handler rejected the request",
  HEADERS_TOO_LARGE: "The headers are too large",
  HANDLER_FAILED: "The handler failed",
  INTERNAL: "An internal error",
  PARTITION_FAILED: "The partition has failed",
  TRANSFER_CODING: "The transfer coding is not understood",
  GATEWAY_FULL: "The node has too many requests or connections",
  MAILBOX_FULL: "The partition has too much to do",
  PARTITION_NOT_READY: "The partition is not ready",
  PARTITION_NOT_MASTER: "Another node is master",
  CHANGELOG_UNAVAILABLE: "The changelog does not take writes",
  REGISTRY_UNAVAILABLE: "The schema registry does not answer",
  IDEMPOTENCY_FULL: "Too many idempotency keys are remembered",
  SHUTTING_DOWN: "The node is shutting down",
  HANDLER_TIMEOUT: "The handler took too long",
  ASK_TIMEOUT: "No answer in time",
  KEY_NOT_LOCAL: "The key belongs to another partition",
  CONFIG_INVALID: "The configuration is not valid",
  NOT_YET: "This has no runtime yet",
  GENERATED_STALE: "The generated code is out of date",
  HANDLER_MISSING: "A handler is missing",
  SQLITE_MISSING: "better-sqlite3 is not installed",
  DATA_DIR_UNUSABLE: "The data folder cannot be used",
  DATA_DIR_LOCKED: "Another process uses the data folder",
  DATA_FORMAT_NEWER: "The data folder has a newer format",
  SCHEMA_NOT_FOUND: "The schema is not registered",
  SCHEMA_CHANGED: "Stored data has another schema",
  CHECKPOINT_AHEAD: "The checkpoint is past the log's end",
  CHANGELOG_DAMAGED: "The changelog is not what was written",
  TOPIC_REPLACED: "The topic is not the one that was used",
  PORT_IN_USE: "The port is in use",
  CONNECTION_FAILED: "The server could not be reached",
};

/** The title of a code; users' own codes are rejections. */
export function titleOf(code: string): string {
  return isErrorCode(code) ? titles[code] : titles.REJECTED;
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(titles, code);
}
