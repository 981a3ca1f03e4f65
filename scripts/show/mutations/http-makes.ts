/** Faults of requests: paths, keys, queries, headers, methods. */
import type { Chance } from "../../../test/support/chance.js";
import type { Request } from "./problems.js";

/** A fault in a request that is right. */
export type Make = (request: Required<Request>, chance: Chance) => Partial<Request>;

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
  'application/json; charset="UTF-8"',
  "APPLICATION/JSON;Charset=utf-8",
  "application/json; charset=utf-16",
  "application/json; longs=string",
  "application/json;q=0",
  "*/*;q=0",
  "application/json;q=0.1, avro/json;q=0.2",
  "avro/json;q=1.5",
  "application/*",
  "text/event-stream",
  "application/json, application/json",
  "application/x-ndjson",
  "application/json; longs=number",
  "multipart/form-data; boundary=x",
];
const tags = ["x", '"', '"a";json', "W/", '"zzzz;json"', "*", '"1", "2"', '*, "a"', 'W/"zzzz;json"', ",", '"a""b"'];
const methods = ["PATCH", "OPTIONS", "HEAD", "POST", "DELETE", "GET"] as const;

function withHeader(request: Required<Request>, name: string, value: string): Partial<Request> {
  return { headers: { ...request.headers, [name]: value } };
}

/** Each with a chance of being refused; they keep HTTP's own grammar. */
export const makes: readonly Make[] = [
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
  (request, chance) => withHeader(request, chance.pick(["if-match", "if-none-match"]), chance.pick(tags)),
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
