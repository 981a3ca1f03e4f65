/** Errors as RFC 9457 problem details. Everything about a code is read from the table of errors. */

import { titleOf } from "../core/error-titles.js";
import { AffinityError, type Applied, isAffinityError } from "../core/errors.js";
import { type Answer, answerWith } from "./answer.js";

/** Facts of the request that the error itself does not know. */
export interface ProblemContext {
  /** What is said of a write whose error does not say whether it happened; absent for reads. */
  readonly applied?: Applied | undefined;
  /** Headers that belong to the code: `Allow`, `WWW-Authenticate`. */
  readonly headers?: readonly string[];
}

const problemType = "application/problem+json";
const defaultRetryAfterS = 1;

/** The answer to an error. */
export function problemAnswer(error: AffinityError, context: ProblemContext = {}): Answer {
  const headers = ["Cache-Control", "no-store", ...(context.headers ?? [])];
  const retryAfterS = error.retryAfterS ?? (error.status === 503 ? defaultRetryAfterS : undefined);
  if (retryAfterS !== undefined) headers.push("Retry-After", String(Math.max(0, Math.ceil(retryAfterS))));
  return answerWith(statusOf(error), problemType, problemText(error, context.applied), headers);
}

// Codes of handlers' own come with a status of their own, which Node.js would refuse to write were it none.
function statusOf({ status }: AffinityError): number {
  return Number.isInteger(status) && status >= 400 && status <= 599 ? status : 500;
}

/** The problem document as JSON text, in one line. */
export function problemText(error: AffinityError, applied: Applied | undefined): string {
  const document = {
    type: `urn:affinity:error:${error.code}`,
    title: titleOf(error.code),
    status: statusOf(error),
    detail: error.detail,
    code: error.code,
    pointer: error.pointer,
    retry: error.retry,
    applied: error.applied ?? applied,
  };
  return withData(document, error.data);
}

/** One line for a row of a bulk write that failed. */
export function failedLineText(line: number, error: AffinityError): string {
  return JSON.stringify({ line, code: error.code, detail: error.detail, pointer: error.pointer });
}

// What a handler tells its caller is JSON by contract; a value that is none must not turn its refusal into a 500.
function withData(document: object, data: unknown): string {
  if (data === undefined) return JSON.stringify(document);
  try {
    return JSON.stringify({ ...document, data });
  } catch {
    return JSON.stringify(document);
  }
}

/** The thrown thing itself when it is ours; else INTERNAL, which says nothing of what only the log may know. */
export function asAffinityError(thrown: unknown): AffinityError {
  if (isAffinityError(thrown)) return thrown;
  return new AffinityError("INTERNAL", "gateway: the request met a fault of the server; its log tells more", {
    cause: thrown,
  });
}
