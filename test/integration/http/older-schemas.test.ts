import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../../../runtime/core/clock.js";
import { interpretedType } from "../../../runtime/schema/entity-type.js";
import { frame } from "../../../runtime/schema/framing.js";
import { definedBy } from "../../../runtime/schema/raw-schema.js";
import { WriterSchemas } from "../../../runtime/state/writer-schemas.js";
import { Account } from "./bank.js";
import { call, linesOf, openNode, schemaIds, type TestNode } from "./node.js";

/** As accounts were before they had a status and tags; the balance was an int. */
const older = `{"type":"record","name":"bank.Account","fields":[
  {"name":"balance","type":"int"},{"name":"gone","type":"bytes"},{"name":"id","type":"string"}]}`;
const unreadable = `{"type":"record","name":"bank.Account","fields":[{"name":"balance","type":"string"}]}`;

const texts = new Map([
  [501, older],
  [502, unreadable],
  [503, "no schema"],
]);
let asked = 0;
const registry = {
  async schemaById(id: number): Promise<string | undefined> {
    asked += 1;
    if (id === 504) throw new Error("the registry is down");
    return texts.get(id);
  },
};
const olderType = interpretedType(definedBy(older));
const olderFrame = (id: string, balance: number): Uint8Array =>
  frame(501, olderType.encode({ id, balance, gone: Uint8Array.of(1) }));
const binary = { "content-type": "avro/binary" };

let node: TestNode;
beforeAll(async () => {
  node = await openNode({ writers: new WriterSchemas(registry, systemClock, new Map()) });
  const access = node.router.keyspaces.get("accounts");
  const rows: readonly (readonly [string, Uint8Array])[] = [
    ["stored-1", olderFrame("stored-1", 7)],
    ["stored-2", frame(502, Uint8Array.of(0))],
    ["stored-3", frame(599, Uint8Array.of(0))],
    ["stored-4", frame(501, Uint8Array.of(2))],
  ];
  for (const [key, value] of rows) {
    const address = access?.address(key);
    if (address !== undefined) await access?.put(address, value, { timeoutMs: 5_000 });
  }
});
afterAll(() => node.close());

describe("values that were written with another schema", () => {
  it("P15: stored rows are read through the schema of their frame, in every form and list", async () => {
    const json = { id: "stored-1", balance: 7, status: "OPEN", nickname: null, tags: [], limits: {} };
    const first = await call(`${node.url}/accounts/stored-1`);
    expect(first).toMatchObject({ status: 200, json });
    const response = await fetch(`${node.url}/accounts/stored-1`, { headers: { accept: "avro/binary" } });
    const present = frame(schemaIds().accounts?.stores.accounts ?? 0, Account.encode({ id: "stored-1", balance: 7n }));
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(present);
    const page = await call(`${node.url}/accounts?prefix=stored-`);
    expect(page.json).toMatchObject({
      items: [
        { key: "stored-1", value: json },
        { key: "stored-2", error: { code: "SCHEMA_INCOMPATIBLE" } },
        { key: "stored-3", error: { code: "SCHEMA_OTHER" } },
        { key: "stored-4", error: { code: "VALUE_INVALID" } },
      ],
    });
    const lines = linesOf(
      (await call(`${node.url}/accounts?prefix=stored-`, { headers: { accept: "application/x-ndjson" } })).text,
    );
    expect(lines[0]).toMatchObject({ key: "stored-1", value: json });
  });

  it("handlers read them too, and what they write is of the present schema", async () => {
    const deposit = await call(`${node.url}/accounts/stored-1/deposit`, {
      method: "POST",
      body: '{"amount":5}',
      headers: { "content-type": "application/json" },
    });
    expect(deposit).toMatchObject({ status: 200, json: { id: "stored-1", balance: 12, status: "OPEN" } });
    expect((await call(`${node.url}/accounts/stored-1`)).json).toMatchObject({ balance: 12 });
  });

  it("a body of an older schema is taken and stored in the present one", async () => {
    const put = (body: Uint8Array) =>
      call(`${node.url}/accounts/put`, { method: "PUT", body: Buffer.from(body), headers: binary });
    expect(await put(olderFrame("put", -3))).toMatchObject({ status: 201 });
    expect((await call(`${node.url}/accounts/put`)).json).toMatchObject({ id: "put", balance: -3 });
    expect(await put(frame(501, Uint8Array.of(0x80)))).toMatchObject({ status: 400, json: { code: "VALUE_INVALID" } });
  });

  it("a body of a schema that does not resolve, is none or is not there is refused with the reason, and not written", async () => {
    const put = async (id: number): Promise<unknown> => {
      const init = { method: "PUT", body: Buffer.from(frame(id, Uint8Array.of(0))), headers: binary };
      return call(`${node.url}/accounts/refused`, init);
    };
    expect(await put(502)).toMatchObject({
      status: 409,
      json: { code: "SCHEMA_INCOMPATIBLE", applied: "no", detail: expect.stringContaining("bank.Account.id") },
    });
    expect(await put(503)).toMatchObject({ status: 415, json: { code: "SCHEMA_OTHER", applied: "no" } });
    expect(await put(505)).toMatchObject({ status: 415, json: { code: "SCHEMA_OTHER", applied: "no" } });
    expect(await put(504)).toMatchObject({ status: 503, json: { code: "REGISTRY_UNAVAILABLE", applied: "no" } });
    expect((await call(`${node.url}/accounts/refused`)).status).toBe(404);
  });

  it("P12: ids that lead to nothing are asked for once in a while, whoever sends them", async () => {
    const before = asked;
    for (let times = 0; times < 20; times += 1) await call(`${node.url}/accounts/stored-3`);
    expect(asked - before).toBeLessThanOrEqual(1);
  });
});
