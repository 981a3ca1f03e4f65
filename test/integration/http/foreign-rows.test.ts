import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectService } from "../../../runtime/client/connect.js";
import type { KeyspaceClient } from "../../../runtime/client/types.js";
import { frame } from "../../../runtime/schema/framing.js";
import { defineLong } from "../../../runtime/schema/primitive-types.js";
import { call, linesOf, openNode, schemaIds, type TestNode } from "./node.js";

let node: TestNode;
const id = schemaIds().numbers?.stores.numbers ?? 0;

beforeAll(async () => {
  node = await openNode();
  const access = node.router.keyspaces.get("numbers");
  const rows: readonly (readonly [key: bigint, value: Uint8Array])[] = [
    [1n, frame(id, Uint8Array.of(2))],
    [2n, frame(id + 1_000, Uint8Array.of(2))],
    [3n, frame(id, Uint8Array.of(0x80))],
    [4n, Uint8Array.of(9)],
    [5n, frame(id, Uint8Array.of(10))],
  ];
  for (const [key, value] of rows) {
    const address = access?.address(key);
    if (address !== undefined) await access?.put(address, value, { timeoutMs: 5_000 });
  }
});
afterAll(() => node.close());

describe("rows that other programs wrote", () => {
  it("P15: nothing is decoded with a schema it was not written with; the fault is of that row alone", async () => {
    expect((await call(`${node.url}/api/v1/numbers/1`)).text).toBe("1");
    expect(await call(`${node.url}/api/v1/numbers/2`)).toMatchObject({
      status: 500,
      json: { code: "SCHEMA_OTHER", detail: expect.stringContaining("as it is stored: its schema id is") },
    });
    expect(await call(`${node.url}/api/v1/numbers/3`)).toMatchObject({ status: 500, json: { code: "VALUE_INVALID" } });
    expect(await call(`${node.url}/api/v1/numbers/4`)).toMatchObject({ status: 500, json: { code: "VALUE_INVALID" } });
    const { json } = await call(`${node.url}/api/v1/numbers`);
    expect(json).toMatchObject({
      items: [
        { key: 1, value: 1 },
        { key: 2, error: { code: "SCHEMA_OTHER" } },
        { key: 3, error: { code: "VALUE_INVALID" } },
        { key: 4, error: { code: "VALUE_INVALID" } },
        { key: 5, value: 5 },
      ],
    });
    const lines = linesOf(
      (await call(`${node.url}/api/v1/numbers`, { headers: { accept: "application/x-ndjson" } })).text,
    );
    expect(lines[1]).toMatchObject({ key: 2, error: { code: "SCHEMA_OTHER" } });
    expect(lines.at(-1)).toEqual({ end: true, count: 5 });
    expect(node.faults).toEqual([]);
  });

  it("the client's list throws what such a row is, after those before it", async () => {
    const client = connectService<{ readonly numbers: KeyspaceClient<bigint, bigint> }>(
      { url: node.url },
      { numbers: { name: "numbers", path: "/api/v1/numbers", key: defineLong, value: defineLong, messages: {} } },
    );
    const keys: bigint[] = [];
    const iterate = async (): Promise<void> => {
      for await (const [key] of client.numbers.list()) keys.push(key);
    };
    await expect(iterate()).rejects.toMatchObject({ code: "SCHEMA_OTHER" });
    expect(keys).toEqual([1n]);
  });
});
