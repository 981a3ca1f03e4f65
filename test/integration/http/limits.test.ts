import { afterEach, describe, expect, it } from "vitest";
import { MovableClock } from "../../../runtime/testing/movable-clock.js";
import { call, linesOf, type NodeOptions, openNode, RawConnection, raw, rawUntil, type TestNode } from "./node.js";

const open: TestNode[] = [];
const connections: RawConnection[] = [];
afterEach(async () => {
  for (const connection of connections.splice(0)) connection.close();
  for (const node of open.splice(0)) await node.close();
});
async function start(options: NodeOptions = {}): Promise<TestNode> {
  const node = await openNode(options);
  open.push(node);
  return node;
}
function connect(node: TestNode): RawConnection {
  const connection = new RawConnection(node.gateway.port);
  connections.push(connection);
  return connection;
}
const head = (method: string, path: string, ...headers: string[]): string =>
  `${[`${method} ${path} HTTP/1.1`, "Host: localhost", ...headers].join("\r\n")}\r\n\r\n`;
const json = "Content-Type: application/json";
const value = '{"id":"a","balance":1}';
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe("limits of requests", () => {
  it("P12: a body above the bound is BODY_TOO_LARGE, by its declared length and by what came", async () => {
    const node = await start({ http: { maxBodyBytes: 1_024 } });
    const declared = await rawUntil(
      node.gateway.port,
      head("PUT", "/accounts/a", json, "Content-Length: 1000000"),
      "}",
    );
    expect(declared).toMatch(/^HTTP\/1\.1 413 [\s\S]*BODY_TOO_LARGE[\s\S]*"applied":"no"/);
    const chunk = `400\r\n${"x".repeat(1_024)}\r\n`;
    const streamed = await rawUntil(
      node.gateway.port,
      head("PUT", "/accounts/a", json, "Transfer-Encoding: chunked") + chunk + chunk,
      "}",
    );
    expect(streamed).toMatch(/^HTTP\/1\.1 413 [\s\S]*BODY_TOO_LARGE/);
    expect((await call(`${node.url}/accounts/a`)).status).toBe(404);
  });

  it("a refused body is read to its end, so that the connection goes on", async () => {
    const node = await start({ http: { maxBodyBytes: 1_024 } });
    const body = "x".repeat(100_000);
    const text = await raw(
      node.gateway.port,
      head("PUT", "/accounts/a", json, `Content-Length: ${body.length}`) +
        body +
        head("GET", "/_affinity/live", "Connection: close"),
    );
    expect(text).toMatch(/^HTTP\/1\.1 413 [\s\S]*HTTP\/1\.1 200 /);
  });

  it("P12: a refused body above what may be thrown away ends the connection", async () => {
    const node = await start({ http: { maxBodyBytes: 1_024 }, limits: { discardBytes: 10_000 } });
    const connection = connect(node);
    connection.write(head("PUT", "/accounts/a", json, "Content-Length: 100000000"));
    await connection.until("BODY_TOO_LARGE");
    for (let sent = 0; sent < 100 && !connection.socket.closed; sent++) {
      connection.write(Buffer.alloc(10_000));
      await pause(2);
    }
    await connection.until("never");
    expect(connection.socket.closed).toBe(true);
  });

  it("P12: heads above the bound are HEADERS_TOO_LARGE", async () => {
    const node = await start();
    for (const large of [
      `X-Large: ${"x".repeat(20_000)}`,
      Array.from({ length: 3_000 }, (_, at) => `X-${at}: y`).join("\r\n"),
    ]) {
      const text = await raw(node.gateway.port, head("GET", "/accounts", large));
      expect(text).toMatch(/^HTTP\/1\.1 431 [\s\S]*application\/problem\+json[\s\S]*HEADERS_TOO_LARGE/);
    }
    expect(await raw(node.gateway.port, head("GET", `/accounts/${"x".repeat(20_000)}`))).toMatch(/^HTTP\/1\.1 431 /);
  });

  it("P12: a body that does not come is REQUEST_TIMEOUT", async () => {
    const clock = new MovableClock();
    const node = await start({ clock });
    const connection = connect(node);
    connection.write(`${head("PUT", "/accounts/a", json, "Content-Length: 100")}{`);
    await pause(50);
    clock.advance(31_000);
    expect(await connection.until("}")).toMatch(/^HTTP\/1\.1 408 [\s\S]*REQUEST_TIMEOUT[\s\S]*"applied":"no"/);
  });

  it("P12: a bulk write goes on for as long as lines come, and ends when none does", async () => {
    const clock = new MovableClock();
    const node = await start({ clock });
    const connection = connect(node);
    connection.write(
      head("PUT", "/api/v1/numbers", "Content-Type: application/x-ndjson", "Transfer-Encoding: chunked"),
    );
    for (let at = 0; at < 4; at++) {
      const line = `{"key":${at},"value":${at}}\n`;
      connection.write(`${line.length.toString(16)}\r\n${line}\r\n`);
      // Time moves on when the row is there: the row's own deadline must not pass on a slow machine.
      while ((await call(`${node.url}/api/v1/numbers/${at}`)).status !== 200) await pause(5);
      clock.advance(20_000);
    }
    expect(connection.text).toBe("");
    clock.advance(31_000);
    const text = await connection.until("REQUEST_TIMEOUT");
    expect(text).toContain('"written":4,');
    expect((await call(`${node.url}/api/v1/numbers/3`)).text).toBe("3");
  });

  it("P12: heads that do not come are ended by the server", async () => {
    const node = await start({ http: { requestTimeoutMs: 200 } });
    const slow = connect(node);
    slow.write("GET /accounts HTT");
    expect(await slow.until("}")).toMatch(/^HTTP\/1\.1 408 [\s\S]*REQUEST_TIMEOUT/);
    const silent = connect(node);
    await silent.until("never");
    expect([silent.text, silent.socket.closed]).toEqual(["", true]);
  });

  it("P12: requests above the bound in flight are GATEWAY_FULL with Retry-After; health is still told", async () => {
    const node = await start({ limits: { requestsInFlight: 2 } });
    const held = [connect(node), connect(node)];
    for (const connection of held) connection.write(`${head("PUT", "/accounts/a", json, "Content-Length: 22")}{`);
    await pause(50);
    const refused = await call(`${node.url}/accounts/a`, {
      method: "PUT",
      body: value,
      headers: { "content-type": "application/json" },
    });
    expect(refused).toMatchObject({ status: 503, json: { code: "GATEWAY_FULL", retry: "later", applied: "no" } });
    expect(refused.headers.get("retry-after")).toBe("1");
    expect((await call(`${node.url}/_affinity/live`)).status).toBe(200);
    for (const connection of held) connection.write(value.slice(1));
    for (const connection of held) expect(await connection.until("\r\n\r\n")).toMatch(/^HTTP\/1\.1 20[14] /);
  });

  it("P12: bodies that are not whole hold no more memory than their bound", async () => {
    const node = await start({ limits: { bodyBytesInFlight: 10_000 } });
    const held = connect(node);
    held.write(head("PUT", "/accounts/a", json, "Content-Length: 9001") + " ".repeat(9_000));
    await pause(50);
    const refused = await call(`${node.url}/accounts/b`, {
      method: "PUT",
      body: value.padEnd(2_000),
      headers: { "content-type": "application/json" },
    });
    expect(refused).toMatchObject({ status: 503, json: { code: "GATEWAY_FULL" } });
    held.close();
    await pause(50);
    expect(
      (
        await call(`${node.url}/accounts/b`, {
          method: "PUT",
          body: value.padEnd(2_000),
          headers: { "content-type": "application/json" },
        })
      ).status,
    ).toBe(201);
  });

  it("P12: connections above the bound are told and closed", async () => {
    const node = await start({ http: { maxConnections: 2 } });
    const held = [connect(node), connect(node)];
    await pause(30);
    expect(await raw(node.gateway.port, head("GET", "/_affinity/live"))).toMatch(
      /^HTTP\/1\.1 503 [\s\S]*Retry-After: 1[\s\S]*GATEWAY_FULL/,
    );
    held[0]?.close();
    await pause(30);
    expect((await call(`${node.url}/_affinity/live`)).status).toBe(200);
  });

  it("P12: a full mailbox is MAILBOX_FULL with Retry-After", async () => {
    const node = await start({ partition: { mailboxLimit: 4 }, changelog: { latencyMs: 200 } });
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, at) => call(`${node.url}/accounts/a-${at}/touch`, { method: "POST" })),
    );
    const refused = answers.filter(({ status }) => status === 503);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]).toMatchObject({ json: { code: "MAILBOX_FULL", applied: "no", retry: "later" } });
    expect(refused[0]?.headers.get("retry-after")).not.toBeNull();
    expect(answers.every(({ status }) => status === 204 || status === 503)).toBe(true);
  });

  it("an answer that does not come in time is ASK_TIMEOUT, applied unknown", async () => {
    const node = await start({ http: { askTimeoutMs: 100 }, changelog: { latencyMs: 1_000 } });
    const late = await call(`${node.url}/accounts/a`, {
      method: "PUT",
      body: value,
      headers: { "content-type": "application/json" },
    });
    expect(late).toMatchObject({
      status: 504,
      json: { code: "ASK_TIMEOUT", applied: "unknown", retry: "if-idempotent" },
    });
  });

  it("P12: a reader that takes nothing is cut off and its snapshot is given back", async () => {
    const clock = new MovableClock();
    const node = await start({ clock });
    const line = (at: number): string => `{"key":${at},"value":${at}}\n`;
    const body = Array.from({ length: 50_000 }, (_, at) => line(at)).join("");
    expect(
      linesOf(
        (
          await call(`${node.url}/api/v1/numbers`, {
            method: "PUT",
            body,
            headers: { "content-type": "application/x-ndjson" },
          })
        ).text,
      ),
    ).toMatchObject([{ written: 50_000 }]);
    const connection = connect(node);
    connection.socket.pause();
    for (let at = 0; at < 8; at++) connection.write(head("GET", "/api/v1/numbers", "Accept: application/x-ndjson"));
    await pause(300);
    clock.advance(31_000);
    await pause(100);
    connection.socket.resume();
    await connection.until("never");
    expect(connection.socket.closed).toBe(true);
    expect((await call(`${node.url}/_affinity/metrics`)).text).toContain("affinity_http_requests_in_flight 0\n");
  });
});

