import { createServer } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectService } from "../../../runtime/client/connect.js";
import type { ClientOptions, KeyspaceClient, MessageOptions } from "../../../runtime/client/types.js";
import type { ClientKeyspace } from "../../../runtime/protocol/service.js";
import { keyBytes } from "../../../runtime/schema/key-bytes.js";
import {
  defineBytes,
  defineDouble,
  defineInt,
  defineLong,
  defineString,
} from "../../../runtime/schema/primitive-types.js";
import {
  type Account,
  type AccountInput,
  type Deposit,
  defineAccount,
  defineDeposit,
  definePlace,
  defineQuestion,
  defineTour,
  defineVertexKey,
  type Place,
  type Question,
  type Tour,
  type VertexKey,
} from "./bank.js";
import { openNode, RawConnection, type TestNode } from "./node.js";

interface AccountsClient extends KeyspaceClient<string, Account, AccountInput> {
  deposit(key: string, request: Deposit, options?: MessageOptions): Promise<Account>;
  worth(
    key: string,
    request: Partial<Question> & { readonly factor: number },
    options?: MessageOptions,
  ): Promise<number>;
  touch(key: string, options?: MessageOptions): Promise<void>;
}
interface GraphClient extends KeyspaceClient<VertexKey, string> {
  degree(key: VertexKey, options?: MessageOptions): Promise<number>;
}
interface Client {
  readonly accounts: AccountsClient;
  readonly graph: GraphClient;
  readonly numbers: KeyspaceClient<bigint, bigint>;
  readonly blobs: KeyspaceClient<Uint8Array, Uint8Array>;
  readonly tours: KeyspaceClient<Tour, string>;
  readonly places: KeyspaceClient<Place, string>;
  close(): Promise<void>;
}

const keyspaces: { readonly [name: string]: ClientKeyspace } = {
  accounts: {
    name: "accounts",
    path: "/accounts",
    key: defineString,
    value: defineAccount,
    messages: {
      deposit: {
        request: defineDeposit,
        reply: defineAccount,
        write: true,
        route: { method: "POST", path: "/accounts/{key}/deposit" },
      },
      worth: {
        request: defineQuestion,
        reply: defineDouble,
        write: false,
        route: { method: "GET", path: "/worth/{key}" },
      },
      touch: { write: true, route: { method: "POST", path: "/accounts/{key}/touch" } },
    },
  },
  graph: {
    name: "graph",
    path: "/graph",
    key: defineVertexKey,
    value: defineString,
    messages: { degree: { reply: defineInt, write: false, route: { method: "GET", path: "/graph/{key}/degree" } } },
  },
  numbers: { name: "numbers", path: "/api/v1/numbers", key: defineLong, value: defineLong, messages: {} },
  places: { name: "places", path: "/places", key: definePlace, value: defineString, messages: {} },
  tours: {
    name: "tours",
    path: "/tours",
    key: defineTour,
    keyBytes: (key) => keyBytes(defineTour, key),
    value: defineString,
    messages: {},
  },
  blobs: { name: "blobs", path: "/blobs", key: defineBytes, value: defineBytes, messages: {} },
};
const connect = (options: ClientOptions): Client => connectService<Client>(options, keyspaces);

let node: TestNode;
let client: Client;
beforeAll(async () => {
  node = await openNode();
  client = connect({ url: `${node.url}/` });
});
afterAll(async () => {
  await client.close();
  await node.close();
});
const account: Account = {
  id: "c",
  balance: 9_007_199_254_740_993n,
  status: "CLOSED",
  nickname: "ü😀",
  tags: ["a", ""],
  limits: { ["__proto__"]: 1, day: -5 },
};

