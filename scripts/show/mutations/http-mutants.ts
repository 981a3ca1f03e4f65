/** Mutants of requests: paths, keys, queries, headers, methods, and the bytes of the protocol itself. */
import { connect } from "node:net";
import type { Chance } from "../../../test/support/chance.js";
import { mutateBytes } from "../../../test/support/mutation/mutate-json.js";
import { type Answer, ask, type Request, refusalCode } from "./problems.js";
import { putSample, type Sample, standing } from "./rows.js";
import type { MutantParts } from "./value-mutants.js";

type Make = (request: Required<Request>, chance: Chance) => Partial<Request>;

const segments = [
  "%zz",
  "%",
  "%ff",
  "%00",
  "%C0%AF",
  "a%2Fb",
  "..%2f",
  "~",
  "€",
  "x".repeat(4200),
  "%F0%9F%A6%8A",
  "a%0Ab",
];
const numbers = ["0", "-1", "1001", "abc", "1.5", "1e3", "", "99999999999999999999", "٣", "0x10", " 5"];
const mediaTypes = [
  "text/plain",
  "application/xml",
  "avro/json",
  "avro/binary",
  "application/json; charset=latin1",
  "x",
  "",
  "*/*",
  "application/json;",
  "image/png, text/html;q=0.5",
];
const tags = ["x", '"', '"a";json', "W/", '"zzzz;json"', "*", '"1", "2"', "\u0001"];
const methods = ["PATCH", "OPTIONS", "HEAD", "POST", "DELETE", "GET"] as const;

function withHeader(request: Required<Request>, name: string, value: string): Partial<Request> {
  return { headers: { ...request.headers, [name]: value } };
}

