/** Longs in rows and keys over HTTP: every media type in and out, keys in paths and as `?key=`, conditions, messages. */
import { avroJson, plainJson } from "../../../test/support/avro/forms.js";
import type { Report } from "../report.js";
import { asTexts } from "./codecs.js";
import { avroJsonType, binary, forEach, type Request, type Service, textLongs } from "./service.js";
import { allDefaults, binaryOf, defaults, everywhere, filled, micros, varint } from "./values.js";

export interface HttpParts {
  readonly report: Report;
  /** What is served, for the names of checks: `memstore sqlite`. */
  readonly where: string;
  readonly service: Service;
  readonly longs: readonly bigint[];
}

/** Compares texts; what differs is told with its beginning. */
export function same(
  { report, where }: HttpParts,
  kind: string,
  subject: string,
  actual: string,
  expected: string,
): void {
  report.count(`${where}: ${kind}`);
  report.check(`${where}: ${kind}`, actual === expected, () => `${subject}: ${excerpt(actual, expected)}`);
}

function excerpt(actual: string, expected: string): string {
  let at = 0;
  while (at < actual.length && actual[at] === expected[at]) at += 1;
  const from = Math.max(0, at - 30);
  return `…${actual.slice(from, at + 60)}… instead of …${expected.slice(from, at + 60)}…`;
}

const plainOf = (number: bigint): string => plainJson(filled(number), everywhere.shape, everywhere.types);
const avroOf = (number: bigint): string => avroJson(filled(number), everywhere.shape, everywhere.types);
const bytesOf = (number: bigint): Buffer => binaryOf(filled(number), everywhere);
/** A key of type timestamp-micros as a path has it. */
const momentOf = (number: bigint): string =>
  encodeURIComponent(JSON.parse(plainJson(number, micros.shape, micros.types)));
const spanOf = (number: bigint): string =>
  Buffer.concat([varint(2n), varint(number), varint(-1n - number), varint(0n)]).toString("base64url");

/** Writes every long in every way; each row is left with the value that has its key everywhere. */
export async function rows(parts: HttpParts): Promise<void> {
  const { longs } = parts;
  await forEach(longs, async (number, index) => {
    const other = (step: number): bigint => longs[(index + step) % longs.length] ?? 0n;
    await everyType(parts, number, [other(1), other(2), other(3)]);
    await conditions(parts, number, other(1));
    await messages(parts, number, other(1));
    await keys(parts, number, [other(1), other(2)]);
    await ofDefaults(parts, number);
  });
}

async function everyType(parts: HttpParts, number: bigint, others: readonly bigint[]): Promise<void> {
  const { service } = parts;
  const [text = 0n, avro = 0n, framed = 0n] = others;
  const [path, query] = [`/rows/${number}`, `/rows?key=${number}`];
  const shown = async (kind: string, value: bigint, from = path): Promise<void> =>
    same(parts, kind, `${path} with ${value}`, (await service.get(from)).text, plainOf(value));
  const put = async (
    kind: string,
    from: string,
    body: string | Buffer,
    request: Request,
    status: number,
  ): Promise<void> =>
    same(parts, `PUT of ${kind}`, path, `${(await service.put(from, body, request)).status}`, `${status}`);

  await put("plain JSON, longs as text", query, asTexts(plainOf(text)), {}, 201);
  await shown("longs as text in, numbers out", text);
  await put("Avro JSON", path, avroOf(avro), { type: avroJsonType }, 204);
  await shown("Avro JSON in, plain JSON out by ?key=", avro, query);
  const head = (await service.get(path, { accept: binary })).bytes.subarray(0, 5);
  await put("Avro binary", path, Buffer.concat([head, bytesOf(framed)]), { type: binary }, 204);
  await shown("Avro binary in, plain JSON out", framed);
  await put("plain JSON, longs as numbers", path, plainOf(number), {}, 204);
  await shown("longs as numbers in and out", number);
  const asText = await service.get(path, { accept: textLongs });
  same(parts, "longs as text out", path, asText.text, asTexts(plainOf(number)));
  same(parts, "Avro JSON out", path, (await service.get(path, { accept: avroJsonType })).text, avroOf(number));
  const out = (await service.get(query, { accept: binary })).bytes;
  same(parts, "Avro binary out", path, out.toString("hex"), Buffer.concat([head, bytesOf(number)]).toString("hex"));
}

async function conditions(parts: HttpParts, number: bigint, other: bigint): Promise<void> {
  const { service } = parts;
  const path = `/numbers/${number}`;
  const status = async (kind: string, answer: Promise<{ readonly status: number }>, wanted: number): Promise<void> =>
    same(parts, kind, path, `${(await answer).status}`, `${wanted}`);
  const put = (body: string, headers: { readonly [name: string]: string }): Promise<{ readonly status: number }> =>
    service.put(path, body, { headers });
  await status("If-None-Match: * where there is no row", put(`${other}`, { "if-none-match": "*" }), 201);
  await status("If-None-Match: * where there is one", put(`${other}`, { "if-none-match": "*" }), 412);
  const first = await service.get(path);
  same(parts, "a long as value", path, first.text, `${other}`);
  await status("If-Match with the row's tag", put(`"${number}"`, { "if-match": first.etag }), 204);
  await status("If-Match with an earlier tag", put(`${other}`, { "if-match": first.etag }), 412);
  const second = await service.get(path);
  same(parts, "a long as text, as value", path, second.text, `${number}`);
  await status("If-None-Match of a read", service.get(path, { headers: { "if-none-match": second.etag } }), 304);
}

