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
}

/** Every code, the HTTP status a gateway answers with, and what a caller may do about it. */
export const errorCodes = {
  VALUE_INVALID: { status: 400, retry: "never" },
  KEY_INVALID: { status: 400, retry: "never" },
  CURSOR_INVALID: { status: 400, retry: "never" },
  QUERY_INVALID: { status: 400, retry: "never" },
  REQUEST_INVALID: { status: 400, retry: "never" },
  UNAUTHENTICATED: { status: 401, retry: "never" },
  ORIGIN_REFUSED: { status: 403, retry: "never" },
  FORBIDDEN: { status: 403, retry: "never" },
  KEY_NOT_FOUND: { status: 404, retry: "never" },
  ROUTE_NOT_FOUND: { status: 404, retry: "never" },
  METHOD_NOT_ALLOWED: { status: 405, retry: "never" },
  NOT_ACCEPTABLE: { status: 406, retry: "never" },
  REQUEST_TIMEOUT: { status: 408, retry: "later" },
  SCHEMA_INCOMPATIBLE: { status: 409, retry: "never" },
  CONDITION_FAILED: { status: 412, retry: "never" },
  BODY_TOO_LARGE: { status: 413, retry: "never" },
  BATCH_TOO_LARGE: { status: 413, retry: "never" },
  MEDIA_TYPE: { status: 415, retry: "never" },
  SCHEMA_OTHER: { status: 415, retry: "never" },
  HOST_REFUSED: { status: 421, retry: "never" },
  IDEMPOTENCY_MISMATCH: { status: 422, retry: "never" },
  IDEMPOTENCY_EXPIRED: { status: 422, retry: "never" },
  REGISTRY_REFUSED: { status: 422, retry: "never" },
  REJECTED: { status: 422, retry: "never" },
  HEADERS_TOO_LARGE: { status: 431, retry: "never" },
  HANDLER_FAILED: { status: 500, retry: "never" },
  INTERNAL: { status: 500, retry: "never" },
  PARTITION_FAILED: { status: 500, retry: "never" },
  TRANSFER_CODING: { status: 501, retry: "never" },
  GATEWAY_FULL: { status: 503, retry: "later" },
  MAILBOX_FULL: { status: 503, retry: "later" },
  PARTITION_NOT_READY: { status: 503, retry: "later" },
  PARTITION_NOT_MASTER: { status: 503, retry: "reroute" },
  CHANGELOG_UNAVAILABLE: { status: 503, retry: "later" },
  REGISTRY_UNAVAILABLE: { status: 503, retry: "later" },
  IDEMPOTENCY_FULL: { status: 503, retry: "later" },
  SHUTTING_DOWN: { status: 503, retry: "later" },
  HANDLER_TIMEOUT: { status: 504, retry: "if-idempotent" },
  ASK_TIMEOUT: { status: 504, retry: "if-idempotent" },
  // Faults of the set-up: they end a command (exit 3, or 1 for GENERATED_STALE and findings) and reach no HTTP caller.
  KEY_NOT_LOCAL: { status: 500, retry: "never" },
  CONFIG_INVALID: { status: 500, retry: "never" },
  NOT_YET: { status: 500, retry: "never" },
  GENERATED_STALE: { status: 500, retry: "never" },
  HANDLER_MISSING: { status: 500, retry: "never" },
  SQLITE_MISSING: { status: 500, retry: "never" },
  DATA_DIR_UNUSABLE: { status: 500, retry: "never" },
  DATA_DIR_LOCKED: { status: 500, retry: "never" },
  DATA_FORMAT_NEWER: { status: 500, retry: "never" },
  SCHEMA_NOT_FOUND: { status: 500, retry: "never" },
  SCHEMA_CHANGED: { status: 500, retry: "never" },
  CHECKPOINT_AHEAD: { status: 500, retry: "never" },
  CHANGELOG_DAMAGED: { status: 500, retry: "never" },
  TOPIC_REPLACED: { status: 500, retry: "never" },
  PORT_IN_USE: { status: 500, retry: "never" },
  CONNECTION_FAILED: { status: 503, retry: "if-idempotent" },
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
  /** The topic that it speaks of, where something is decided by it. */
  readonly topic?: string;
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
  readonly topic: string | undefined;

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
    this.topic = facts.topic;
  }
}

/**
 * An error that is an ordinary answer, such as that of a read of an absent key. It has no stack: to take one costs more than all
 * the rest of such an answer, and nobody looks for a fault there.
 */
export function refusal(code: ErrorCode, detail: string, facts?: ErrorFacts): AffinityError {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return new AffinityError(code, detail, facts);
  } finally {
    Error.stackTraceLimit = limit;
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

/** The text of anything thrown, also of what refuses to become a text. */
export function messageOf(error: unknown): string {
  try {
    return error instanceof Error ? String(error.message) : String(error);
  } catch {
    return "something that has no text";
  }
}

/** The stack of anything thrown, for logs; its text where it has none. */
export function stackOf(error: unknown): string {
  try {
    if (error instanceof Error && typeof error.stack === "string") return error.stack;
  } catch {
    // A getter of the users' own may throw.
  }
  return messageOf(error);
}