/** Each with a chance of being refused; they keep HTTP's own grammar. */
const makes: readonly Make[] = [
  ({ path }, chance) => ({ path: `${path.slice(0, path.lastIndexOf("/") + 1)}${chance.pick(segments)}` }),
  ({ path }, chance) => ({
    path: path.replace(
      "/samples",
      chance.pick(["/sample", "/samples/x", "/Samples", "/places", "/numbers", "/_affinity", ""]),
    ),
  }),
  (_request, chance) => ({
    path: chance.pick([
      "/places/eu",
      "/places/eu/x",
      "/places/eu/1/2",
      "/places/eu/99999999999999999999",
      "/places//1",
      "/numbers/abc",
      "/numbers/1.5",
      "/numbers/-",
      "/numbers/9223372036854775808",
      "/numbers/",
    ]),
  }),
  (_request, chance) => ({ method: "GET", path: `/samples?limit=${encodeURIComponent(chance.pick(numbers))}` }),
  (_request, chance) => ({ method: "GET", path: `/samples?order=${chance.pick(["up", "ASC", "", "desc,asc"])}` }),
  (_request, chance) => ({
    method: "GET",
    path: `/samples?${chance.pick(["cursor", "from", "to", "prefix"])}=${chance.pick([...segments.slice(0, 5), "AAAA", "e30", "-"])}`,
  }),
  (_request, chance) => ({
    method: "GET",
    path: `/samples?${chance.pick(["offset=1", "limit=5&limit=6", "cursor=AAAA&order=desc", "prefix=a&from=b", "index=byX&value=1", "key=a&key=b", "sort=key", "=", "&&", "limit"])}`,
  }),
  (_request, chance) => ({
    method: "GET",
    path: `/places?${chance.pick(["prefix=a&prefix=b&prefix=c", "prefix=eu&prefix=x", "from=eu", "key=eu", "key=eu&key=abc", "key=eu&key=1&key=2"])}`,
  }),
  (request, chance) => withHeader(request, "content-type", chance.pick(mediaTypes)),
  (request, chance) => ({ ...withHeader(request, "accept", chance.pick(mediaTypes)), method: "GET" }),
  (request, chance) => withHeader(request, chance.pick(["if-match", "if-none-match"]), chance.pick(tags.slice(0, 7))),
  (request, chance) =>
    withHeader(
      request,
      "host",
      chance.pick(["evil.example", "127.0.0.1.evil.example", "", "a b", "localhost:99999", "[::ffff:1.2.3.4]"]),
    ),
  (request, chance) =>
    withHeader(request, "origin", chance.pick(["http://evil.example", "null", "file://", "http://127.0.0.1:1", "x"])),
  (request, chance) =>
    withHeader(
      request,
      "idempotency-key",
      chance.pick(["", " ", "k".repeat(300), "é", "a,b", "00000000-0000-7000-8000-000000000000"]),
    ),
  (request, chance) =>
    withHeader(
      request,
      chance.pick(["affinity-min-position", "affinity-max-lag"]),
      chance.pick(["x", "-1", "AAAA", "1e9", ""]),
    ),
  (request, chance) => withHeader(request, "content-encoding", chance.pick(["gzip", "br", "identity, gzip", "x"])),
  (request, chance) => withHeader(request, "x-filler", "f".repeat(chance.pick([9_000, 20_000, 60_000]))),
  (request, chance) => withHeader(request, "authorization", chance.pick(["Bearer x", "Basic eA==", "Bearer"])),
  (_request, chance) => ({ body: `"${"b".repeat(chance.pick([65_536, 70_000, 300_000]))}"` }),
  (_request, chance) => ({ method: chance.pick(methods) }),
  ({ path }, chance) => ({
    method: "POST",
    path: path + chance.pick(["/rate", "/weigh", "/put", "/close", "/rate/x", "/constructor"]),
    body: chance.pick(["", "{}", "null", "[]", '{"name":1}', '{"name":"a","weight":5000}', '{"name":"a","x":1}', "7"]),
  }),
  ({ path }, chance) => ({ method: "GET", path: `${path}/weigh?${chance.pick(["x=1", "key=a", "weight=1"])}` }),
  ({ path }, chance) => ({ path: path + chance.pick(["?", "?x=1", "?limit=1", "/", "#f", "?key=z"]) }),
  (_request, chance) => ({ body: chance.pick(["", " ", "\ufeff{}", "{", "nul", "[1,", '"\\u12"', "{}{}", "\u0000"]) }),
  (_request, chance) => ({
    path: chance.pick([
      "/_affinity/",
      "/_affinity/../samples/a",
      "/_affinity/live/x",
      "/_affinity/asyncapi.json",
      "//samples/a",
      "/samples/./a",
      "/samples/../a",
      "/%73amples/a",
      "/samples;x=1/a",
    ]),
  }),
];

/** A request with a fault, sent in the grammar of HTTP. */
export async function httpMutant(parts: MutantParts): Promise<void> {
  const { pool, chance, samples, report, tally, name } = parts;
  if (chance.happens(0.12)) {
    await bytesMutant(parts);
    return;
  }
  const path = `/samples/http-${name}`;
  const sample = samples.make();
  await putSample(pool, path, sample);
  const before = await standing(pool, path);
  const plain: Required<Request> = {
    method: "PUT",
    path,
    headers: { "content-type": "application/json" },
    body: samples.make().json,
  };
  const made = chance.pick(makes)(plain, chance);
  const request = bodiless({ ...plain, ...made, path: ascii(made.path ?? path) });
  const answer = await ask(pool, request);
  const after = await standing(pool, path);
  const what = `${request.method} ${request.path.slice(0, 200)} ${JSON.stringify(request.headers).slice(0, 200)}`;
  if (answer.status < 400) {
    const isRight = isPlausible(
      request,
      answer,
      { path, sample, before, after },
      samples.meaning(String(request.body ?? "")),
    );
    if (
      report.check(
        "HTTP: what is accepted has the effect that it says",
        isRight,
        () =>
          `${what}: ${answer.status} ${answer.text.slice(0, 300)}; ${String(request.body).slice(0, 600)} stored as ${after.status} ${after.position} ${after.binary.toString("hex").slice(0, 400)}; before ${before.position}`,
      )
    ) {
      tally.accepted("HTTP");
    }
    return;
  }
  // A HEAD has no body to tell with.
  const code = request.method === "HEAD" ? "(HEAD)" : refusalCode(report, what, answer);
  if (request.method === "HEAD") report.check("no 5xx", answer.status < 500, () => what);
  if (code !== undefined) tally.refused("HTTP", code, true);
  const isSame = after.position === before.position && after.binary.equals(before.binary);
  report.check("a refused mutant changes nothing", isSame, () => what);
}

