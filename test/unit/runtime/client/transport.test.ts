import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { Transport } from "../../../../runtime/client/transport.js";
import type { ClientOptions } from "../../../../runtime/client/types.js";
import { type Clock, systemClock } from "../../../../runtime/core/clock.js";
import { AffinityError } from "../../../../runtime/core/errors.js";
import { SeededRandom } from "../../../../runtime/core/random.js";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

interface Service {
  readonly url: string;
  readonly requests: { readonly key: string | undefined; readonly method: string | undefined }[];
}

/** A server that gives its answers one after another; the last one again and again. */
async function serve(...answers: readonly Answer[]): Promise<Service> {
  const requests: Service["requests"] = [];
  const server = createServer((request, response) => {
    requests.push({ key: request.headers["idempotency-key"]?.toString(), method: request.method });
    answers[Math.min(requests.length, answers.length) - 1]?.(request, response);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, requests };
}

const ok: Answer = (_request, response) => response.writeHead(200).end("{}");
const cut: Answer = (request) => request.socket.destroy();
const silent: Answer = () => {};
function problem(status: number, members: object, headers: Record<string, string> = {}): Answer {
  return (_request, response) => {
    response.writeHead(status, { "content-type": "application/problem+json", ...headers });
    response.end(JSON.stringify({ status, detail: "detail", ...members }));
  };
}
const full = problem(503, { code: "MAILBOX_FULL", retry: "later", applied: "no" });

function open(url: string, options: Partial<ClientOptions> = {}, clock: Clock = systemClock): Transport {
  const retry = { firstDelayMs: 1, longestDelayMs: 2, ...options.retry };
  return new Transport({ url, ...options, retry }, clock, new SeededRandom(1));
}
const write = { method: "PUT", path: "/a/1", isWrite: true, body: "{}" };
const read = { method: "GET", path: "/a/1", isWrite: false };

async function failure(call: Promise<unknown>): Promise<AffinityError> {
  const error: unknown = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof AffinityError) return error;
  throw new Error(`expected an AffinityError, got ${String(error)}`);
}