describe("Expect: 100-continue", () => {
  it("gives leave to send a body that will be read, and none to one that will not", async () => {
    const node = await start({ http: { maxBodyBytes: 1_024 } });
    const welcome = connect(node);
    welcome.write(head("PUT", "/accounts/e", json, `Content-Length: ${value.length}`, "Expect: 100-continue"));
    expect(await welcome.until("\r\n\r\n")).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\n$/);
    welcome.write(value);
    expect(await welcome.until("Affinity-Position")).toContain("HTTP/1.1 201 ");
    const refused = await raw(
      node.gateway.port,
      head("PUT", "/accounts/e", json, "Content-Length: 100000", "Expect: 100-continue"),
    );
    expect(refused).toMatch(/^HTTP\/1\.1 413 /);
    expect(refused.toLowerCase()).toContain("connection: close");
    const lines = connect(node);
    lines.write(
      head(
        "PUT",
        "/api/v1/numbers",
        "Content-Type: application/x-ndjson",
        "Content-Length: 20",
        "Expect: 100-continue",
      ),
    );
    await lines.until("100 Continue");
    lines.write('{"key":1,"value":1}\n');
    expect(await lines.until("written")).toContain('"written":1');
  });
});

/** Waits until so many connections are open, one more than that of the request which asks. */
async function connected(url: string, count: number): Promise<void> {
  for (;;) {
    const text = await (await fetch(`${url}/_affinity/metrics`)).text();
    if (Number(/^affinity_http_connections (\d+)$/m.exec(text)?.[1]) > count) return;
  }
}

