/** Settings of `http`: who may call, and the bounds of connections and requests. */
import { choice, day, integer, list, mebibyte, text } from "./setting.js";

export const httpSettings = {
  httpHost: text("http.host", {
    type: "host name or address",
    pattern: /^\S+$/,
    default: "127.0.0.1",
    text: "Where to listen. What is not loopback starts only with `http.auth` written down, `none` included.",
  }),
  httpPort: integer("http.port", {
    min: 0,
    max: 65_535,
    default: 8080,
    text: "Port to listen on; 0 takes a free one.",
  }),
  httpHosts: list("http.hosts", {
    items: "host names without port",
    pattern: /^[^\s/:]+$|^\[[0-9A-Fa-f:.]+\]$/,
    default: [],
    text: "Names under which the node is reached. Other values of `Host` than these, loopback and the machine's own addresses are refused.",
  }),
  httpCorsOrigins: list("http.cors.origins", {
    items: "origins, as `https://app.example.com`",
    pattern: /^[a-z][a-z0-9+.-]*:\/\/[^\s/?#]+$/,
    default: [],
    text: "Origins of web pages that may call, beside the node's own. `affinity dev` adds every loopback origin.",
  }),
  httpAuthType: choice("http.auth.type", ["none", "bearer"], {
    default: "none",
    text: "Who may call: everyone, or who sends `Authorization: Bearer <token>`.",
  }),
  httpAuthTokens: list("http.auth.tokens", {
    items: "tokens of visible ASCII characters",
    pattern: /^[\x21-\x7e]+$/,
    default: [],
    isSecret: true,
    isNeeded: true,
    only: ["bearer"],
    text: "Tokens that are accepted; several, so that they can be exchanged one after another. Best from the environment.",
  }),
  httpMaxBodyBytes: integer("http.maxBodyBytes", {
    min: 1_024,
    max: 64 * mebibyte,
    default: mebibyte,
    text: "Largest value, and largest line of NDJSON, in bytes; above it 413 BODY_TOO_LARGE.",
  }),
  httpMaxHeaderBytes: integer("http.maxHeaderBytes", {
    min: 8_192,
    max: mebibyte,
    default: 16_384,
    text: "Largest head of a request, in bytes; above it 431 HEADERS_TOO_LARGE.",
  }),
  httpMaxConnections: integer("http.maxConnections", {
    min: 1,
    max: 1_000_000,
    default: 10_000,
    text: "Connections at once; further ones are closed.",
  }),
  httpRequestTimeoutMs: integer("http.requestTimeoutMs", {
    min: 100,
    max: day,
    default: 30_000,
    text: "Time for a request to arrive whole, in milliseconds; above it 408 REQUEST_TIMEOUT. A bulk write may go on for as long as its lines keep coming.",
  }),
  httpAskTimeoutMs: integer("http.askTimeoutMs", {
    min: 100,
    max: day,
    default: 30_000,
    text: "Time in which a partition answers a call, in milliseconds; above it 504 ASK_TIMEOUT.",
  }),
  httpHandlerTimeoutMs: integer("http.handlerTimeoutMs", {
    min: 10,
    max: day,
    default: 5_000,
    text: "Time that a handler may take, in milliseconds; above it 504 HANDLER_TIMEOUT, its writes are dropped and the partition goes on.",
  }),
  httpBulkInFlight: integer("http.bulkInFlight", {
    min: 1,
    max: 10_000,
    default: 256,
    text: "Rows of one bulk write that are under way at once.",
  }),
} as const;