/** The grammar has only visible ASCII in a target; other bytes come in `bytesMutant`. */
function ascii(path: string): string {
  return path.replace(/[^\x21-\x7e]/gu, encodeURIComponent);
}

function bodiless(request: Required<Request>): Request {
  if (request.method === "PUT" || request.method === "POST" || request.method === "PATCH") return request;
  const { body: _body, ...rest } = request;
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => name !== "content-type"));
  return { ...rest, headers };
}

interface Around {
  readonly path: string;
  readonly sample: Sample;
  readonly before: { readonly position: string };
  readonly after: { readonly status: number; readonly position: string; readonly binary: Buffer };
}

/** Whether an accepted request did what it says, as far as one can tell from outside. */
function isPlausible(request: Request, answer: Answer, around: Around, meaning: Buffer | string): boolean {
  const { after, before, sample, path } = around;
  const isOwn = request.path === path || request.path.startsWith(`${path}?`) || request.path === `${path}#f`;
  if (request.method === "PUT" && isOwn) {
    const isFramed = request.headers?.["content-type"]?.startsWith("avro/") === true;
    return (
      isFramed || (typeof meaning !== "string" && after.binary.equals(meaning) && after.position !== before.position)
    );
  }
  if (request.method === "DELETE" && isOwn) return after.status === 404;
  if (after.position !== before.position) return false;
  if (request.method === "GET" && isOwn && answer.status === 200) {
    const type = String(answer.headers["content-type"]);
    return (
      !type.startsWith("application/json") ||
      answer.text.trim() === sample.json ||
      JSON.stringify(JSON.parse(answer.text)) !== ""
    );
  }
  return true;
}

/** The bytes of a valid request with a fault, over a socket of its own. */
async function bytesMutant(parts: MutantParts): Promise<void> {
  const { pool, chance, samples, report, tally, name } = parts;
  const path = `/samples/bytes-${name}`;
  await putSample(pool, path, samples.make());
  const before = await standing(pool, path);
  const body = Buffer.from(samples.make().json);
  const head = `PUT ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`;
  const bytes = Buffer.concat([mutateBytes(Buffer.from(head), chance), body]);
  const text = await exchange(parts.origin, bytes);
  const what = `bytes ${JSON.stringify(bytes.toString("latin1").slice(0, 200))}`;
  if (!report.check("every request is answered", text !== "", () => what)) return;
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? "0");
  report.check("no 5xx", status > 0 && status < 500, () => `${what}: ${text.slice(0, 200)}`);
  const after = await standing(pool, path);
  if (status < 400) {
    tally.accepted("HTTP");
    return;
  }
  report.check("a refused mutant changes nothing", after.position === before.position, () => what);
  const code = /"code":"([A-Z_]+)"/.exec(text)?.[1];
  report.check("a refusal is a problem", code !== undefined, () => `${what}: ${text.slice(0, 300)}`);
  tally.refused("HTTP", code ?? `(${status})`, status !== 400);
}

/** All that comes back until the server closes; empty when it closes without a word or stays silent for ten seconds. */
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
    });
    socket.on("close", end);
    socket.on("error", end);
    socket.write(bytes);
  });
}