describe("stopping", () => {
  it("finishes what it accepted, refuses what is new, and frees the port", async () => {
    const node = await openNode({ changelog: { latencyMs: 1_000 } });
    const reading = connect(node);
    reading.write(`${head("PUT", "/accounts/t", json, `Content-Length: ${value.length}`)}{`);
    const late = connect(node);
    late.write("GET /accounts/s HTTP/1.1\r\nHost: loc");
    await connected(node.url, 2);
    const busy = connect(node);
    busy.write(head("PUT", "/accounts/s", json, `Content-Length: ${value.length}`) + value);
    await connected(node.url, 3);
    await pause(50);
    const closing = node.gateway.close();
    late.write("alhost\r\n\r\n");
    expect(await late.until("}")).toMatch(/^HTTP\/1\.1 503 [\s\S]*Connection: close[\s\S]*SHUTTING_DOWN/);
    reading.write(value.slice(1));
    await closing;
    expect(await busy.until("\r\n\r\n")).toMatch(/^HTTP\/1\.1 201 [\s\S]*Connection: close/);
    expect(await reading.until("\r\n\r\n")).toMatch(/^HTTP\/1\.1 201 [\s\S]*Connection: close/);
    await expect(fetch(`${node.url}/_affinity/live`)).rejects.toThrow();
    await node.close();
  });

  it("ends idle and silent connections at once, and stalled ones after its time", async () => {
    const clock = new MovableClock();
    const node = await openNode({ clock });
    const silent = connect(node);
    const idle = connect(node);
    idle.write(head("GET", "/_affinity/live"));
    await idle.until("}");
    await node.gateway.close();
    await silent.until("never");
    expect([silent.socket.closed, idle.socket.closed]).toEqual([true, true]);
    await node.close();

    const other = await openNode({ clock });
    const stalled = connect(other);
    stalled.write(`${head("PUT", "/accounts/a", json, "Content-Length: 22")}{`);
    await pause(50);
    const closing = other.gateway.close();
    clock.advance(11_000);
    await closing;
    await other.close();
  });
});
