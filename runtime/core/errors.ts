/**
 * The one error class of the runtime and the one table of its codes. Everything that depends on a code
 * (HTTP status, whether a retry helps) is read from the table and never decided elsewhere.
 */

/** What a caller may do about an error. `if-idempotent`: retry only with the same idempotency key. */
export type Retry = "never" | "later" | "reroute" | "if-idempotent";

/** For a failed write: `no`, it certainly did not happen; `unknown`, it may have happened or still happen. */
export type Applied = "no" | "unknown";

interface ErrorTraits {
  readonly status: number;
  readonly retry: Retry;
  readonly title: string;
}

/** Every code, the HTTP status a gateway answers with, and what a caller may do about it. */
export const errorCodes = {
  VALUE_INVALID: { status: 400, retry: "never", title: "The value does not fit its schema" },
  KEY_INVALID: { status: 400, retry: "never", title: "The key does not fit its schema" },
  CURSOR_INVALID: { status: 400, retry: "never", title: "The cursor is not one of this list" },
  QUERY_INVALID: { status: 400, retry: "never", title: "The query is not understood" },
  REQUEST_INVALID: { status: 400, retry: "never", title: "The request is not understood" },
  UNAUTHENTICATED: { status: 401, retry: "never", title: "A valid token is needed" },
  ORIGIN_REFUSED: { status: 403, retry: "never", title: "This origin may not write" },
  FORBIDDEN: { status: 403, retry: "never", title: "Not allowed" },
  KEY_NOT_FOUND: { status: 404, retry: "never", title: "No such key" },
  ROUTE_NOT_FOUND: { status: 404, retry: "never", title: "No such route" },
  METHOD_NOT_ALLOWED: { status: 405, retry: "never", title: "The route does not take this method" },
  NOT_ACCEPTABLE: { status: 406, retry: "never", title: "No acceptable media type" },
  REQUEST_TIMEOUT: { status: 408, retry: "later", title: "The request did not arrive in time" },
  SCHEMA_INCOMPATIBLE: { status: 409, retry: "never", title: "The schema is not compatible" },
  CONDITION_FAILED: { status: 412, retry: "never", title: "The condition is not met" },
  BODY_TOO_LARGE: { status: 413, retry: "never", title: "The body is too large" },
  BATCH_TOO_LARGE: { status: 413, retry: "never", title: "The call writes too much at once" },
  MEDIA_TYPE: { status: 415, retry: "never", title: "The media type is not supported" },
  SCHEMA_OTHER: { status: 415, retry: "never", title: "The frame has another schema" },
  HOST_REFUSED: { status: 421, retry: "never", title: "This host name is not served here" },
  IDEMPOTENCY_MISMATCH: { status: 422, retry: "never", title: "The idempotency key was used for another request" },
  IDEMPOTENCY_EXPIRED: { status: 422, retry: "never", title: "The idempotency key is older than the window" },
  REJECTED: { status: 422, retry: "never", title: "The handler rejected the request" },
  HEADERS_TOO_LARGE: { status: 431, retry: "never", title: "The headers are too large" },
  HANDLER_FAILED: { status: 500, retry: "never", title: "The handler failed" },
  INTERNAL: { status: 500, retry: "never", title: "An internal error" },
  GATEWAY_FULL: { status: 503, retry: "later", title: "The node has too many requests or connections" },
  MAILBOX_FULL: { status: 503, retry: "later", title: "The partition has too much to do" },
  PARTITION_NOT_READY: { status: 503, retry: "later", title: "The partition is not ready" },
  PARTITION_NOT_MASTER: { status: 503, retry: "reroute", title: "Another node is master" },
  CHANGELOG_UNAVAILABLE: { status: 503, retry: "later", title: "The changelog does not take writes" },
  REGISTRY_UNAVAILABLE: { status: 503, retry: "later", title: "The schema registry does not answer" },
  IDEMPOTENCY_FULL: { status: 503, retry: "later", title: "Too many idempotency keys are remembered" },
  SHUTTING_DOWN: { status: 503, retry: "later", title: "The node is shutting down" },
  HANDLER_TIMEOUT: { status: 504, retry: "if-idempotent", title: "The handler took too long" },
  ASK_TIMEOUT: { status: 504, retry: "if-idempotent", title: "No answer in time" },
  // Faults of the set-up: they end a command (exit 3, or 1 for GENERATED_STALE and findings) and reach no HTTP caller.
  KEY_NOT_LOCAL: { status: 500, retry: "never", title: "The key belongs to another partition" },
  CONFIG_INVALID: { status: 500, retry: "never", title: "The configuration is not valid" },
  NOT_YET: { status: 500, retry: "never", title: "This has no runtime yet" },
  GENERATED_STALE: { status: 500, retry: "never", title: "The generated code is out of date" },
  HANDLER_MISSING: { status: 500, retry: "never", title: "A handler is missing" },
  SQLITE_MISSING: { status: 500, retry: "never", title: "better-sqlite3 is not installed" },
  DATA_DIR_UNUSABLE: { status: 500, retry: "never", title: "The data folder cannot be used" },
  DATA_DIR_LOCKED: { status: 500, retry: "never", title: "Another process uses the data folder" },
  DATA_FORMAT_NEWER: { status: 500, retry: "never", title: "The data folder has a newer format" },
  SCHEMA_CHANGED: { status: 500, retry: "never", title: "Stored data has another schema" },
  CHECKPOINT_AHEAD: { status: 500, retry: "never", title: "The checkpoint is past the log's end" },
  PORT_IN_USE: { status: 500, retry: "never", title: "The port is in use" },
  CONNECTION_FAILED: { status: 503, retry: "if-idempotent", title: "The server could not be reached" },
} as const satisfies Record<string, ErrorTraits>;