describe("the client against the gateway", () => {
  it("P16: put, get and delete carry values exactly", async () => {
    const put = await client.accounts.put("c-1", account);
    expect(put).toEqual({ position: expect.any(String), created: true });
    expect(await client.accounts.get("c-1")).toEqual(account);
    expect((await client.accounts.put("c-1", { id: "c", balance: -1n })).created).toBe(false);
    expect(await client.accounts.get("c-1")).toEqual({
      id: "c",
      balance: -1n,
      status: "OPEN",
      nickname: null,
      tags: [],
      limits: {},
    });
    expect(await client.accounts.delete("c-1")).toBe(true);
    expect(await client.accounts.delete("c-1")).toBe(false);
    expect(await client.accounts.get("c-1")).toBeUndefined();
    for (const edge of [2n ** 63n - 1n, -(2n ** 63n), 0n]) {
      await client.numbers.put(edge, edge);
      expect(await client.numbers.get(edge)).toBe(edge);
    }
    const bytes = Uint8Array.of(0, 255, 254, 62, 63);
    await client.blobs.put(bytes, bytes);
    expect(await client.blobs.get(bytes)).toEqual(bytes);
  });

  it("a compound key whose first fields are fixed is listed by them: a prefix of one, of two, of all its fields", async () => {
    const place = (region: readonly number[], zone: number, id: string): Place => ({
      region: Uint8Array.from(region),
      zone: Uint8Array.of(zone),
      id,
    });
    const places = [
      place([0, 0], 0, "a"),
      place([0, 255], 7, ""),
      place([0, 255], 7, "b"),
      place([0, 255], 255, "a"),
      place([1, 0], 0, "c"),
      place([255, 255], 255, "z"),
    ];
    for (const key of places.toReversed()) await client.places.put(key, key.id);
    const listed = async (prefix: Partial<Place>): Promise<readonly Place[]> => {
      const found: Place[] = [];
      for await (const [key, value] of client.places.list({ prefix })) {
        expect(value).toBe(key.id);
        found.push(key);
      }
      return found;
    };
    const region = Uint8Array.of(0, 255);
    expect(await listed({ region })).toEqual(places.slice(1, 4));
    expect(await listed({ region, zone: Uint8Array.of(7) })).toEqual(places.slice(1, 3));
    expect(await listed({ region, zone: Uint8Array.of(7), id: "b" })).toEqual(places.slice(2, 3));
    expect(await listed({ region: Uint8Array.of(255, 255) })).toEqual(places.slice(5));
    expect(await listed({ region: Uint8Array.of(2, 0) })).toEqual([]);
    await expect(listed({ region: Uint8Array.of(0) })).rejects.toMatchObject({ code: "QUERY_INVALID" });
    await expect(listed({ zone: Uint8Array.of(7) })).rejects.toMatchObject({ code: "KEY_INVALID" });
  });

  it("every key goes through, whatever it holds", async () => {
    for (const key of ["", ".", "..", "a/b", "%", "?x=1#y", "ü€😀", "a b+c", "\u0000\n", "k".repeat(2_000)]) {
      await client.accounts.put(key, { id: "k", balance: 1n });
      expect((await client.accounts.get(key))?.id).toBe("k");
      expect((await client.accounts.deposit(key, { amount: 1n })).balance).toBe(2n);
      expect(await client.accounts.worth(key, { factor: 0.5 })).toBe(1);
      expect(await client.accounts.delete(key)).toBe(true);
    }
    for (const key of [
      { ts: -1n, id: "" },
      { ts: 2n ** 62n, id: "." },
      { ts: 0n, id: "a/b" },
    ]) {
      await client.graph.put(key, "v");
      expect(await client.graph.get(key)).toBe("v");
      expect(await client.graph.degree(key)).toBe(key.id.length);
    }
  });

  it("keys that are neither scalars nor records of scalars travel as Avro binary", async () => {
    const tours: readonly Tour[] = [
      { stops: [], year: null },
      { stops: ["a/b", "", "ü😀"], year: -7 },
      { stops: ["a/b", "", "ü😀"], year: 2_147_483_647 },
    ];
    for (const tour of tours) await client.tours.put(tour, JSON.stringify(tour));
    for (const tour of tours) expect(await client.tours.get(tour)).toBe(JSON.stringify(tour));
    const listed: Tour[] = [];
    for await (const [key] of client.tours.list({ from: { stops: ["a"], year: null } })) listed.push(key);
    expect(listed).toEqual(tours.slice(1));
  });

  it("messages are typed by their definition, with requests in the body or in the query", async () => {
    expect(await client.accounts.deposit("m-1", { amount: 2n ** 62n })).toMatchObject({
      id: "m-1",
      balance: 2n ** 62n,
    });
    expect(await client.accounts.worth("m-1", { factor: 1, least: 2n ** 62n + 1n, isRounded: true })).toBe(
      Number(2n ** 62n),
    );
    expect(await client.accounts.worth("m-2", { factor: Number.NaN })).toBeNaN();
    expect(await client.accounts.touch("m-1")).toBeUndefined();
    expect((await client.accounts.get("m-1"))?.balance).toBe(-1n);
  });

  it("errors are AffinityErrors with the server's code, detail, data and place", async () => {
    await expect(client.accounts.deposit("e-1", { amount: -1n })).rejects.toMatchObject({
      name: "AffinityError",
      code: "AMOUNT_INVALID",
      detail: expect.stringContaining("must be positive"),
      data: { least: 1 },
      status: 422,
      applied: "no",
    });
    await expect(client.numbers.put(1n, 2n ** 63n)).rejects.toMatchObject({ code: "VALUE_INVALID" });
    await expect(client.numbers.delete(1n)).rejects.toMatchObject({ code: "METHOD_NOT_ALLOWED" });
    await expect(client.accounts.put("k".repeat(5_000), { id: "k", balance: 1n })).rejects.toMatchObject({
      code: "KEY_INVALID",
    });
  });

  it("conditions: etags and `*`", async () => {
    await client.accounts.put("t-1", { id: "t", balance: 1n }, { ifNoneMatch: "*" });
    await expect(client.accounts.put("t-1", { id: "t", balance: 1n }, { ifNoneMatch: "*" })).rejects.toMatchObject({
      code: "CONDITION_FAILED",
      status: 412,
      applied: "no",
    });
    const row = await client.accounts.getWithMeta("t-1");
    expect(row).toEqual({
      value: expect.objectContaining({ balance: 1n }),
      position: expect.any(String),
      etag: expect.stringMatching(/^".+"$/),
    });
    const etag = row?.etag ?? "";
    await expect(client.accounts.get("t-1", { ifNoneMatch: etag })).rejects.toMatchObject({
      code: "CONDITION_FAILED",
      status: 304,
    });
    expect(await client.accounts.get("t-1", { ifMatch: etag })).toBeDefined();
    expect(await client.accounts.put("t-1", { id: "t", balance: 2n }, { ifMatch: etag })).toMatchObject({
      created: false,
    });
    await expect(client.accounts.delete("t-1", { ifMatch: etag })).rejects.toMatchObject({ code: "CONDITION_FAILED" });
    expect(await client.accounts.getWithMeta("none")).toBeUndefined();
  });

  it("list fetches pages as one iterates; limit is the total", async () => {
    const lines = Array.from(
      { length: 1_203 },
      (_, at) => `{"key":${JSON.stringify(`l-${String(at).padStart(4, "0")}`)},"value":{"id":"l","balance":${at}}}`,
    );
    await fetch(`${node.url}/accounts`, {
      method: "PUT",
      body: lines.join("\n"),
      headers: { "content-type": "application/x-ndjson" },
    });
    const all: bigint[] = [];
    for await (const [, { balance }] of client.accounts.list({ prefix: "l-" })) all.push(balance);
    expect(all).toEqual(lines.map((_, at) => BigInt(at)));
    const some: string[] = [];
    for await (const [key] of client.accounts.list({ from: "l-0010", to: "l-1000", order: "desc", limit: 503 }))
      some.push(key);
    expect([some.length, some[0], some[502]]).toEqual([503, "l-0999", "l-0497"]);
    const vertices: VertexKey[] = [];
    for (const ts of [5n, 5n, 6n]) await client.graph.put({ ts, id: String(vertices.length) }, "x");
    for await (const [key] of client.graph.list({ prefix: { ts: 5n } })) vertices.push(key);
    expect(vertices).toEqual([{ ts: 5n, id: "0" }]);
    for await (const _ of client.accounts.list({ prefix: "l-", limit: 0 })) throw new Error("limit 0 gives nothing");
  });

  it("a list that is left early asks for no further page", async () => {
    const asked: string[] = [];
    const counting = connect({
      url: node.url,
      fetch: (url, init) => {
        asked.push(url);
        return fetch(url, init);
      },
    });
    for await (const [key] of counting.accounts.list({ prefix: "l-" })) if (key === "l-0003") break;
    expect(asked.length).toBe(1);
  });

  it("signals end calls and lists", async () => {
    await expect(client.accounts.get("a", { signal: AbortSignal.abort("no") })).rejects.toBe("no");
    const controller = new AbortController();
    const seen: string[] = [];
    const iterate = async (): Promise<void> => {
      for await (const [key] of client.accounts.list({ prefix: "l-", signal: controller.signal })) {
        seen.push(key);
        if (seen.length === 500) controller.abort("enough");
      }
    };
    await expect(iterate()).rejects.toBe("enough");
    expect(seen.length).toBe(500);
  });

  it("P5: a call that is cut off on its way back is applied once", async () => {
    // A proxy that lets every second request through to the end, and cuts the connection of the others after the server took it.
    let count = 0;
    const proxy = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", async () => {
        const headers = Object.fromEntries(
          Object.entries(request.headers).filter(
            ([name]) => !["host", "connection", "content-length", "transfer-encoding", "expect"].includes(name),
          ),
        );
        const answer = await fetch(node.url + request.url, {
          method: request.method ?? "GET",
          headers: headers as Record<string, string>,
          ...(chunks.length > 0 && { body: Buffer.concat(chunks) }),
        });
        const text = await answer.text();
        if (count++ % 2 === 0) request.socket.destroy();
        else
          response
            .writeHead(answer.status, {
              "content-type": answer.headers.get("content-type") ?? "text/plain",
              date: answer.headers.get("date") ?? "",
            })
            .end(text);
      });
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    const address = proxy.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const shaky = connect({ url: `http://127.0.0.1:${port}`, retry: { firstDelayMs: 1 } });
    for (let deposit = 0; deposit < 20; deposit++) await shaky.accounts.deposit("shaky", { amount: 5n });
    expect((await client.accounts.get("shaky"))?.balance).toBe(100n);
    expect(count).toBe(40);
    proxy.close();
    proxy.closeAllConnections();
  });

  it("learns the server's time: keys of a client with a wrong clock are taken", async () => {
    const wrong = connect({
      url: node.url,
      fetch: (url, init) => {
        const headers = new Headers(init.headers);
        const key = headers.get("idempotency-key");
        // The first key comes from a clock an hour behind.
        if (key !== null && !isCorrected) headers.set("idempotency-key", behind(key));
        isCorrected = true;
        return fetch(url, { ...init, headers });
      },
    });
    let isCorrected = false;
    expect(await wrong.accounts.put("clock", { id: "clock", balance: 1n })).toMatchObject({ created: true });
  });

  it("keeps its connection from call to call", async () => {
    const own = await openNode();
    const other = connect({ url: own.url });
    for (let at = 0; at < 50; at++) await other.numbers.put(BigInt(at), 1n);
    expect(await (await fetch(`${own.url}/_affinity/metrics`)).text()).toMatch(/affinity_http_connections [12]\n/);
    await own.close();
  });

  it("a server that comes back within the deadline is waited for", async () => {
    const first = await openNode();
    const { port } = first.gateway;
    await first.close();
    const waiting = connect({ url: first.url, retry: { firstDelayMs: 20, longestDelayMs: 50 } }).numbers.put(1n, 1n);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const second = await openNode({ http: { port } });
    expect(await waiting).toMatchObject({ created: true });
    await second.close();
  });

  it("an unread connection of another caller disturbs nobody", async () => {
    const lazy = new RawConnection(node.gateway.port);
    lazy.socket.pause();
    lazy.write("GET /accounts?limit=1000 HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(50));
    expect(await client.accounts.get("none")).toBeUndefined();
    lazy.close();
    expect(node.faults).toEqual([]);
  });
});

function behind(key: string): string {
  const time = Number.parseInt(key.slice(0, 8) + key.slice(9, 13), 16) - 3_600_000;
  const hex = time.toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}${key.slice(13)}`;
}
