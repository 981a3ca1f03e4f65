/** Errors of calls: what the server said, or what kept it from saying anything. */
import { AffinityError, type Applied, type ErrorFacts, type Retry } from "../core/errors.js";

/** What a call is named in messages. */
export interface CallSubject {
  readonly method: string;
  readonly path: string;
  readonly isWrite: boolean;
}

/** An answer, its text read. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** The error that an answer stands for. */
export function answeredFailure(subject: CallSubject, answer: RawAnswer): AffinityError {
  const problem = problemOf(answer);
  const retryAfterS = secondsOf(answer.headers.get("retry-after"));
  const facts: ErrorFacts = { status: answer.status, ...(retryAfterS !== undefined && { retryAfterS }) };
  if (problem === undefined) {
    const isPassing = answer.status >= 500 || answer.status === 429;
    return new AffinityError(
      "CONNECTION_FAILED",
      `${subject.method} ${subject.path}: answered ${answer.status} without problem details; url should be that of a service`,
      { ...facts, retry: isPassing ? "if-idempotent" : "never", ...appliedFact(subject, isPassing ? "unknown" : "no") },
    );
  }
  const { code, detail, pointer, retry, applied, data } = problem;
  return new AffinityError(code, detail, {
    ...facts,
    ...(typeof pointer === "string" && { pointer }),
    ...(isRetry(retry) && { retry }),
    ...((applied === "no" || applied === "unknown") && { applied }),
    ...(data !== undefined && { data }),
  });
}

/** The error of an attempt that got no whole answer. */
export function connectionFailure(subject: CallSubject, cause: unknown): AffinityError {
  const isRefused = codeOf(cause) === "ECONNREFUSED";
  return new AffinityError("CONNECTION_FAILED", `${subject.method} ${subject.path}: no answer from the server`, {
    ...appliedFact(subject, isRefused ? "no" : "unknown"),
    cause,
  });
}

/** An error of the same kind which says of a write that it may have happened. */
export function withUnknown(error: AffinityError): AffinityError {
  const { code, detail, status, retry, pointer, retryAfterS, data, cause } = error;
  return new AffinityError(code, detail, {
    status,
    retry,
    applied: "unknown",
    ...(pointer !== undefined && { pointer }),
    ...(retryAfterS !== undefined && { retryAfterS }),
    data,
    cause,
  });
}

export function appliedFact({ isWrite }: CallSubject, applied: Applied): { readonly applied?: Applied } {
  return isWrite ? { applied } : {};
}

interface Problem {
  readonly code: string;
  readonly detail: string;
  readonly [member: string]: unknown;
}

function problemOf({ headers, text }: RawAnswer): Problem | undefined {
  if (headers.get("content-type")?.startsWith("application/problem+json") !== true) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isProblem(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isProblem(value: unknown): value is Problem {
  return (
    typeof value === "object" &&
    value !== null &&
    "code" in value &&
    typeof value.code === "string" &&
    "detail" in value &&
    typeof value.detail === "string"
  );
}

function isRetry(value: unknown): value is Retry {
  return value === "never" || value === "later" || value === "reroute" || value === "if-idempotent";
}

// Retry-After is a number of seconds or a date; ours is a number, a proxy's may be either.
function secondsOf(text: string | null): number | undefined {
  const seconds = text === null || text.trim() === "" ? Number.NaN : Number(text);
  return seconds >= 0 ? seconds : undefined;
}

// Node.js puts the system's error below the TypeError that fetch rejects with; browsers tell nothing.
function codeOf(error: unknown): unknown {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && "code" in cause ? cause.code : undefined;
}