async function messages(parts: HttpParts, number: bigint, other: bigint): Promise<void> {
  const { service } = parts;
  const path = `/rows/${number}/keep`;
  const headers = { "idempotency-key": `keep${number}` };
  const first = await service.post(path, plainOf(number), { headers });
  same(parts, "a message's request and reply", path, first.text, plainOf(number));
  await retried(parts, number, first.position);
  const changed = await service.post(path, plainOf(other), { headers });
  same(parts, "an idempotency key with another long", path, `${changed.status}`, "422");
  const framed = (await service.get(`/rows/${number}/whole`, { accept: binary })).bytes.subarray(5);
  same(parts, "a reply in Avro binary", path, framed.toString("hex"), bytesOf(number).toString("hex"));
  const moment = JSON.stringify(decodeURIComponent(momentOf(number)));
  const echo = await service.get(`/rows/${number}/echo?number=${number}&at=${momentOf(number)}`);
  same(parts, "a request in a query", path, echo.text, `{"number":${number},"at":${moment}}`);
}

/** The answer again, in other media types too. @param position of the first answer, where it is known. */
export async function retried(parts: HttpParts, number: bigint, position?: string): Promise<void> {
  const path = `/rows/${number}/keep`;
  const headers = { "idempotency-key": `keep${number}` };
  const again = await parts.service.post(path, plainOf(number), { headers });
  const kind = "the answer to a retry";
  same(parts, kind, path, again.text, plainOf(number));
  if (position !== undefined) same(parts, `position of ${kind}`, path, again.position, position);
  const asText = await parts.service.post(path, plainOf(number), { headers, accept: textLongs });
  same(parts, `${kind}, longs as text`, path, asText.text, asTexts(plainOf(number)));
}

async function keys(parts: HttpParts, number: bigint, others: readonly bigint[]): Promise<void> {
  const { service } = parts;
  const put = async (path: string): Promise<void> => {
    const { status, text } = await service.put(path, `${number}`);
    same(parts, "PUT of a row by its key", path, status < 300 ? "done" : text, "done");
  };
  for (const other of [number, ...others]) await put(`/pairs/${number}/${other}`);
  await put(`/spans/${spanOf(number)}`);
  await put(`/moments/${momentOf(number)}`);
  await keysStand(parts, number, others);
}

/** Rows are found by the same key in every form that a key has. */
async function keysStand(parts: HttpParts, number: bigint, others: readonly bigint[]): Promise<void> {
  const shown = async (kind: string, path: string): Promise<void> =>
    same(parts, `a key: ${kind}`, path, (await parts.service.get(path)).text, `${number}`);
  for (const other of [number, ...others]) {
    await shown("two longs in a path", `/pairs/${number}/${other}`);
    await shown("two longs as ?key=", `/pairs?key=${number}&key=${other}`);
  }
  await shown("an array of longs in a path", `/spans/${spanOf(number)}`);
  await shown("an array of longs as ?key=", `/spans?key=${spanOf(number)}`);
  await shown("a timestamp in a path", `/moments/${momentOf(number)}`);
  await shown("a timestamp's number in a path", `/moments/${number}`);
  await shown("a timestamp as ?key=", `/moments?key=${momentOf(number)}`);
}

async function ofDefaults(parts: HttpParts, number: bigint): Promise<void> {
  const path = `/defaults/${number}`;
  const { status } = await parts.service.put(path, "{}");
  same(parts, "PUT of nothing but defaults", path, `${status}`, "201");
  const { shape, types } = defaults;
  same(parts, "defaults", path, (await parts.service.get(path)).text, plainJson(allDefaults(), shape, types));
  const avro = await parts.service.get(path, { accept: avroJsonType });
  same(parts, "defaults in Avro JSON", path, avro.text, avroJson(allDefaults(), shape, types));
}

/** What `rows` has left stands, after whatever happened to the service. */
export async function rowsStand(parts: HttpParts): Promise<void> {
  const { longs, service } = parts;
  await forEach(longs, async (number, index) => {
    const others = [longs[(index + 1) % longs.length] ?? 0n, longs[(index + 2) % longs.length] ?? 0n];
    const path = `/rows/${number}`;
    same(parts, "a row", path, (await service.get(path)).text, plainOf(number));
    same(parts, "a long as value", path, (await service.get(`/numbers/${number}`)).text, `${number}`);
    await retried(parts, number);
    await keysStand(parts, number, others);
    const { shape, types } = defaults;
    same(
      parts,
      "defaults",
      path,
      (await service.get(`/defaults/${number}`)).text,
      plainJson(allDefaults(), shape, types),
    );
  });
}
