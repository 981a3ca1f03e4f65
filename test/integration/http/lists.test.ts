import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { call, linesOf, openNode, raw, type TestNode } from "./node.js";

let node: TestNode;
const keys = Array.from({ length: 250 }, (_, at) => `k-${String(at).padStart(3, "0")}`);

beforeAll(async () => {
  node = await openNode({ limits: { pageBytes: 20_000 } });
  const body = keys
    .map((key) => `{"key":"${key}","value":{"id":"${key}","balance":${key.slice(2).replace(/^0+(?=\d)/, "")}}}\n`)
    .join("");
  const written = await call(`${node.url}/accounts`, {
    method: "PUT",
    body,
    headers: { "content-type": "application/x-ndjson" },
  });
  expect(linesOf(written.text)).toEqual([{ written: 250, failed: 0, position: expect.any(String) }]);
  for (const ts of [-2, -1, 0, 1, 10]) {
    for (const id of ["a", "b"])
      await call(`${node.url}/graph/${ts}/${id}`, {
        method: "PUT",
        body: `"${ts}${id}"`,
        headers: { "content-type": "application/json" },
      });
  }
});
afterAll(() => node.close());

interface Page {
  readonly items: readonly { readonly key: unknown; readonly value: unknown; readonly position: string }[];
  readonly cursor?: string;
}
async function page(path: string): Promise<Page> {
  const { status, json, text } = await call(node.url + path);
  expect(status, text).toBe(200);
  return json as Page;
}
async function pages(path: string): Promise<readonly Page[]> {
  const found: Page[] = [];
  for (let cursor: string | undefined; ; ) {
    const next: Page = await page(cursor === undefined ? path : `${path}&cursor=${cursor}`);
    found.push(next);
    cursor = next.cursor;
    if (cursor === undefined) return found;
  }
}
const keysOf = (found: Page): readonly unknown[] => found.items.map(({ key }) => key);

