import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SeededRandom } from "../../../runtime/core/random.js";
import { call, openNode, RawConnection, raw, rawUntil, type TestNode } from "./node.js";

let node: TestNode;
const unhandled: unknown[] = [];
const onUnhandled = (reason: unknown): void => {
  unhandled.push(reason);
};

beforeAll(async () => {
  process.on("unhandledRejection", onUnhandled);
  node = await openNode({ http: { maxBodyBytes: 4_096 } });
});
afterAll(async () => {
  await node.close();
  process.off("unhandledRejection", onUnhandled);
});

/** What must hold whatever came: nothing of ours broke, and the next request is answered. */
async function expectSound(): Promise<void> {
  expect(await call(`${node.url}/_affinity/live`)).toMatchObject({ status: 200 });
  expect(node.faults).toEqual([]);
  expect(unhandled).toEqual([]);
}
const put = (body: string | Buffer, path = "/accounts/h", type = "application/json"): Promise<string> => {
  const bytes = Buffer.from(body);
  const head = `PUT ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${type}\r\nContent-Length: ${bytes.length}\r\nConnection: close\r\n\r\n`;
  return raw(node.gateway.port, Buffer.concat([Buffer.from(head), bytes]));
};
const statuses = (text: string): number[] =>
  [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status));

describe("hostile requests", () => {
  it.each([
    ["deep arrays", `{"id":"h","balance":1,"tags":${"[".repeat(2_000)}`],
    ["deep objects", '{"a":'.repeat(800)],
    ["a giant number", `{"id":"h","balance":${"9".repeat(4_000)}}`],
    ["a giant exponent", '{"id":"h","balance":1e999999999}'],
    ["a lone surrogate", '{"id":"\\ud83d","balance":1}'],
    ["an escape cut short", '{"id":"\\u12","balance":1}'],
    ["duplicate members", '{"id":"h","id":"h","balance":1}'],
    ["__proto__", '{"__proto__":{"id":"h"},"balance":1}'],
    ["constructor", '{"id":"h","balance":1,"constructor":{"prototype":{}}}'],
    ["__proto__ in a map", '{"id":"h","balance":1,"limits":{"__proto__":"x"}}'],
    ["a byte order mark", '\ufeff{"id":"h","balance":1}'],
    ["a NUL", '{"id":"h\u0000","balance":1}'],
  ])("P17: %s is VALUE_INVALID and writes nothing", async (_name, body) => {
    const text = await put(body);
    expect(text).toMatch(/^HTTP\/1\.1 400 [\s\S]*VALUE_INVALID/);
    expect((await call(`${node.url}/accounts/h`)).status).toBe(404);
    await expectSound();
  });

  it("P17: __proto__ as a map's key is a key like others", async () => {
    expect(await put('{"id":"h","balance":1,"limits":{"__proto__":7}}', "/accounts/proto")).toMatch(/^HTTP\/1\.1 201 /);
    expect((await call(`${node.url}/accounts/proto`)).text).toContain('"limits":{"__proto__":7}');
    expect(Object.prototype).not.toHaveProperty("7");
    await expectSound();
  });

  it.each([
    ["Content-Length and Transfer-Encoding", "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"],
    ["two different Content-Lengths", "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"],
    ["a list of Content-Lengths", "Content-Length: 3, 4\r\n\r\nabcd"],
    ["a negative Content-Length", "Content-Length: -1\r\n\r\n"],
    ["a Content-Length of 2^64", "Content-Length: 18446744073709551616\r\n\r\n"],
    ["Transfer-Encoding that does not end in chunked", "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"],
    ["Transfer-Encoding that is chunked twice", "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n"],
    ["a chunk size that overflows", "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nx"],
    ["a space before the colon", "Content-Length : 3\r\n\r\nabc"],
    ["a folded header", "X-A: b\r\n c\r\nContent-Length: 3\r\n\r\nabc"],
    ["a bare line feed", "X-A: b\nX-B: c\r\n\r\n"],
    ["a NUL in a header", "X-A: b\u0000c\r\n\r\n"],
  ])("P18: %s is refused, and nothing behind it is read as a request", async (_name, rest) => {
    const text = await raw(
      node.gateway.port,
      `PUT /accounts/smuggled HTTP/1.1\r\nHost: localhost\r\n${rest}GET /_affinity/live HTTP/1.1\r\nHost: localhost\r\n\r\n`,
    );
    expect(text).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(text).toContain("application/problem+json");
    expect(text).not.toContain('{"live":true}');
    expect((await call(`${node.url}/accounts/smuggled`)).status).toBe(404);
    await expectSound();
  });

  it.each(["gzip, chunked", "identity, chunked", "GZIP,\tChunked"])(
    "P18: the transfer coding %s is not taken for chunked, and nothing behind it is read as a request",
    async (coding) => {
      const put = (name: string, header: string): string =>
        `PUT /accounts/${name} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${header}\r\n\r\n`;
      const body = '{"id":"t","balance":1}';
      const chunks = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
      const first = put("before", `Content-Length: ${body.length}`) + body;
      const live = "GET /_affinity/live HTTP/1.1\r\nHost: localhost\r\n\r\n";
      // With a request under way before it, and without.
      for (const before of [first, ""]) {
        const text = await raw(
          node.gateway.port,
          `${before}${put("coded", `Transfer-Encoding: ${coding}`)}${chunks}${put("behind", "Transfer-Encoding: chunked")}${chunks}${live}`,
        );
        const found = statuses(text);
        expect(found.slice(before === "" ? 0 : 1)).toEqual([501]);
        expect(text).toMatch(/TRANSFER_CODING[\s\S]*"applied":"no"/);
        expect(text).toMatch(/Connection: close/i);
        for (const name of ["coded", "behind"])
          expect((await call(`${node.url}/accounts/${name}`)).status, name).toBe(404);
      }
      await expectSound();
    },
  );

  it("P18: a transfer coding in HTTP/1.0 is refused, and nothing behind it is read as a request", async () => {
    const head = "PUT /accounts/old HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n";
    const live = "GET /_affinity/live HTTP/1.1\r\nHost: localhost\r\n\r\n";
    const text = await raw(node.gateway.port, `${head}Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n${live}`);
    expect(statuses(text)).toEqual([400]);
    expect(text).toMatch(/REQUEST_INVALID[\s\S]*"applied":"no"/);
    expect(text).toMatch(/Connection: close/i);
    expect((await call(`${node.url}/accounts/old`)).status).toBe(404);
    await expectSound();
  });

  it("Transfer-Encoding is named without regard to case", async () => {
    const body = '{"id":"t","balance":1}';
    const text = await raw(
      node.gateway.port,
      `PUT /accounts/case HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: Chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
    );
    expect(statuses(text)).toEqual([201]);
  });

  it("pipelined requests are answered in their order, those that wait and those that do not", async () => {
    const write = (at: number): string => {
      const body = `{"id":"p","balance":${at}}`;
      return `PUT /accounts/p HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    };
    const read = "GET /accounts/p HTTP/1.1\r\nHost: localhost\r\n\r\n";
    const text = await raw(
      node.gateway.port,
      `${write(1)}${read}GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n${write(2)}${"DELETE /accounts/p HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"}`,
    );
    expect(statuses(text)).toEqual([201, 200, 404, 204, 204]);
    expect(text).toContain('"balance":1,');
    expect((await call(`${node.url}/accounts/p`)).status).toBe(404);
    await expectSound();
  });

  it("P2: garbage behind a write never answers for it: the write's own answer comes first", async () => {
    const body = '{"id":"g","balance":1}';
    const text = await raw(
      node.gateway.port,
      `PUT /accounts/g HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}garbage garbage\r\n\r\n`,
    );
    expect(statuses(text)[0]).toBe(201);
    expect((await call(`${node.url}/accounts/g`)).status).toBe(200);
    await expectSound();
  });

  it("callers that go away in the middle of anything break nothing", async () => {
    const starts = [
      "GET /acc",
      "PUT /accounts/a HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
      "PUT /accounts/a HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{",
      'PUT /accounts HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"key',
      'PUT /accounts/a HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 22\r\n\r\n{"id":"a","balance":1}',
      "GET /accounts HTTP/1.1\r\nHost: localhost\r\nAccept: application/x-ndjson\r\n\r\n",
      "GET /accounts HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(50),
      "POST /accounts/a/touch HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 10\r\n\r\n",
    ];
    for (let round = 0; round < 10; round++) {
      for (const start of starts) {
        const connection = new RawConnection(node.gateway.port);
        connection.write(start);
        await new Promise((resolve) => setTimeout(resolve, round % 3));
        if (round % 2 === 0) connection.socket.resetAndDestroy();
        else connection.close();
      }
    }
    await expectSound();
  });

  it("CONNECT, TRACE, unknown methods, upgrades and HTTP/2 are refused in words", async () => {
    const { port } = node.gateway;
    const host = "Host: localhost\r\nConnection: close\r\n";
    expect(await raw(port, `CONNECT localhost:80 HTTP/1.1\r\n${host}\r\n`)).toMatch(
      /^HTTP\/1\.1 405 [\s\S]*METHOD_NOT_ALLOWED/,
    );
    expect(await raw(port, `TRACE /accounts HTTP/1.1\r\n${host}\r\n`)).toMatch(/^HTTP\/1\.1 405 /);
    expect(await raw(port, `BREW /accounts HTTP/1.1\r\n${host}\r\n`)).toMatch(/^HTTP\/1\.1 400 [\s\S]*REQUEST_INVALID/);
    expect(await raw(port, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")).toMatch(/^HTTP\/1\.1 (400|405) /);
    expect(
      await rawUntil(
        port,
        "GET /accounts/none HTTP/1.1\r\nHost: localhost\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
        "}",
      ),
    ).toMatch(/^HTTP\/1\.1 404 /);
    expect(await raw(port, "OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")).toMatch(
      /^HTTP\/1\.1 204 [\s\S]*Allow: /,
    );
    await expectSound();
  });

  it("P17: 2,000 seeded mutations of requests give no 5xx but 501 and 503, and no fault", async () => {
    const seed = 20_261_123;
    const random = new SeededRandom(seed);
    const pick = <T>(items: readonly T[]): T => items[Math.floor(random.next() * items.length)] as T;
    const counts = new Map<number, number>();
    const requests = Array.from({ length: 2_000 }, () => mutated(pick(samples), random));
    const worker = async (): Promise<void> => {
      for (let bytes = requests.pop(); bytes !== undefined; bytes = requests.pop()) {
        const text = await raw(node.gateway.port, bytes, { untilMs: 20_000, endAfterMs: 40 });
        for (const status of statuses(text.split("\r\n\r\n")[0] ?? ""))
          counts.set(status, (counts.get(status) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: 32 }, worker));
    const found = [...counts].sort(([one], [other]) => one - other);
    expect(
      found.filter(([status]) => status >= 500 && status !== 501 && status !== 503),
      `seed ${seed}: ${JSON.stringify(found)}`,
    ).toEqual([]);
    expect(found.length).toBeGreaterThan(6);
    await expectSound();
  });
});

const line = (text: string, ...headers: string[]): string =>
  `${[text, "Host: localhost", ...headers].join("\r\n")}\r\n\r\n`;
const bodied = (text: string, type: string, body: string): string =>
  line(text, `Content-Type: ${type}`, `Content-Length: ${Buffer.byteLength(body)}`) + body;
const samples: readonly string[] = [
  line("GET /accounts/a-1 HTTP/1.1"),
  line(
    "GET /accounts/a-1 HTTP/1.1",
    'If-None-Match: "1.2.3;json"',
    "Accept: application/json; longs=string;q=0.5, avro/*",
  ),
  line("GET /accounts?prefix=a&limit=5&order=desc HTTP/1.1"),
  line("GET /accounts?from=a&to=b&cursor=AAAA HTTP/1.1", "Accept: application/x-ndjson"),
  line("GET /graph/-5/x%2Fy HTTP/1.1"),
  line("GET /graph?key=1&key=%C3%A9 HTTP/1.1"),
  line("GET /worth/a-1?factor=1.5&least=9&isRounded=true HTTP/1.1"),
  line("GET /api/v1/numbers/9007199254740993 HTTP/1.1"),
  bodied(
    "PUT /accounts/a-1 HTTP/1.1",
    "application/json",
    '{"id":"a-1","balance":12345678901234567,"tags":["x"],"limits":{"a":1}}',
  ),
  bodied(
    "PUT /accounts/a-1 HTTP/1.1",
    "avro/json",
    '{"id":"a-1","balance":1,"status":"OPEN","nickname":{"string":"n"},"tags":[],"limits":{}}',
  ),
  bodied(
    "PUT /accounts HTTP/1.1",
    "application/x-ndjson",
    '{"key":"a","value":{"id":"a","balance":1}}\n{"key":"b","value":null}\n',
  ),
  bodied("PUT /blobs/AAEC HTTP/1.1", "application/json", '"AAEC"'),
  bodied("POST /accounts/a-1/deposit HTTP/1.1", "application/json", '{"amount":5}'),
  bodied("POST /accounts/deposit?key=a-1 HTTP/1.1", "application/json", '{"amount":"5"}'),
  line(
    "DELETE /accounts/a-1 HTTP/1.1",
    "Idempotency-Key: 01890a5d-ac96-774b-bcce-b302099a8057",
    'If-Match: "1.2.3;json", *',
  ),
  line("OPTIONS /accounts/a-1 HTTP/1.1", "Origin: http://localhost", "Access-Control-Request-Method: PUT"),
  line("PUT /accounts/a HTTP/1.1", "Content-Type: application/json", "Transfer-Encoding: chunked") +
    '5\r\n{"id"\r\n0\r\n\r\n',
];

function mutated(sample: string, random: SeededRandom): Buffer {
  let bytes = Buffer.from(sample);
  const at = (length: number): number => Math.floor(random.next() * length);
  for (let times = at(4); times >= 0; times--) {
    const place = at(bytes.length);
    switch (at(6)) {
      case 0:
        bytes[place] = at(256);
        break;
      case 1:
        bytes = Buffer.concat([bytes.subarray(0, place), bytes.subarray(place + 1 + at(8))]);
        break;
      case 2:
        bytes = Buffer.concat([
          bytes.subarray(0, place),
          Buffer.from(interesting[at(interesting.length)] ?? ""),
          bytes.subarray(place),
        ]);
        break;
      case 3:
        bytes = Buffer.concat([bytes.subarray(0, place), bytes.subarray(at(bytes.length))]);
        break;
      case 4:
        bytes = Buffer.concat([bytes, bytes.subarray(place)]);
        break;
      default:
        if (bytes.length > 0) bytes[place] = (bytes[place] ?? 0) ^ (1 << at(8));
    }
  }
  return bytes;
}
const interesting: readonly string[] = [
  "\u0000",
  "\r\n",
  "\r\n\r\n",
  "%",
  "%00",
  "%ff",
  "..",
  "/",
  "?",
  "&",
  "#",
  '"',
  "\\",
  "{",
  "}",
  "[",
  "]",
  ",",
  ":",
  "null",
  "-0",
  "1e400",
  "9223372036854775808",
  "__proto__",
  "constructor",
  "\\ud800",
  "é",
  "😀",
  "a".repeat(5_000),
  "[".repeat(300),
  "Content-Length: 5\r\n",
  "Host: x\r\n",
  "*",
];
