/** Mutants of the bytes of HTTP itself, each over a socket of its own. */
import { connect } from "node:net";
import { mutateBytes } from "../../../test/support/mutation/mutate-json.js";
import { checkUnchanged, type MutantParts } from "./parts.js";
import { putSample, standing } from "./rows.js";

/** Headers that change where a body ends, or what the request is. */
const strangeHeaders = [
  "Content-Length: 0",
  "Content-Length: 1, 1",
  "Content-Length: -1",
  "Content-Length: +5",
  "Content-Length: 0x10",
  "Content-Length: 99999999999999999999",
  "Transfer-Encoding: chunked",
  "Transfer-Encoding: gzip, chunked",
  "Transfer-Encoding: chunked, identity",
  "Transfer-Encoding : chunked",
  "Host: evil.example",
  "Host: 127.0.0.1",
  "Content-Type: text/plain",
  " folded",
  "No-Colon",
  ": no name",
  "Bad Name: x",
  "X-Null: a\u0000b",
  "X-Bare: a\rb",
  "Connection: close, content-type",
  "Upgrade: websocket\r\nConnection: upgrade",
  "Expect: 200-ok",
];
const requestLines = [
  "PUT {path} HTTP/1.0",
  "PUT {path} HTTP/2.0",
  "PUT {path} HTTP/1.1 ",
  "PUT {path}",
  "PUT  {path} HTTP/1.1",
  "put {path} HTTP/1.1",
  "PUT http://evil.example{path} HTTP/1.1",
  "PUT http://127.0.0.1{path} HTTP/1.1",
  "PUT //evil.example{path} HTTP/1.1",
  "PUT * HTTP/1.1",
  "OPTIONS * HTTP/1.1",
  "CONNECT 127.0.0.1:80 HTTP/1.1",
  "TRACE {path} HTTP/1.1",
  "PROPFIND {path} HTTP/1.1",
  "PUT {path}\t HTTP/1.1",
  "PUT {path}\u00ff HTTP/1.1",
];
const chunkings = [
  "Zz\r\n",
  "-1\r\n",
  "5;ext=1\r\n",
  "FFFFFFFFFFFFFFFFF\r\n",
  "1\r\nab\r\n",
  "0\r\nX: y\r\n\r\n",
  "5\nabcde\n0\n\n",
];

interface RawRequest {
  readonly bytes: Buffer;
  readonly body: Buffer;
}

/** A request whose head, or whose framing of the body, has a fault. */
export async function bytesMutant(parts: MutantParts): Promise<void> {
  const { pool, samples, report, tally, name, written } = parts;
  const key = `bytes-${name}`;
  written.add(key);
  const path = `/samples/${key}`;
  await putSample(pool, path, samples.make());
  const before = await standing(pool, path);
  const { bytes, body } = rawRequest(parts, path);
  const text = await exchange(parts.origin, bytes);
  const what = `bytes ${JSON.stringify(bytes.toString("latin1").slice(0, 250))}: ${text.slice(0, 300)}`;
  if (!report.check("every request is answered", text !== "", () => what)) return;
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? "0");
  report.check("no 5xx", status > 0 && status < 500, () => what);
  const after = await standing(pool, path);
  if (status < 400) {
    const isRow = status === 201 || status === 204;
    if (status === 201) written.add(keyOf(bytes));
    const meaning = samples.meaning(body);
    const isWritten = typeof meaning !== "string" && after.binary.equals(meaning);
    const isElsewhere = after.position === before.position;
    const isRight = isRow && (isWritten || isElsewhere) && (isWritten || !isOwnPut(bytes, path));
    if (report.check("HTTP: what is accepted has the effect that it says", isRight, () => what)) tally.accepted("HTTP");
    return;
  }
  checkUnchanged(report, before, after, () => what);
  const code = /"code":"([A-Z_]+)"/.exec(text)?.[1];
  report.check("a refusal is a problem", code !== undefined, () => what);
  tally.refused("HTTP", code ?? `(${status})`, status !== 400);
}

function isOwnPut(bytes: Buffer, path: string): boolean {
  return bytes.toString("latin1").startsWith(`PUT ${path} `);
}

/** The last segment of a request line's path. */
function keyOf(bytes: Buffer): string {
  const [, target = ""] = bytes.toString("latin1").split(" ");
  try {
    return decodeURIComponent(target.slice(target.lastIndexOf("/") + 1).replace(/\?.*$/, ""));
  } catch {
    return target;
  }
}

function rawRequest({ samples, chance }: MutantParts, path: string): RawRequest {
  const body = Buffer.from(samples.make().json);
  const line = `PUT ${path} HTTP/1.1`;
  const headers = [
    "Host: 127.0.0.1",
    "Content-Type: application/json",
    `Content-Length: ${body.length}`,
    "Connection: close",
  ];
  const head = (first: string, lines: readonly string[]): string => `${[first, ...lines].join("\r\n")}\r\n\r\n`;
  const whole = (text: string): RawRequest => ({ bytes: Buffer.concat([Buffer.from(text, "latin1"), body]), body });
  const dice = chance.int(0, 10);
  if (dice < 4) {
    const mutated = mutateBytes(Buffer.from(head(line, headers)), chance);
    return { bytes: Buffer.concat([mutated, body]), body };
  }
  if (dice < 6) return whole(head(chance.pick(requestLines).replace("{path}", path), headers));
  if (dice < 9) {
    const at = chance.int(0, headers.length + 1);
    return whole(head(line, [...headers.slice(0, at), chance.pick(strangeHeaders), ...headers.slice(at)]));
  }
  const chunked = headers.map((header) =>
    header.startsWith("Content-Length") ? "Transfer-Encoding: chunked" : header,
  );
  const size = `${body.length.toString(16)}\r\n`;
  const framed = Buffer.concat([Buffer.from(size), body, Buffer.from(`\r\n${chance.pick(chunkings)}`)]);
  return { bytes: Buffer.concat([Buffer.from(head(line, chunked)), framed]), body };
}

/** The first answer, or what came of it: empty when the server closes without a word or stays silent for ten seconds. */
function exchange(origin: { readonly host: string; readonly port: number }, bytes: Buffer): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(origin.port, origin.host);
    let text = "";
    const end = (): void => {
      socket.destroy();
      resolve(text);
    };
    socket.setTimeout(10_000, end);
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
      if (isWhole(text)) end();
    });
    socket.on("close", end);
    socket.on("error", end);
    socket.write(bytes);
  });
}

/** A connection that is kept does not end with its answer. */
function isWhole(text: string): boolean {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return false;
  const length = /\r\ncontent-length: (\d+)/i.exec(text.slice(0, end))?.[1];
  return length === undefined ? text.startsWith("HTTP/1.1 204") : text.length >= end + 4 + Number(length);
}
