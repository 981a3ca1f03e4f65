/** Longs in lists: the order of keys, cursors, bounds, prefixes, NDJSON in and out; and texts that are no longs. */

import { avroJson, plainJson } from "../../../test/support/avro/forms.js";
import { type Json, parseLossless, printLossless } from "../../../test/support/avro/lossless-json.js";
import { asTexts } from "./codecs.js";
import { least, noLongs } from "./numbers.js";
import { type HttpParts, same } from "./rows.js";
import { avroJsonType, binary, forEach, lines, textLongs } from "./service.js";
import { everywhere, filled } from "./values.js";

/** A row of a list, key and value as they are written. */
interface Row {
  readonly key: string;
  readonly value: string;
}

export async function lists(parts: HttpParts): Promise<void> {
  await pages(parts);
  await bounds(parts);
  await streams(parts);
}

/** Texts of members, with every digit. */
function rowOf(json: Json): Row {
  const { key, value } = Object(json);
  return { key: printLossless(key ?? null), value: printLossless(value ?? null) };
}

function page(text: string): { readonly rows: readonly Row[]; readonly cursor: string | undefined } {
  const { items, cursor } = Object(parseLossless(text));
  return {
    rows: Array.isArray(items) ? items.map(rowOf) : [],
    cursor: typeof cursor === "string" ? cursor : undefined,
  };
}

function keysOf(rows: readonly Row[]): string {
  return rows.map(({ key }) => key).join(" ");
}

function backwards(longs: readonly bigint[]): readonly bigint[] {
  return [...longs].reverse();
}

/** Every row once and in order, from cursor to cursor. */
export async function pages(parts: HttpParts): Promise<void> {
  const { service, longs } = parts;
  for (const order of ["asc", "desc"]) {
    for (const keyspace of ["numbers", "rows"]) {
      const found: Row[] = [];
      let from = "";
      do {
        const { rows, cursor } = page((await service.get(`/${keyspace}?order=${order}&limit=7${from}`)).text);
        found.push(...rows);
        from = cursor === undefined ? "" : `&cursor=${cursor}`;
      } while (from !== "");
      const expected = order === "asc" ? longs : backwards(longs);
      same(parts, `pages of ${keyspace}, ${order}: keys`, keyspace, keysOf(found), expected.join(" "));
      const values = expected.map((number) => (keyspace === "numbers" ? `${number}` : plainOf(number)));
      same(
        parts,
        `pages of ${keyspace}, ${order}: values`,
        keyspace,
        found.map(({ value }) => value).join(" "),
        values.join(" "),
      );
    }
  }
}

const plainOf = (number: bigint): string => plainJson(filled(number), everywhere.shape, everywhere.types);

/** Bounds next to each other, and prefixes of compound keys. */
async function bounds(parts: HttpParts): Promise<void> {
  const { service, longs } = parts;
  await forEach(longs, async (number, index) => {
    const keys = async (query: string): Promise<string> => keysOf(page((await service.get(query)).text).rows);
    const next = longs[index + 1];
    const before = longs[index - 1];
    const to = next === undefined ? "" : `&to=${next}`;
    same(parts, "from a long to the next", `${number}`, await keys(`/numbers?from=${number}${to}`), `${number}`);
    const up = before === undefined ? "" : `${before}`;
    same(parts, "up to a long", `${number}`, await keys(`/numbers?to=${number}&order=desc&limit=1`), up);
    same(
      parts,
      "from a long of moments",
      `${number}`,
      await keys(`/moments?from=${number}&limit=1`),
      momentText(number),
    );
    const group = [number, longs[(index + 1) % longs.length] ?? 0n, longs[(index + 2) % longs.length] ?? 0n];
    const sorted = group.sort((one, other) => (one < other ? -1 : 1));
    const pairs = (of: readonly bigint[]): string => of.map((each) => `{"group":${number},"number":${each}}`).join(" ");
    same(parts, "prefix of a compound key", `${number}`, await keys(`/pairs?prefix=${number}`), pairs(sorted));
    const both = await keys(`/pairs?prefix=${number}&prefix=${number}`);
    same(parts, "prefix of both its fields", `${number}`, both, pairs([number]));
    const range = await keys(`/pairs?from=${number}&from=${sorted[1]}&to=${number}&to=${sorted[2]}`);
    same(parts, "bounds of compound keys", `${number}`, range, pairs(sorted.slice(1, 2)));
  });
}

function momentText(number: bigint): string {
  return plainJson(number, { kind: "long", logical: { name: "timestamp-micros" } }, new Map());
}

