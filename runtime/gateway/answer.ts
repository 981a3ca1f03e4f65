/** What a route answers: status, headers and body, ready to be written in one piece. */

/**
 * An answer. `headers` is flat, name after value, as `writeHead` takes it, and is never changed after it was made, so
 * that one may be sent many times.
 */
export interface Answer {
  readonly status: number;
  readonly headers: string[];
  readonly body?: string | Uint8Array;
}

/** The answer was written by the route itself, piece by piece. */
export const streamed = "streamed";

/** What a route gives back. */
export type Outcome = Answer | typeof streamed;

/** An answer with a body; Content-Type and Content-Length are added to the headers. */
export function answerWith(
  status: number,
  type: string,
  body: string | Uint8Array,
  headers: readonly string[],
): Answer {
  const length = typeof body === "string" ? Buffer.byteLength(body) : body.byteLength;
  return {
    status,
    headers: ["Content-Type", type, "Content-Length", String(length), ...headers],
    body,
  };
}

/** An answer that is never stored: health, status, errors. */
export function jsonAnswer(status: number, value: unknown, headers: readonly string[] = []): Answer {
  return answerWith(status, "application/json", JSON.stringify(value), ["Cache-Control", "no-store", ...headers]);
}