describe("lists over HTTP", () => {
  it("come in key order over all partitions, 100 a page", async () => {
    const first = await page("/accounts");
    expect(keysOf(first)).toEqual(keys.slice(0, 100));
    expect(first.items[7]).toMatchObject({
      key: "k-007",
      value: { id: "k-007", balance: 7 },
      position: expect.any(String),
    });
    expect(first.cursor).toEqual(expect.any(String));
  });

  it.each(["asc", "desc"])("%s: pages neither repeat a row nor skip one, and the last has no cursor", async (order) => {
    const found = await pages(`/accounts?order=${order}&limit=37`);
    const expected = order === "asc" ? keys : [...keys].reverse();
    expect(found.flatMap(keysOf)).toEqual(expected);
    expect(found.slice(0, -1).every((each) => each.items.length === 37)).toBe(true);
    expect(await page("/accounts?limit=250")).not.toHaveProperty("cursor");
  });

  it("P12: a page ends early when its values are large, with a cursor", async () => {
    const large = await openNode({ limits: { pageBytes: 5_000 } });
    for (let at = 0; at < 9; at++)
      await call(`${large.url}/graph/1/${at}`, {
        method: "PUT",
        body: JSON.stringify("x".repeat(2_000)),
        headers: { "content-type": "application/json" },
      });
    const sizes: number[] = [];
    for (let cursor: string | undefined = ""; cursor !== undefined; ) {
      const json = (await call(`${large.url}/graph?cursor=${cursor}`.replace(/\?cursor=$/, ""))).json as Page;
      sizes.push(json.items.length);
      cursor = json.cursor;
    }
    expect(sizes).toEqual([3, 3, 3]);
    await large.close();
  });

  it("from is inclusive, to is exclusive, prefix is a range of texts", async () => {
    expect(keysOf(await page("/accounts?from=k-010&to=k-013"))).toEqual(["k-010", "k-011", "k-012"]);
    expect(keysOf(await page("/accounts?from=k-010&to=k-013&order=desc"))).toEqual(["k-012", "k-011", "k-010"]);
    expect(keysOf(await page("/accounts?prefix=k-24"))).toEqual(keys.slice(240));
    expect(keysOf(await page("/accounts?prefix="))).toEqual(keys.slice(0, 100));
    expect(keysOf(await page("/accounts?prefix=x"))).toEqual([]);
    expect((await pages("/accounts?prefix=k-1&limit=7&order=desc")).flatMap(keysOf)).toEqual(
      keys.slice(100, 200).reverse(),
    );
  });

  it("record keys are ordered by their fields, negative numbers first; a prefix is leading fields", async () => {
    const all = await page("/graph");
    expect(keysOf(all).map((key) => (key as { ts: number }).ts)).toEqual([-2, -2, -1, -1, 0, 0, 1, 1, 10, 10]);
    expect(keysOf(await page("/graph?prefix=-1"))).toEqual([
      { ts: -1, id: "a" },
      { ts: -1, id: "b" },
    ]);
    expect(keysOf(await page("/graph?prefix=-1&prefix=b"))).toEqual([{ ts: -1, id: "b" }]);
    expect(keysOf(await page("/graph?from=0&from=b&to=10&to=a"))).toHaveLength(3);
    expect((await pages("/graph?limit=3&order=desc")).flatMap(keysOf)).toHaveLength(10);
  });

  it("P16: longs as text where asked for; Avro's JSON encoding too", async () => {
    const longs = await call(`${node.url}/accounts?limit=1`, { headers: { accept: "application/json; longs=string" } });
    expect(longs.text).toContain('"balance":"0"');
    const avro = await call(`${node.url}/accounts?limit=1`, { headers: { accept: "avro/json" } });
    expect(avro.text).toContain('"nickname":null');
    expect(avro.headers.get("content-type")).toBe("avro/json");
    expect(await call(`${node.url}/accounts`, { headers: { accept: "avro/binary" } })).toMatchObject({ status: 406 });
  });

  it("a cursor belongs to its list", async () => {
    const { cursor = "" } = await page("/accounts?prefix=k-1&limit=5");
    expect(keysOf(await page(`/accounts?prefix=k-1&limit=9&cursor=${cursor}`))[0]).toBe("k-105");
    for (const path of [
      `/accounts?prefix=k-2&cursor=${cursor}`,
      `/accounts?cursor=${cursor}`,
      `/accounts?prefix=k-1&order=desc&cursor=${cursor}`,
      `/graph?cursor=${cursor}`,
    ])
      expect(await call(node.url + path)).toMatchObject({ status: 400, json: { code: "CURSOR_INVALID" } });
  });

  it.each(["x", "", "AAAA", "%00", `${"A".repeat(3_000)}`, "AQAAAAAAAAAAAA=="])(
    "P17: %s is no cursor",
    async (cursor) => {
      expect(await call(`${node.url}/accounts?cursor=${cursor}`)).toMatchObject({
        status: 400,
        json: { code: "CURSOR_INVALID" },
      });
    },
  );

  it.each([
    "limit=0",
    "limit=1001",
    "limit=-1",
    "limit=1.5",
    "limit=x",
    "limit=",
    "limit=1&limit=2",
    "order=up",
    "prefix=a&from=b",
    "prefix=a&prefix=b",
    "x=1",
    "index=a&value=b",
    "LIMIT=1",
    "__proto__=1",
  ])("P17: ?%s is QUERY_INVALID", async (query) => {
    expect(await call(`${node.url}/accounts?${query}`)).toMatchObject({ status: 400, json: { code: "QUERY_INVALID" } });
  });

  it.each(["from=1", "from=x&from=y", "prefix=1&prefix=a&prefix=b", "prefix=x", "to=1&to=2&to=3"])(
    "P17: a record key's ?%s is QUERY_INVALID",
    async (query) => {
      expect(await call(`${node.url}/graph?${query}`)).toMatchObject({ status: 400, json: { code: "QUERY_INVALID" } });
    },
  );

  it("a number key has no prefix", async () => {
    expect(await call(`${node.url}/api/v1/numbers?prefix=1`)).toMatchObject({
      status: 400,
      json: { code: "QUERY_INVALID" },
    });
  });

  it("NDJSON gives every row and a closing line", async () => {
    const { text, headers } = await call(`${node.url}/accounts`, { headers: { accept: "application/x-ndjson" } });
    expect(headers.get("content-type")).toBe("application/x-ndjson");
    const lines = linesOf(text);
    expect(lines).toHaveLength(251);
    expect(lines[0]).toMatchObject({ key: "k-000", value: { balance: 0 }, position: expect.any(String) });
    expect(lines.at(-1)).toEqual({ end: true, count: 250 });
    const some = linesOf(
      (
        await call(`${node.url}/accounts?prefix=k-0&order=desc&limit=3`, {
          headers: { accept: "application/x-ndjson; longs=string" },
        })
      ).text,
    );
    expect(some.map((line) => (line as { key?: string }).key)).toEqual(["k-099", "k-098", "k-097", undefined]);
    expect(some[0]).toMatchObject({ value: { balance: "99" } });
    expect(
      linesOf((await call(`${node.url}/accounts?prefix=zzz`, { headers: { accept: "application/x-ndjson" } })).text),
    ).toEqual([{ end: true, count: 0 }]);
  });

  it("HEAD of a stream has no body", async () => {
    const text = await raw(
      node.gateway.port,
      "HEAD /accounts HTTP/1.1\r\nHost: localhost\r\nAccept: application/x-ndjson\r\nConnection: close\r\n\r\n",
    );
    expect(text).toMatch(/^HTTP\/1\.1 200 /);
    expect(text).toMatch(/\r\n\r\n$/);
  });
});

