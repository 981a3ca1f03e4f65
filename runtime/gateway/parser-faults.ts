/**
 * What Node.js's parser refuses never becomes a request, so its answer is written to the socket by hand, with the problem
 * details that every other error has.
 */
import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { AffinityError } from "../core/errors.js";
import { problemText } from "./problem.js";

/** Time in which the peer of a refused connection may read why, ms. */
const lingerMs = 1_000;

/** The error that a fault of the parser stands for. `maxHeaderBytes` is named in it. */
export function parserFault(code: string | undefined, maxHeaderBytes: number): AffinityError {
  switch (code) {
    case "HPE_HEADER_OVERFLOW":
      return new AffinityError(
        "HEADERS_TOO_LARGE",
        `head of the request: is longer than ${maxHeaderBytes} bytes; send less, or raise http.maxHeaderBytes`,
      );
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return new AffinityError("REQUEST_TIMEOUT", "head of the request: did not arrive in time");
    default:
      return new AffinityError(
        "REQUEST_INVALID",
        `connection: what came is not HTTP/1.1${code === undefined ? "" : ` (${code})`}; RFC 9112 says what is`,
      );
  }
}

/** Writes an error to a socket that has no request, and closes it. */
export function refuseConnection(socket: Socket, error: AffinityError, headers: readonly string[] = []): void {
  if (!socket.writable || socket.writableEnded) {
    socket.destroy();
    return;
  }
  const body = problemText(error, undefined);
  const lines = [
    `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status] ?? error.code}`,
    "Content-Type: application/problem+json",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Cache-Control: no-store",
    ...(error.status === 503 ? ["Retry-After: 1"] : []),
    ...headers,
    "Connection: close",
  ];
  socket.setTimeout(lingerMs, () => socket.destroy());
  socket.on("error", () => {});
  socket.end(`${lines.join("\r\n")}\r\n\r\n${body}`);
}
