import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Account } from "./bank.js";
import { call, openNode, raw, schemaIds, type TestNode } from "./node.js";

let node: TestNode;
beforeAll(async () => {
  node = await openNode();
});
afterAll(() => node.close());

const put = (
  path: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = { "content-type": "application/json" },
) => call(node.url + path, { method: "PUT", body, headers });
const account = (id: string, balance = "1"): string => `{"id":"${id}","balance":${balance}}`;

describe("rows over HTTP", () => {
  it("P2: a put is there, with its position and a tag", async () => {
    const created = await put("/accounts/a-1", account("a-1", "9007199254740993"));
    expect(created.status).toBe(201);
    const position = created.headers.get("affinity-position");
    const got = await call(`${node.url}/accounts/a-1`);
    expect(got.status).toBe(200);
    expect(got.text).toBe(
      '{"id":"a-1","balance":9007199254740993,"status":"OPEN","nickname":null,"tags":[],"limits":{}}',
    );
    expect(got.headers.get("content-type")).toBe("application/json");
    expect(got.headers.get("affinity-position")).toBe(position);
    expect(got.headers.get("etag")).toMatch(/^"[^;"]+;json"$/);
    expect((await put("/accounts/a-1", account("a-1", "2"))).status).toBe(204);
    const again = await call(`${node.url}/accounts/a-1`);
    expect(again.headers.get("etag")).not.toBe(got.headers.get("etag"));
    expect(again.text).toContain('"balance":2,');
  });

  it("an absent row is KEY_NOT_FOUND, as problem details", async () => {
    const { status, headers, json } = await call(`${node.url}/accounts/none`);
    expect(status).toBe(404);
    expect(headers.get("content-type")).toBe("application/problem+json");
    expect(json).toMatchObject({
      code: "KEY_NOT_FOUND",
      status: 404,
      retry: "never",
      title: "No such key",
      type: expect.stringContaining("KEY_NOT_FOUND"),
    });
    expect(json).not.toHaveProperty("applied");
  });

  it("delete answers 204 once, then 404 with applied no", async () => {
    await put("/accounts/gone", account("gone"));
    const first = await call(`${node.url}/accounts/gone`, { method: "DELETE" });
    expect(first.status).toBe(204);
    expect(first.headers.get("affinity-position")).not.toBeNull();
    const second = await call(`${node.url}/accounts/gone`, { method: "DELETE" });
    expect(second).toMatchObject({ status: 404, json: { code: "KEY_NOT_FOUND", applied: "no" } });
  });

  it("conditions: If-None-Match * creates only, If-Match replaces only what it names", async () => {
    const create = { "content-type": "application/json", "if-none-match": "*" };
    expect((await put("/accounts/c-1", account("c-1"), create)).status).toBe(201);
    expect(await put("/accounts/c-1", account("c-1"), create)).toMatchObject({
      status: 412,
      json: { code: "CONDITION_FAILED", applied: "no" },
    });
    const etag = (await call(`${node.url}/accounts/c-1`)).headers.get("etag") ?? "";
    const match = { "content-type": "application/json", "if-match": etag.replace("json", "avro") };
    expect((await put("/accounts/c-1", account("c-1", "5"), match)).status).toBe(204);
    expect((await put("/accounts/c-1", account("c-1", "6"), match)).status).toBe(412);
    expect((await call(`${node.url}/accounts/c-1`, { method: "DELETE", headers: { "if-match": etag } })).status).toBe(
      412,
    );
    expect(
      (await put("/accounts/none", account("none"), { "content-type": "application/json", "if-match": "*" })).status,
    ).toBe(412);
    expect(
      (await put("/accounts/c-1", account("c-1"), { "content-type": "application/json", "if-match": "nonsense" })).json,
    ).toMatchObject({ code: "REQUEST_INVALID" });
  });

  it("304 for a reader that has these very bytes, 412 for one that wants another version", async () => {
    await put("/accounts/t-1", account("t-1"));
    const etag = (await call(`${node.url}/accounts/t-1`)).headers.get("etag") ?? "";
    const known = await call(`${node.url}/accounts/t-1`, { headers: { "if-none-match": etag } });
    expect(known).toMatchObject({ status: 304, text: "" });
    expect(known.headers.get("etag")).toBe(etag);
    expect(known.headers.get("content-type")).toBeNull();
    expect(
      (await call(`${node.url}/accounts/t-1`, { headers: { "if-none-match": etag, accept: "avro/json" } })).status,
    ).toBe(200);
    expect((await call(`${node.url}/accounts/t-1`, { headers: { "if-match": '"x;json"' } })).status).toBe(412);
    expect((await call(`${node.url}/accounts/t-1`, { headers: { "if-match": etag } })).status).toBe(200);
  });

  it("HEAD has the headers of GET and no body", async () => {
    await put("/accounts/h-1", account("h-1"));
    const got = await call(`${node.url}/accounts/h-1`);
    const head = await call(`${node.url}/accounts/h-1`, { method: "HEAD" });
    expect(head).toMatchObject({ status: 200, text: "" });
    for (const name of ["etag", "content-type", "content-length", "affinity-position"])
      expect(head.headers.get(name)).toBe(got.headers.get(name));
  });

  it("P16: every media type carries the same value, exactly", async () => {
    const value: Account = {
      id: "m-1",
      balance: -9223372036854775808n,
      status: "CLOSED",
      nickname: "ü",
      tags: ["a"],
      limits: { day: 5 },
    };
    const id = schemaIds().accounts?.stores.accounts ?? 0;
    const framed = Buffer.concat([Buffer.of(0, 0, 0, id >> 8, id), Account.encode(value)]);
    expect((await put("/accounts/m-1", framed, { "content-type": "avro/binary" })).status).toBe(201);
    const read = async (accept: string) => fetch(`${node.url}/accounts/m-1`, { headers: { accept } });
    expect(Buffer.from(await (await read("avro/binary")).arrayBuffer())).toEqual(framed);
    const avroJson = await (await read("avro/json")).text();
    expect(avroJson).toContain('"nickname":{"string":"ü"}');
    expect((await put("/accounts/m-2", avroJson, { "content-type": "avro/json" })).status).toBe(201);
    expect(await (await fetch(`${node.url}/accounts/m-2`)).text()).toContain('"balance":-9223372036854775808,');
    const longs = await read("application/json; longs=string");
    expect(longs.headers.get("content-type")).toBe("application/json; longs=string");
    expect(await longs.text()).toContain('"balance":"-9223372036854775808"');
    expect(longs.headers.get("etag")).not.toBe((await read("application/json")).headers.get("etag"));
  });

  it("Accept chooses by quality, then by the server's order", async () => {
    await put("/accounts/q-1", account("q-1"));
    const type = async (accept: string) =>
      (await call(`${node.url}/accounts/q-1`, { headers: { accept } })).headers.get("content-type");
    expect(await type("*/*")).toBe("application/json");
    expect(await type("text/html, application/*;q=0.8, avro/binary;q=0.9")).toBe("avro/binary");
    expect(await type("avro/*")).toBe("avro/json");
    expect(await type("application/json;q=0.1, avro/json;q=0.2, */*;q=0")).toBe("avro/json");
    expect(await type("application/json;longs=string, application/json;q=0.5")).toBe("application/json; longs=string");
    expect(await type("application/json;charset=utf-8")).toBe("application/json");
    const refused = await call(`${node.url}/accounts/q-1`, { headers: { accept: "text/html" } });
    expect(refused).toMatchObject({ status: 406, json: { code: "NOT_ACCEPTABLE" } });
  });

  it("P17: a frame of another schema is SCHEMA_OTHER, a body that is none VALUE_INVALID, and nothing is written", async () => {
    const other = Buffer.concat([Buffer.of(0, 0, 0, 9, 9), Account.encode({ id: "x", balance: 1n })]);
    expect(await put("/accounts/x", other, { "content-type": "avro/binary" })).toMatchObject({
      status: 415,
      json: { code: "SCHEMA_OTHER", applied: "no" },
    });
    expect(await put("/accounts/x", Buffer.from("nothing framed"), { "content-type": "avro/binary" })).toMatchObject({
      status: 400,
      json: { code: "VALUE_INVALID" },
    });
    const id = schemaIds().accounts?.stores.accounts ?? 0;
    expect(await put("/accounts/x", Buffer.of(0, 0, 0, 0, id, 2), { "content-type": "avro/binary" })).toMatchObject({
      status: 400,
      json: { code: "VALUE_INVALID" },
    });
    expect((await call(`${node.url}/accounts/x`)).status).toBe(404);
  });

  it.each([
    ["unknown members", '{"id":"x","balance":1,"extra":2}', "/extra"],
    ["duplicate members", '{"id":"x","balance":1,"id":"y"}', "/id"],
    ["missing fields", '{"id":"x"}', "/balance"],
    ["a long above 64 bits", '{"id":"x","balance":9223372036854775808}', "/balance"],
    ["a fraction for a long", '{"id":"x","balance":1.5}', "/balance"],
    ["__proto__", '{"id":"x","balance":1,"__proto__":{}}', "/__proto__"],
    ["an enum symbol of another", '{"id":"x","balance":1,"status":"open"}', "/status"],
    ["an item of another type", '{"id":"x","balance":1,"tags":["a",1]}', "/tags/1"],
    ["a map's value of another type", '{"id":"x","balance":1,"limits":{"a~/b":"1x"}}', "/limits/a~0~1b"],
  ])("P17: refuses %s with the place", async (_name, body, pointer) => {
    expect(await put("/accounts/x", body)).toMatchObject({
      status: 400,
      json: { code: "VALUE_INVALID", pointer, applied: "no" },
    });
    expect((await call(`${node.url}/accounts/x`)).status).toBe(404);
  });

  it.each(["", "{", "nul", "[]", "1", '"text"', '{"id":"x","balance":1}}', '{"id":"\\ud800","balance":1}', "\u0000"])(
    "P17: refuses %j as VALUE_INVALID",
    async (body) => {
      expect(await put("/accounts/x", body)).toMatchObject({
        status: 400,
        json: { code: "VALUE_INVALID", applied: "no" },
      });
    },
  );

  it("P17: refuses bytes that are no UTF-8, and types and encodings that are not read", async () => {
    expect(await put("/accounts/x", Buffer.from([0x7b, 0xff, 0x7d]))).toMatchObject({
      status: 400,
      json: { code: "VALUE_INVALID" },
    });
    for (const type of [
      "text/plain",
      "application/x-www-form-urlencoded",
      "application/json; charset=latin1",
      "nonsense",
      "application/json, avro/json",
    ])
      expect(await put("/accounts/x", account("x"), { "content-type": type })).toMatchObject({
        status: 415,
        json: { code: "MEDIA_TYPE" },
      });
    for (const [path, type] of [
      ["/accounts/x", "application/json"],
      ["/accounts", "application/x-ndjson"],
    ] as const) {
      const coded = await put(path, account("x"), { "content-type": type, "content-encoding": "gzip" });
      expect(coded).toMatchObject({ status: 415, json: { code: "MEDIA_TYPE" } });
      expect(coded.json).toMatchObject({ detail: expect.stringContaining('Content-Encoding: "gzip"') });
      expect(coded.headers.get("accept-encoding")).toBe("identity");
    }
    const plain = { "content-type": "application/x-ndjson", "content-encoding": "Identity" };
    expect((await put("/accounts", "", plain)).status).toBe(200);
    expect(
      (await put("/accounts/x-ok", account("x"), { "content-type": "application/json;charset=UTF-8" })).status,
    ).toBe(201);
  });

  it("keys: percent-encoded text in the path, any text through ?key=", async () => {
    for (const key of ["a/b", "a b", "ü€😀", "%", "?#&+", "a".repeat(1_000)]) {
      expect((await put(`/accounts/${encodeURIComponent(key)}`, account("k"))).status).toBe(201);
      expect((await call(`${node.url}/accounts?key=${encodeURIComponent(key)}`)).status).toBe(200);
    }
    for (const key of ["", ".", ".."]) {
      expect((await put(`/accounts?key=${encodeURIComponent(key)}`, account("k"))).status).toBe(201);
      expect((await call(`${node.url}/accounts?key=${encodeURIComponent(key)}`)).status).toBe(200);
      expect((await call(`${node.url}/accounts?key=${encodeURIComponent(key)}`, { method: "DELETE" })).status).toBe(
        204,
      );
    }
  });

  it("keys: record keys take one segment a field, other keys base64url", async () => {
    expect((await put("/graph/-5/x%2Fy", '"label"')).status).toBe(201);
    expect((await call(`${node.url}/graph/-5/x%2Fy`)).text).toBe('"label"');
    expect((await call(`${node.url}/graph?key=-5&key=x%2Fy`)).text).toBe('"label"');
    expect((await put("/api/v1/numbers/-9223372036854775808", "7")).status).toBe(201);
    expect((await call(`${node.url}/api/v1/numbers/-9223372036854775808`)).text).toBe("7");
    expect((await put("/blobs/_-8", '"AAE="')).status).toBe(201);
    expect((await call(`${node.url}/blobs/_-8`)).text).toBe('"AAE="');
  });

  it.each([
    ["/accounts/%ff", "KEY_INVALID"],
    ["/accounts/%zz", "KEY_INVALID"],
    ["/accounts/%2e%2e", "KEY_INVALID"],
    ["/accounts/", "KEY_INVALID"],
    [`/accounts/${"x".repeat(4_097)}`, "KEY_INVALID"],
    ["/api/v1/numbers/abc", "KEY_INVALID"],
    ["/api/v1/numbers/01", "KEY_INVALID"],
    ["/api/v1/numbers/9223372036854775808", "KEY_INVALID"],
    ["/graph/1.5/x", "KEY_INVALID"],
    ["/blobs/a=b", "KEY_INVALID"],
    ["/accounts?key=a&key=b", "KEY_INVALID"],
    ["/graph?key=1", "KEY_INVALID"],
    ["/accounts/a?x=1", "QUERY_INVALID"],
    ["/accounts/a?key=b", "QUERY_INVALID"],
    ["/accounts/a?%", "QUERY_INVALID"],
  ])("P17: GET %s is %s", async (path, code) => {
    const text = await raw(node.gateway.port, `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
    expect(text).toContain(`"code":"${code}"`);
    expect(text).toContain("HTTP/1.1 400 ");
  });

  it("routes: 404, 405 with Allow, and OPTIONS", async () => {
    expect(await call(`${node.url}/nowhere`)).toMatchObject({ status: 404, json: { code: "ROUTE_NOT_FOUND" } });
    expect(await call(`${node.url}/accounts/a/b/c`)).toMatchObject({ status: 404 });
    const refused = await call(`${node.url}/accounts/a`, { method: "PATCH" });
    expect(refused).toMatchObject({ status: 405, json: { code: "METHOD_NOT_ALLOWED", applied: "no" } });
    expect(refused.headers.get("allow")).toBe("DELETE, GET, HEAD, OPTIONS, PUT");
    const limited = await call(`${node.url}/api/v1/numbers/1`, { method: "DELETE" });
    expect([limited.status, limited.headers.get("allow")]).toEqual([405, "GET, HEAD, OPTIONS, PUT"]);
    const options = await call(`${node.url}/accounts/a`, { method: "OPTIONS" });
    expect([options.status, options.headers.get("allow")]).toEqual([204, "DELETE, GET, HEAD, OPTIONS, PUT"]);
    expect(await call(`${node.url}/blobs`)).toMatchObject({ status: 400, json: { code: "QUERY_INVALID" } });
    expect(node.faults).toEqual([]);
  });
});
