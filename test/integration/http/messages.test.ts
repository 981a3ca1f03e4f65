import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Deposit } from "./bank.js";
import { call, openNode, schemaIds, type TestNode } from "./node.js";

let node: TestNode;
beforeAll(async () => {
  node = await openNode({ partition: { handlerTimeoutMs: 100 } });
});
afterAll(() => node.close());

const post = (path: string, body?: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
  call(node.url + path, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    ...(body !== undefined && { body }),
  });

describe("messages over HTTP", () => {
  it("a write message answers its reply and its position", async () => {
    const first = await post("/accounts/m-1/deposit", '{"amount":9007199254740993}');
    expect(first.status).toBe(200);
    expect(first.text).toContain('"balance":9007199254740993,');
    expect(first.headers.get("affinity-position")).toBe(
      (await call(`${node.url}/accounts/m-1`)).headers.get("affinity-position"),
    );
  });

  it("a message without a reply answers 204", async () => {
    const touched = await post("/accounts/m-2/touch");
    expect([touched.status, touched.text]).toEqual([204, ""]);
    expect(touched.headers.get("affinity-position")).not.toBeNull();
    expect(await post("/accounts/m-2/touch", '{"a":1}')).toMatchObject({
      status: 400,
      json: { code: "VALUE_INVALID" },
    });
  });

  it("a GET route takes its request from the query, with defaults", async () => {
    await post("/accounts/m-3/deposit", '{"amount":3}');
    expect((await call(`${node.url}/worth/m-3?factor=1.5`)).text).toBe("4.5");
    expect((await call(`${node.url}/worth/m-3?factor=1.5&isRounded=true`)).text).toBe("5");
    expect((await call(`${node.url}/worth/m-3?factor=2&least=9007199254740992`)).text).toBe("18014398509481984");
    expect(await call(`${node.url}/worth/m-3`)).toMatchObject({
      status: 400,
      json: { code: "VALUE_INVALID", pointer: "/factor" },
    });
    expect(await call(`${node.url}/worth/m-3?factor=x`)).toMatchObject({
      status: 400,
      json: { code: "VALUE_INVALID", pointer: "/factor" },
    });
    expect(await call(`${node.url}/worth/m-3?factor=1&isRounded=yes`)).toMatchObject({ status: 400 });
    expect(await call(`${node.url}/worth/m-3?factor=1&factor=2`)).toMatchObject({
      status: 400,
      json: { code: "QUERY_INVALID" },
    });
    expect(await call(`${node.url}/worth/m-3?factor=1&other=2`)).toMatchObject({
      status: 400,
      json: { code: "QUERY_INVALID" },
    });
    expect((await call(`${node.url}/graph/5/abc/degree`)).text).toBe("3");
  });

  it("any key goes through ?key=, also of messages whose own route is a GET", async () => {
    expect((await post("/accounts/deposit?key=..", '{"amount":1}')).text).toContain('"id":".."');
    expect((await post("/accounts/worth?key=..", '{"factor":3.0}')).text).toBe("3");
    expect((await post("/graph/degree?key=1&key=")).text).toBe("0");
    expect(await post("/accounts/deposit", '{"amount":1}')).toMatchObject({ status: 405 });
    expect(await post("/accounts/deposit?key=a&x=1", '{"amount":1}')).toMatchObject({
      status: 400,
      json: { code: "QUERY_INVALID" },
    });
  });

  it("media types of request and reply are chosen apart", async () => {
    const ids = schemaIds().accounts?.messages.deposit;
    const framed = Buffer.concat([Buffer.of(0, 0, 0, 0, ids?.request ?? 0), Deposit.encode({ amount: 7n })]);
    const answer = await post("/accounts/m-4/deposit", framed, { "content-type": "avro/binary", accept: "avro/json" });
    expect(answer.text).toContain('"balance":7');
    expect(answer.headers.get("content-type")).toBe("avro/json");
  });

  it("a reply that nobody takes is refused before the handler runs", async () => {
    expect(await post("/accounts/m-5/deposit", '{"amount":1}', { accept: "image/png" })).toMatchObject({
      status: 406,
      json: { applied: "no" },
    });
    expect((await call(`${node.url}/accounts/m-5`)).status).toBe(404);
  });

  it("a rejection carries its code, detail and data", async () => {
    expect(await post("/accounts/m-6/deposit", '{"amount":0}')).toMatchObject({
      status: 422,
      json: {
        code: "AMOUNT_INVALID",
        detail: expect.stringContaining("amount must be positive"),
        data: { least: 1 },
        applied: "no",
        retry: "never",
      },
    });
  });

  it("a handler that throws is HANDLER_FAILED and tells nothing of its secret", async () => {
    const failed = await post("/accounts/m-7/broken");
    expect(failed).toMatchObject({ status: 500, json: { code: "HANDLER_FAILED", applied: "no" } });
    expect(failed.text).not.toContain("secret");
  });

  it("a handler that never returns is HANDLER_TIMEOUT, and the partition goes on", async () => {
    expect(await post("/accounts/m-8/endless")).toMatchObject({
      status: 504,
      json: { code: "HANDLER_TIMEOUT", applied: "no", retry: "if-idempotent" },
    });
    expect((await post("/accounts/m-8/deposit", '{"amount":1}')).status).toBe(200);
  });

  it("a message that its definition hides has no route", async () => {
    expect((await post("/accounts/m-9/hidden")).status).toBe(404);
    expect((await post("/accounts/hidden?key=m-9")).status).toBe(405);
  });

  it("P5: a retry with the same key gets the first answer; another body under it is refused", async () => {
    const key = { "idempotency-key": "order-1" };
    const first = await post("/accounts/i-1/deposit", '{"amount":5}', key);
    const second = await post("/accounts/i-1/deposit", '{"amount":5}', key);
    expect(second.text).toBe(first.text);
    expect(second.headers.get("affinity-position")).toBe(first.headers.get("affinity-position"));
    expect(second.text).toContain('"balance":5,');
    expect(await post("/accounts/i-1/deposit", '{"amount":6}', key)).toMatchObject({
      status: 422,
      json: { code: "IDEMPOTENCY_MISMATCH" },
    });
    expect(await post("/accounts/i-1/touch", undefined, key)).toMatchObject({
      status: 422,
      json: { code: "IDEMPOTENCY_MISMATCH" },
    });
  });

  it("P5: puts and deletes are remembered too", async () => {
    const init = (method: string, key: string, body?: string) => ({
      method,
      headers: { "content-type": "application/json", "idempotency-key": key },
      ...(body !== undefined && { body }),
    });
    const url = `${node.url}/accounts/i-2`;
    const body = '{"id":"i-2","balance":1}';
    expect((await call(url, init("PUT", "p", body))).status).toBe(201);
    expect((await call(url, init("PUT", "p", body))).status).toBe(201);
    expect((await call(url, init("DELETE", "d"))).status).toBe(204);
    expect((await call(url, init("DELETE", "d"))).status).toBe(204);
    expect((await call(url)).status).toBe(404);
  });

  it("P5: a UUID of version 7 that is older than the window is IDEMPOTENCY_EXPIRED, applied unknown", async () => {
    const old = "01000000-0000-7000-8000-000000000000";
    expect(await post("/accounts/i-3/deposit", '{"amount":5}', { "idempotency-key": old })).toMatchObject({
      status: 422,
      json: { code: "IDEMPOTENCY_EXPIRED", applied: "unknown" },
    });
  });

  it.each(["a b", "x".repeat(256), "a,b"])("P17: refuses the key %j", async (key) => {
    expect(await post("/accounts/i-4/deposit", '{"amount":5}', { "idempotency-key": key })).toMatchObject({
      status: 400,
      json: { code: "REQUEST_INVALID", applied: "no" },
    });
    expect(await call(`${node.url}/accounts/i-4`)).toMatchObject({ status: 404 });
  });
});