describe("bulk writes over HTTP", () => {
  const bulk = (path: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
    call(node.url + path, { method: "PUT", body, headers: { "content-type": "application/x-ndjson", ...headers } });

  it("each row stands alone: those that fail are told with line, code and place", async () => {
    const { status, text } = await bulk(
      "/api/v1/numbers",
      [
        '{"key":1,"value":10}',
        "",
        '{"key":"x","value":1}',
        '{"key":2,"value":9223372036854775807}',
        '{"value":1}',
        "nonsense",
        '{"key":3,"value":"no"}',
        '{"key":4,"value":4}',
      ].join("\n"),
    );
    expect(status).toBe(200);
    const lines = linesOf(text);
    expect(lines.at(-1)).toEqual({ written: 3, failed: 4, position: expect.any(String) });
    const failures = lines
      .slice(0, -1)
      .sort((one, other) => (one as { line: number }).line - (other as { line: number }).line);
    expect(failures).toMatchObject([
      { line: 3, code: "KEY_INVALID", pointer: "/key" },
      { line: 5, code: "VALUE_INVALID", pointer: "/key" },
      { line: 6, code: "VALUE_INVALID" },
      { line: 7, code: "VALUE_INVALID", pointer: "/value" },
    ]);
    expect((await call(`${node.url}/api/v1/numbers/2`)).text).toBe("9223372036854775807");
  });

  it("null deletes, where deletes are exposed; later lines win", async () => {
    const lines = [
      '{"key":"d-1","value":{"id":"d-1","balance":1}}',
      '{"key":"d-1","value":null}',
      '{"key":"d-2","value":null}',
      '{"key":"d-3","value":{"id":"d-3","balance":1}}',
      '{"key":"d-3","value":{"id":"d-3","balance":2}}',
    ];
    expect(linesOf((await bulk("/accounts", `${lines.join("\r\n")}\r\n`)).text)).toMatchObject([
      { written: 5, failed: 0 },
    ]);
    expect((await call(`${node.url}/accounts/d-1`)).status).toBe(404);
    expect((await call(`${node.url}/accounts/d-3`)).text).toContain('"balance":2,');
    expect(linesOf((await bulk("/api/v1/numbers", '{"key":1,"value":null}')).text)).toMatchObject([
      { line: 1, code: "FORBIDDEN", pointer: "/value" },
      { written: 0, failed: 1 },
    ]);
  });

  const listed = async (url: string, path: string, accept = "application/x-ndjson"): Promise<string> =>
    (await call(url + path, { headers: { accept } })).text;

  it.each(["application/x-ndjson", "application/x-ndjson; longs=string"])(
    "take a list as it came: what one service gives as %s, another one has afterwards",
    async (type) => {
      const other = await openNode();
      const rowsOf = async (url: string, path: string): Promise<readonly unknown[]> =>
        linesOf(await listed(url, path)).map((line) => ({ ...Object(line), position: undefined }));
      for (const path of ["/accounts", "/graph", "/api/v1/numbers"]) {
        const expected = await rowsOf(node.url, path);
        const exported = await listed(node.url, path, type);
        const { text } = await call(other.url + path, {
          method: "PUT",
          body: exported,
          headers: { "content-type": type },
        });
        expect(linesOf(text), path).toEqual([
          { written: expected.length - 1, failed: 0, ...(expected.length > 1 && { position: expect.any(String) }) },
        ]);
        expect(await rowsOf(other.url, path)).toEqual(expected);
      }
      expect((await rowsOf(other.url, "/accounts")).length).toBeGreaterThan(keys.length);
      await other.close();
    },
  );

  it("P17: what a list says of itself is passed over as a list says it, and nowhere else", async () => {
    const value = '{"id":"l","balance":1}';
    const { text } = await bulk(
      "/accounts",
      [
        `{"key":"l-1","value":${value},"position":"1.0.1.1/5@t"}`,
        '{"end":true,"count":1}',
        `{"key":"l-2","value":${value},"position":7}`,
        `{"key":"l-2","value":${value},"end":true}`,
        '{"end":true}',
        '{"end":false,"count":0}',
        '{"key":"l-2","error":{"code":"SCHEMA_OTHER"},"position":"1.0.1.1/5@t"}',
        '{"error":{"code":"SHUTTING_DOWN"}}',
        `{"key":"l-2","value":${value},"etag":"x"}`,
        '{"key":"l-2","position":"1.0.1.1/5@t"}',
        `{"key":"l-3","value":${value}}`,
      ].join("\n"),
    );
    expect(linesOf(text)).toMatchObject([
      { line: 3, code: "VALUE_INVALID", pointer: "/position" },
      { line: 4, code: "VALUE_INVALID", pointer: "/end" },
      { line: 5, code: "VALUE_INVALID", pointer: "/end" },
      { line: 6, code: "VALUE_INVALID", pointer: "/end" },
      { line: 7, code: "VALUE_INVALID", pointer: "/error" },
      { line: 8, code: "VALUE_INVALID", pointer: "/error" },
      { line: 9, code: "VALUE_INVALID", pointer: "" },
      { line: 10, code: "VALUE_INVALID", pointer: "/value" },
      { written: 2, failed: 8 },
    ]);
    expect((await call(`${node.url}/accounts/l-2`)).status).toBe(404);
  });

  it("P12: a line above the bound fails alone", async () => {
    const { text } = await bulk(
      "/blobs",
      `{"key":"AA==","value":"${"A".repeat(1_100_000)}"}\n{"key":"AQ==","value":"AA=="}`,
    );
    expect(linesOf(text)).toMatchObject([
      { line: 1, code: "BODY_TOO_LARGE" },
      { written: 1, failed: 0 + 1 },
    ]);
  });

  it("P17: lines that are no UTF-8 fail alone", async () => {
    const { text } = await bulk(
      "/blobs",
      Buffer.concat([Buffer.from('{"key":"'), Buffer.of(0xff), Buffer.from('","value":""}\n')]),
    );
    expect(linesOf(text)).toMatchObject([
      { line: 1, code: "VALUE_INVALID" },
      { written: 0, failed: 1 },
    ]);
  });

  it("an empty body writes nothing", async () => {
    expect(linesOf((await bulk("/accounts", "")).text)).toEqual([{ written: 0, failed: 0 }]);
  });

  it("P12: rows above mailbox and window are all written", async () => {
    const body = Array.from({ length: 5_000 }, (_, at) => `{"key":${at},"value":${at}}`).join("\n");
    expect(linesOf((await bulk("/api/v1/numbers", body)).text)).toMatchObject([{ written: 5_000, failed: 0 }]);
  });

  it("headers that a bulk write cannot honour are refused", async () => {
    for (const headers of [{ "idempotency-key": "a" }, { "if-match": "*" }, { "if-none-match": "*" }] as Record<
      string,
      string
    >[])
      expect(await bulk("/accounts", '{"key":"n-1","value":null}', headers)).toMatchObject({
        status: 400,
        json: { code: "REQUEST_INVALID", applied: "no" },
      });
    expect(
      await call(`${node.url}/accounts`, {
        method: "PUT",
        body: "{}",
        headers: { "content-type": "application/json" },
      }),
    ).toMatchObject({ status: 400, json: { code: "QUERY_INVALID" } });
    expect(
      await call(`${node.url}/accounts?x=1`, {
        method: "PUT",
        body: "",
        headers: { "content-type": "application/x-ndjson" },
      }),
    ).toMatchObject({ status: 400 });
  });

  it("P17: a body whose chunks break off tells what was written before", async () => {
    const head =
      "PUT /accounts HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n";
    const line = '{"key":"chunk-1","value":{"id":"chunk-1","balance":1}}\n';
    const text = await raw(node.gateway.port, `${head}${line.length.toString(16)}\r\n${line}\r\nZZ\r\n`);
    expect(text).toMatch(/^HTTP\/1\.1 200 /);
    expect(text).toContain('"written":1,');
    expect(text).toContain('"code":"REQUEST_INVALID"');
    expect((await call(`${node.url}/accounts/chunk-1`)).status).toBe(200);
    expect(node.faults).toEqual([]);
  });
});
