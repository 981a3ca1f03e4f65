/** A server in front of a registry: with TLS, with basic authentication, or failing on purpose. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What a front does with a request beside passing it on. */
export interface FrontOptions {
  /** Where requests go. */
  readonly target?: string;
  readonly tls?: Certificate;
  /** Answers itself where it gives an answer. */
  readonly answer?: (request: IncomingMessage, count: number) => FrontAnswer | "silence" | undefined;
}

export interface FrontAnswer {
  readonly status: number;
  readonly body: string;
  readonly type?: string;
}

export interface Front {
  readonly url: string;
  /** Requests so far, as `GET /subjects`. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

export async function startFront(options: FrontOptions): Promise<Front> {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    requests.push(`${request.method} ${request.url}`);
    const own = options.answer?.(request, requests.length);
    if (own === "silence") return;
    if (own !== undefined) {
      response.writeHead(own.status, { "content-type": own.type ?? "application/vnd.schemaregistry.v1+json" });
      response.end(own.body);
      return;
    }
    void passOn(options.target ?? "", request, response).catch(() => response.destroy());
  };
  const server =
    options.tls === undefined
      ? createHttpServer(onRequest)
      : createHttpsServer({ cert: options.tls.cert, key: options.tls.key }, onRequest);
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `${options.tls === undefined ? "http" : "https"}://127.0.0.1:${port}`,
    requests,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

async function passOn(target: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  const { method = "GET", url = "/", headers } = request;
  const passed: Record<string, string> = {};
  for (const name of ["accept", "content-type", "authorization"]) {
    const value = headers[name];
    if (typeof value === "string") passed[name] = value;
  }
  const body = Buffer.concat(parts);
  const answer = await fetch(target + url, { method, headers: passed, ...(body.length === 0 ? {} : { body }) });
  response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "" });
  response.end(Buffer.from(await answer.arrayBuffer()));
}

/** A certificate of 127.0.0.1, and the authority that it comes from, which nobody knows. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
  /** Path of the authority's PEM. */
  readonly caFile: string;
  /** `cert` and `key`, as files. */
  readonly certFile: string;
  readonly keyFile: string;
  remove(): void;
}

export function makeCertificate(): Certificate {
  const folder = mkdtempSync(join(tmpdir(), "affinity-tls-"));
  const at = (name: string): string => join(folder, name);
  const openssl = (...parameters: readonly string[]): void => {
    execFileSync("openssl", parameters, { cwd: folder, stdio: "ignore" });
  };
  const fresh = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  openssl("req", "-x509", ...fresh, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=test authority");
  const name = ["-subj", "/CN=registry", "-addext", "subjectAltName=IP:127.0.0.1"];
  openssl("req", ...fresh, "-keyout", "server.key", "-out", "server.csr", ...name);
  const signed = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-copy_extensions", "copy"];
  openssl("x509", "-req", "-in", "server.csr", "-out", "server.pem", ...signed);
  return {
    cert: readFileSync(at("server.pem"), "utf8"),
    key: readFileSync(at("server.key"), "utf8"),
    caFile: at("ca.pem"),
    certFile: at("server.pem"),
    keyFile: at("server.key"),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