/** NDJSON out, in every form. */
async function streams(parts: HttpParts): Promise<void> {
  const { service, longs } = parts;
  const stream = async (path: string, accept: string): Promise<readonly string[]> =>
    (await service.get(path, { accept })).text.trimEnd().split("\n");
  const out = await stream("/rows", lines);
  const rows = out.slice(0, -1).map((line) => rowOf(parseLossless(line)));
  same(parts, "NDJSON out: keys", "rows", keysOf(rows), longs.join(" "));
  same(parts, "NDJSON out: values", "rows", rows.map(({ value }) => value).join(" "), longs.map(plainOf).join(" "));
  same(parts, "NDJSON out: its end", "rows", out.at(-1) ?? "", `{"end":true,"count":${longs.length}}`);
  const texts = (await stream("/rows", `${lines}; longs=string`))
    .slice(0, -1)
    .map((line) => rowOf(parseLossless(line)));
  const expected = longs.map((number) => `"${number}" ${asTexts(plainOf(number))}`);
  same(
    parts,
    "NDJSON out, longs as text",
    "rows",
    texts.map(({ key, value }) => `${key} ${value}`).join(" "),
    expected.join(" "),
  );
  const { rows: avro } = page((await service.get(`/rows?limit=1000`, { accept: avroJsonType })).text);
  const wanted = longs.map((number) => avroJson(filled(number), everywhere.shape, everywhere.types));
  same(parts, "a page in Avro JSON", "rows", avro.map(({ value }) => value).join(" "), wanted.join(" "));
  const { rows: listed } = page((await service.get(`/rows?limit=1000`, { accept: textLongs })).text);
  same(
    parts,
    "a page, longs as text",
    "rows",
    listed.map(({ key, value }) => `${key} ${value}`).join(" "),
    expected.join(" "),
  );
}

/** NDJSON in: longs as numbers and as text, keys and values; rows that hold no longs stand for themselves. */
export async function bulk(parts: HttpParts): Promise<void> {
  const { service, longs } = parts;
  const write = async (
    kind: string,
    line: (number: bigint, index: number) => string,
    failed: readonly string[] = [],
  ): Promise<void> => {
    const body = [...longs.map(line), ...failed].map((text) => `${text}\n`).join("");
    const answer = (await service.put("/numbers", body, { type: lines })).text.trimEnd().split("\n");
    const { written, failed: refused } = Object(parseLossless(answer.at(-1) ?? "{}"));
    same(parts, `NDJSON in: ${kind}`, "numbers", `${written} ${refused}`, `${longs.length} ${failed.length}`);
    same(parts, `NDJSON in: ${kind}, refusals`, "numbers", `${answer.length - 1}`, `${failed.length}`);
  };
  const values = async (): Promise<string> =>
    page((await service.get("/numbers?limit=1000")).text)
      .rows.map(({ value }) => value)
      .join(" ");
  await write("numbers", (number) => `{"key":${number},"value":${-1n - number}}`);
  same(parts, "NDJSON in: what was written", "numbers", await values(), longs.map((number) => -1n - number).join(" "));
  const bad = noLongs.map((text) => (/^-?\d/.test(text) && !/[xa]/.test(text) ? text : JSON.stringify(text)));
  const refused = bad.flatMap((text) => [`{"key":${text},"value":1}`, `{"key":0,"value":${text}}`]);
  await write("texts, and lines without a long", (number) => `{"key":"${number}","value":"${number}"}`, refused);
  same(parts, "NDJSON in: what was written", "numbers", await values(), longs.join(" "));
}

/** What is no long is refused wherever it stands, and changes nothing. */
export async function refusals(parts: HttpParts): Promise<void> {
  const { service, longs } = parts;
  const before = (await service.get("/numbers?limit=1000")).text;
  const refused = async (
    kind: string,
    text: string,
    answer: Promise<{ readonly status: number; readonly text: string }>,
  ): Promise<void> => {
    const { status, text: problem } = await answer;
    const { code } = Object(JSON.parse(problem));
    same(
      parts,
      `no long ${kind}`,
      text,
      `${status} ${code}`,
      `400 ${kind.startsWith("in a key") ? "KEY_INVALID" : "VALUE_INVALID"}`,
    );
  };
  for (const text of noLongs) {
    const escaped = encodeURIComponent(text);
    await refused("in a key of a path", text, service.get(`/numbers/${escaped}`));
    await refused("in a key as ?key=", text, service.put(`/numbers?key=${escaped}`, "1"));
    await refused("in a key of two", text, service.put(`/pairs/1/${escaped}`, "1"));
    await refused("as JSON", text, service.put("/numbers/1", text));
    await refused("as text", text, service.put("/numbers/1", JSON.stringify(text)));
    await refused("in Avro JSON", text, service.put("/numbers/1", text, { type: avroJsonType }));
    for (const bound of ["from", "to"]) {
      const { status } = await service.get(`/numbers?${bound}=${escaped}`);
      same(parts, `no long as ${bound}=`, text, `${status}`, "400");
    }
    const { status } = await service.get(`/rows/1/echo?number=${escaped}&at=0`);
    same(parts, "no long in a query", text, `${status}`, "400");
  }
  const head = (await service.get(`/numbers/${least}`, { accept: binary })).bytes.subarray(0, 5);
  for (const last of [0x02, 0x03, 0x7f, 0x81]) {
    const beyond = Buffer.concat([head, Buffer.alloc(9, 0xff), Buffer.of(last)]);
    await refused("in Avro binary", beyond.toString("hex"), service.put("/numbers/1", beyond, { type: binary }));
  }
  same(parts, "refusals change nothing", "numbers", (await service.get("/numbers?limit=1000")).text, before);
  same(parts, "rows in all", "numbers", `${page(before).rows.length}`, `${longs.length}`);
}