/** A code of the table. Codes of users' own (`reject`) are any other text. */
export type ErrorCode = keyof typeof errorCodes;

/** Facts about an error beside its text. */
export interface ErrorFacts {
  /** HTTP status where it differs from the table's, for users' own codes. */
  readonly status?: number;
  readonly retry?: Retry;
  readonly applied?: Applied;
  /** RFC 6901 pointer to the place in the body or value. */
  readonly pointer?: string;
  /** Seconds after which a retry makes sense, for `Retry-After`. */
  readonly retryAfterS?: number;
  /** Anything that a handler wants to tell its caller: JSON. */
  readonly data?: unknown;
  readonly cause?: unknown;
}

/**
 * The error that the runtime and the clients throw.
 *
 * `message` is `[CODE] detail`, since many tools show only the message; `detail` is
 * `subject: what is wrong; what would be right; what to do`. Compare `code`, not the class: two copies of
 * the package may meet in one process.
 */
export class AffinityError extends Error {
  override readonly name = "AffinityError";
  readonly code: string;
  readonly detail: string;
  readonly status: number;
  readonly retry: Retry;
  readonly applied: Applied | undefined;
  readonly pointer: string | undefined;
  readonly retryAfterS: number | undefined;
  readonly data: unknown;

  constructor(code: ErrorCode | (string & {}), detail: string, facts: ErrorFacts = {}) {
    super(`[${code}] ${detail}`, facts.cause === undefined ? undefined : { cause: facts.cause });
    const traits = traitsOf(code);
    this.code = code;
    this.detail = detail;
    this.status = facts.status ?? traits.status;
    this.retry = facts.retry ?? traits.retry;
    this.applied = facts.applied;
    this.pointer = facts.pointer;
    this.retryAfterS = facts.retryAfterS;
    this.data = facts.data;
  }
}

/** The table's row of a code; users' own codes are rejections (422, never). */
export function traitsOf(code: string): ErrorTraits {
  return Object.hasOwn(errorCodes, code) ? errorCodes[code as ErrorCode] : errorCodes.REJECTED;
}

/** Whether a thrown thing is an AffinityError of this or another copy of the package. */
export function isAffinityError(error: unknown): error is AffinityError {
  return error instanceof Error && error.name === "AffinityError" && "code" in error && "retry" in error;
}

/** For our own mistakes only: throws a plain Error that nobody catches. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${message}`);
}

/** The text of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
