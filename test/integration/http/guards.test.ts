import { afterAll, describe, expect, it } from "vitest";
import { systemClock } from "../../../runtime/core/clock.js";
import { silentLogger } from "../../../runtime/core/logger.js";
import { openGateway } from "../../../runtime/gateway/gateway.js";
import { service } from "./bank.js";
import { call, httpDefaults, type NodeOptions, openNode, raw, type TestNode } from "./node.js";

const open: TestNode[] = [];
afterAll(async () => {
  for (const node of open) await node.close();
});
async function start(http: NonNullable<NodeOptions["http"]> = {}): Promise<TestNode> {
  const node = await openNode({ http });
  open.push(node);
  return node;
}
const get = (path: string, headers: string): string => `GET ${path} HTTP/1.1\r\n${headers}Connection: close\r\n\r\n`;
const json = { "content-type": "application/json" };
const body = '{"id":"a","balance":1}';

describe("hosts", () => {
  it("P18: a foreign Host is HOST_REFUSED, except for /live and /ready", async () => {
    const { gateway } = await start({ hosts: ["api.example.com"] });
    expect(await raw(gateway.port, get("/accounts", "Host: evil.example.com\r\n"))).toMatch(
      /^HTTP\/1\.1 421 [\s\S]*HOST_REFUSED/,
    );
    expect(await raw(gateway.port, get("/_affinity/status", "Host: evil.example.com\r\n"))).toMatch(/^HTTP\/1\.1 421 /);
    expect(await raw(gateway.port, get("/accounts", "Host: api.example.com:80\r\n"))).toMatch(/^HTTP\/1\.1 200 /);
    for (const path of ["/_affinity/live", "/_affinity/ready"])
      expect(await raw(gateway.port, get(path, "Host: evil.example.com\r\n"))).toMatch(/^HTTP\/1\.1 200 /);
  });

  it("P17: no Host and two Hosts are REQUEST_INVALID; the host of an absolute target rules", async () => {
    const { gateway } = await start();
    expect(await raw(gateway.port, get("/accounts", ""))).toMatch(/^HTTP\/1\.1 400 [\s\S]*REQUEST_INVALID/);
    expect(await raw(gateway.port, get("/accounts", "Host: localhost\r\nHost: localhost\r\n"))).toMatch(
      /^HTTP\/1\.1 400 [\s\S]*REQUEST_INVALID/,
    );
    expect(await raw(gateway.port, get("http://evil.example.com/accounts", "Host: localhost\r\n"))).toMatch(
      /^HTTP\/1\.1 421 /,
    );
    expect(await raw(gateway.port, get("http://localhost/accounts", "Host: evil.example.com\r\n"))).toMatch(
      /^HTTP\/1\.1 200 /,
    );
    expect(await raw(gateway.port, "GET /accounts HTTP/1.0\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 /);
  });
});

describe("headers that are meant once", () => {
  it("P17: a second Content-Type or Authorization is REQUEST_INVALID, and nothing is written", async () => {
    const { gateway, url } = await start();
    const put = (headers: string): string =>
      `PUT /accounts/t-1 HTTP/1.1\r\nHost: localhost\r\n${headers}Content-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`;
    for (const headers of [
      "Content-Type: application/json\r\ncontent-type: avro/binary\r\n",
      "Authorization: Bearer a\r\nAuthorization: Bearer b\r\n",
    ]) {
      expect(await raw(gateway.port, put(headers))).toMatch(/^HTTP\/1\.1 400 [\s\S]*REQUEST_INVALID/);
    }
    expect((await call(`${url}/accounts/t-1`)).status).toBe(404);
  });
});

describe("origins", () => {
  it("P18: a page of a foreign origin may not write and nothing is written; it may not read what it gets either", async () => {
    const { url } = await start();
    const origin = "https://evil.example.com";
    for (const [path, method] of [
      ["/accounts/o-1", "PUT"],
      ["/accounts/o-1", "DELETE"],
      ["/accounts/o-1/touch", "POST"],
    ] as const) {
      const refused = await call(url + path, {
        method,
        headers: { ...json, origin },
        ...(method === "PUT" && { body }),
      });
      expect(refused).toMatchObject({ status: 403, json: { code: "ORIGIN_REFUSED", applied: "no" } });
    }
    expect((await call(`${url}/accounts/o-1`)).status).toBe(404);
    const read = await call(`${url}/accounts`, { headers: { origin } });
    expect([read.status, read.headers.get("access-control-allow-origin")]).toEqual([200, null]);
  });

  it("listed origins and the own one write; preflights are answered without a token", async () => {
    const origin = "https://app.example.com";
    const { url } = await start({
      cors: { origins: [origin], anyLoopback: false },
      auth: { type: "bearer", tokens: ["secret"] },
    });
    const preflight = await call(`${url}/accounts/a`, {
      method: "OPTIONS",
      headers: {
        origin,
        "access-control-request-method": "PUT",
        "access-control-request-headers": "authorization,idempotency-key",
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("access-control-allow-origin")).toBe(origin);
    expect(preflight.headers.get("access-control-allow-methods")).toContain("PUT");
    expect(preflight.headers.get("access-control-allow-headers")?.toLowerCase()).toContain("idempotency-key");
    const headers = { ...json, origin, authorization: "Bearer secret" };
    const put = await call(`${url}/accounts/a`, { method: "PUT", headers, body });
    expect(put.status).toBe(201);
    expect(put.headers.get("access-control-expose-headers")).toContain("Affinity-Position");
    expect(put.headers.get("vary")).toContain("Origin");
    const failed = await call(`${url}/accounts/none`, { headers });
    expect([failed.status, failed.headers.get("access-control-allow-origin")]).toEqual([404, origin]);
    const stranger = await call(`${url}/accounts/a`, {
      method: "OPTIONS",
      headers: { origin: "https://evil.example.com", "access-control-request-method": "PUT" },
    });
    expect(stranger).toMatchObject({ status: 403, json: { code: "ORIGIN_REFUSED" } });
    expect(
      (await call(`${url}/accounts/a`, { method: "PUT", headers: { ...headers, origin: url }, body })).status,
    ).toBe(204);
  });

  it("`anyLoopback` admits the pages of this machine", async () => {
    const { url } = await start({ cors: { origins: [], anyLoopback: true } });
    const headers = { ...json, origin: "http://localhost:5173" };
    expect((await call(`${url}/accounts/l-1`, { method: "PUT", headers, body })).status).toBe(201);
  });
});

describe("tokens", () => {
  it("P18: everything needs a token but /live and /ready; refusals carry a challenge", async () => {
    const { url } = await start({ auth: { type: "bearer", tokens: ["one", "two"] } });
    const refused = await call(`${url}/accounts`);
    expect(refused).toMatchObject({ status: 401, json: { code: "UNAUTHENTICATED" } });
    expect(refused.headers.get("www-authenticate")).toBe('Bearer realm="affinity"');
    const wrong = await call(`${url}/accounts/a`, {
      method: "PUT",
      headers: { ...json, authorization: "Bearer nope" },
      body,
    });
    expect(wrong).toMatchObject({ status: 401, json: { applied: "no" } });
    expect(wrong.headers.get("www-authenticate")).toContain("invalid_token");
    expect(wrong.text).not.toContain("nope");
    for (const path of [
      "/nowhere",
      "/_affinity/status",
      "/_affinity/metrics",
      "/_affinity/openapi.json",
      "/_affinity/nowhere",
    ])
      expect((await call(url + path)).status).toBe(401);
    for (const token of ["one", "two"])
      expect((await call(`${url}/accounts`, { headers: { authorization: `Bearer ${token}` } })).status).toBe(200);
    for (const path of ["/_affinity/live", "/_affinity/ready"]) expect((await call(url + path)).status).toBe(200);
  });

  it("P18: on a listener that is reached from outside, /_affinity is closed without tokens", async () => {
    const { gateway } = await start({ host: "0.0.0.0" });
    expect(gateway.url).toBe(`http://127.0.0.1:${gateway.port}`);
    expect((await call(`${gateway.url}/accounts`)).status).toBe(200);
    for (const path of ["status", "metrics", "openapi.json"])
      expect((await call(`${gateway.url}/_affinity/${path}`)).status).toBe(401);
    for (const path of ["live", "ready"]) expect((await call(`${gateway.url}/_affinity/${path}`)).status).toBe(200);
  });
});

describe("administration", () => {
  it("tells health, status, metrics and the API", async () => {
    const { url } = await start();
    expect((await call(`${url}/_affinity/live`)).json).toEqual({ live: true });
    const ready = await call(`${url}/_affinity/ready`);
    expect(ready.json).toMatchObject({
      ready: true,
      partitions: expect.arrayContaining([
        {
          keyspace: "accounts",
          partition: 0,
          role: "master",
          state: "serving",
          epoch: expect.any(Number),
          lagRecords: 0,
        },
      ]),
    });
    expect((await call(`${url}/_affinity/status`)).json).toMatchObject({
      service: "bank",
      version: "0.0.0",
      keyspaces: ["accounts", "graph", "numbers", "tours", "places", "blobs"],
    });
    expect((await call(`${url}/_affinity/openapi.json`)).json).toMatchObject({ openapi: "3.1.0" });
    await call(`${url}/accounts/none`);
    const metrics = await call(`${url}/_affinity/metrics`);
    expect(metrics.headers.get("content-type")).toContain("text/plain");
    expect(metrics.text).toContain('affinity_http_requests_total{route="accounts get",status="404"} 1');
    expect(metrics.text).toMatch(
      /^affinity_http_request_seconds_bucket\{(?=[^}]*route="accounts get")(?=[^}]*le="\+Inf")[^}]*\} 1$/m,
    );
    expect(metrics.text).toContain('affinity_partition_lag_records{keyspace="accounts",partition="0",role="master"} 0');
    expect(await call(`${url}/_affinity/live?x=1`)).toMatchObject({ status: 400 });
    expect(await call(`${url}/_affinity/live`, { method: "POST" })).toMatchObject({ status: 405 });
    expect(await call(`${url}/_affinity/nowhere`)).toMatchObject({ status: 404 });
  });
});

describe("listening", () => {
  it("a port in use is PORT_IN_USE and names port and cure", async () => {
    const { gateway } = await start();
    const options = {
      service,
      http: { ...httpDefaults, port: gateway.port },
      clock: systemClock,
      logger: silentLogger,
    };
    await expect(openGateway(options)).rejects.toMatchObject({
      code: "PORT_IN_USE",
      detail: expect.stringMatching(new RegExp(`port ${gateway.port}.*http\\.port`)),
    });
  });

  it("a host that is none of the machine's is CONFIG_INVALID", async () => {
    await expect(
      openGateway({
        service,
        http: { ...httpDefaults, host: "192.0.2.1" },
        clock: systemClock,
        logger: silentLogger,
      }),
    ).rejects.toMatchObject({ code: "CONFIG_INVALID" });
  });

  it("listens on IPv6 where there is one", async (context) => {
    const node = await start({ host: "::1" }).catch(() => undefined);
    if (node === undefined) return context.skip();
    expect(node.url).toBe(`http://[::1]:${node.gateway.port}`);
    expect((await call(`${node.url}/_affinity/live`)).status).toBe(200);
  });
});