describe("Transport", () => {
  it("P5: retries a write with the same key after 503 and after cut connections", async () => {
    const { url, requests } = await serve(full, cut, full, ok);
    await expect(open(url).call(write)).resolves.toMatchObject({ status: 200 });
    expect(requests.length).toBe(4);
    expect(new Set(requests.map(({ key }) => key)).size).toBe(1);
    expect(requests[0]?.key).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it("retries reads too, without a key", async () => {
    const { url, requests } = await serve(full, cut, ok);
    await open(url).call(read);
    expect(requests.map(({ key }) => key)).toEqual([undefined, undefined, undefined]);
  });

  it("never retries what the server calls `never`", async () => {
    const { url, requests } = await serve(
      problem(422, { code: "AMOUNT_INVALID", retry: "never", applied: "no", data: { least: 1 } }),
    );
    const error = await failure(open(url).call(write));
    expect(error).toMatchObject({
      code: "AMOUNT_INVALID",
      status: 422,
      retry: "never",
      applied: "no",
      data: { least: 1 },
    });
    expect(requests.length).toBe(1);
  });

  it("gives up after its attempts, with the last error", async () => {
    const { url, requests } = await serve(full);
    const error = await failure(open(url, { retry: { attempts: 3 } }).call(write));
    expect(error).toMatchObject({ code: "MAILBOX_FULL", applied: "no", retry: "later" });
    expect(requests.length).toBe(3);
  });

  it("P2: a refusal after an attempt of unknown outcome says unknown", async () => {
    const { url } = await serve(cut, full);
    expect(await failure(open(url, { retry: { attempts: 2 } }).call(write))).toMatchObject({
      code: "MAILBOX_FULL",
      applied: "unknown",
    });
  });

  it("P5: a definite answer to a retry is one for the first attempt too", async () => {
    const { url } = await serve(cut, problem(412, { code: "CONDITION_FAILED", retry: "never", applied: "no" }));
    expect(await failure(open(url).call(write))).toMatchObject({ code: "CONDITION_FAILED", applied: "no" });
  });

  it("waits as long as Retry-After says", async () => {
    const delays: number[] = [];
    const clock: Clock = {
      now: () => systemClock.now(),
      monotonic: () => systemClock.monotonic(),
      after: (delayMs, run, options) => {
        delays.push(delayMs);
        return systemClock.after(options?.unref === true ? delayMs : 0, run, options);
      },
    };
    const { url } = await serve(problem(503, { code: "SHUTTING_DOWN", retry: "later" }, { "retry-after": "7" }), ok);
    await open(url, {}, clock).call(write);
    const [pause] = delays.filter((delay) => delay < 30_000);
    expect(pause).toBeGreaterThanOrEqual(7_000);
    expect(pause).toBeLessThan(7_100);
  });

  it("does not begin a pause that ends after the deadline", async () => {
    const { url, requests } = await serve(
      problem(503, { code: "SHUTTING_DOWN", retry: "later", applied: "no" }, { "retry-after": "3600" }),
    );
    expect(await failure(open(url).call(write))).toMatchObject({ code: "SHUTTING_DOWN", retryAfterS: 3_600 });
    expect(requests.length).toBe(1);
  });

  it("a write without an answer in time is ASK_TIMEOUT, applied unknown", async () => {
    const { url } = await serve(silent);
    const error = await failure(open(url).call({ ...write, options: { timeoutMs: 50 } }));
    expect(error).toMatchObject({ code: "ASK_TIMEOUT", applied: "unknown" });
  });

  it("rejects with the signal's reason, before and during a call", async () => {
    const { url, requests } = await serve(silent);
    await expect(open(url).call({ ...write, options: { signal: AbortSignal.abort("early") } })).rejects.toBe("early");
    expect(requests.length).toBe(0);
    const controller = new AbortController();
    const running = open(url).call({ ...read, options: { signal: controller.signal } });
    setTimeout(() => controller.abort("late"), 20);
    await expect(running).rejects.toBe("late");
  });

  it("rejects with the signal's reason during a pause", async () => {
    const { url } = await serve(problem(503, { code: "MAILBOX_FULL", retry: "later" }, { "retry-after": "5" }));
    const controller = new AbortController();
    const running = open(url).call({ ...read, options: { signal: controller.signal } });
    setTimeout(() => controller.abort("in the pause"), 50);
    await expect(running).rejects.toBe("in the pause");
  });

  it("a server that is not there is CONNECTION_FAILED, and a write to it did not happen", async () => {
    const { url } = await serve(ok);
    for (const server of servers) await new Promise((resolve) => server.close(resolve));
    const error = await failure(open(url, { retry: { attempts: 2 } }).call(write));
    expect(error).toMatchObject({ code: "CONNECTION_FAILED", applied: "no" });
  });

  it("an answer of something else is CONNECTION_FAILED: 502 is tried again, 404 is not", async () => {
    const html =
      (status: number): Answer =>
      (_request, response) =>
        response.writeHead(status).end("<html>");
    const gone = await serve(html(404));
    expect(await failure(open(gone.url).call(read))).toMatchObject({
      code: "CONNECTION_FAILED",
      status: 404,
      retry: "never",
    });
    const passing = await serve(html(502), html(200));
    await open(passing.url).call(read);
    expect(passing.requests.length).toBe(2);
  });

  it("problem details that are none are not believed", async () => {
    const { url } = await serve(problem(400, { code: 7 }));
    expect(await failure(open(url).call(read))).toMatchObject({ code: "CONNECTION_FAILED", status: 400 });
  });

  it("makes keys in the server's time, and renews a first one that a wrong clock made too old", async () => {
    const serverTime = Date.UTC(2030, 0, 1);
    const date = { date: new Date(serverTime).toUTCString() };
    const { url, requests } = await serve(
      problem(422, { code: "IDEMPOTENCY_EXPIRED", retry: "never", applied: "unknown" }, date),
      (_request, response) => {
        response.writeHead(200, date).end("{}");
      },
    );
    await open(url).call(write);
    const [first = "", second = ""] = requests.map(({ key }) => key);
    const timeOf = (key: string): number => Number.parseInt(key.slice(0, 8) + key.slice(9, 13), 16);
    expect(timeOf(first)).toBeLessThan(serverTime);
    expect(Math.abs(timeOf(second) - serverTime)).toBeLessThan(5_000);
  });

  it("never renews a key of the caller's own", async () => {
    const { url, requests } = await serve(
      problem(422, { code: "IDEMPOTENCY_EXPIRED", retry: "never", applied: "unknown" }),
    );
    expect(await failure(open(url).call({ ...write, idempotencyKey: "mine" }))).toMatchObject({
      code: "IDEMPOTENCY_EXPIRED",
    });
    expect(requests.map(({ key }) => key)).toEqual(["mine"]);
  });

  it("asks for headers anew with each attempt", async () => {
    const { url, requests } = await serve(full, ok);
    let asked = 0;
    await open(url, { headers: async () => ({ authorization: `Bearer ${++asked}` }) }).call(read);
    expect([requests.length, asked]).toEqual([2, 2]);
  });

  it("close waits for what is under way and refuses what is new", async () => {
    const { url } = await serve((_request, response) => setTimeout(() => response.end("{}"), 30));
    const transport = open(url);
    let isDone = false;
    const running = transport.call(read).then(() => {
      isDone = true;
    });
    await transport.close();
    expect(isDone).toBe(true);
    await running;
    expect(await failure(transport.call(read))).toMatchObject({ code: "CONNECTION_FAILED", retry: "never" });
  });
});
