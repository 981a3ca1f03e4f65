import { describe, expect, it } from "vitest";
import { systemClock } from "../../../../runtime/core/clock.js";
import { AffinityError } from "../../../../runtime/core/errors.js";
import { MemoryRegistry } from "../../../../runtime/registry/memory-registry.js";
import { interpretedType } from "../../../../runtime/schema/entity-type.js";
import { frame } from "../../../../runtime/schema/framing.js";
import { definedBy } from "../../../../runtime/schema/raw-schema.js";
import type { EntityType } from "../../../../runtime/schema/type.js";
import { Recogniser } from "../../../../runtime/serde/recognise.js";
import { singleObjects } from "../../../../runtime/serde/single-object.js";

const account = JSON.stringify({ type: "record", name: "bank.Account", fields: [{ name: "balance", type: "long" }] });
const other = JSON.stringify({ type: "record", name: "bank.Other", fields: [{ name: "text", type: "string" }] });
const accountType: EntityType<unknown> = interpretedType(definedBy(account));

async function recogniser(schemas: readonly string[] = []): Promise<{ recogniser: Recogniser; id: number }> {
  const registry = new MemoryRegistry({ compatibility: "NONE" });
  const { id } = await registry.register("accounts-value", account);
  return { recogniser: new Recogniser({ registry, schemas, clock: systemClock }), id };
}

describe("what bytes in a topic are", () => {
  it("P16: a frame is read with the schema that it names, its longs exact", async () => {
    const { recogniser: some, id } = await recogniser();
    const found = await some.recognise(frame(id, accountType.encode({ balance: 9007199254740993n })));
    expect(found).toMatchObject({ json: '{"balance":9007199254740993}', type: "bank.Account", schemaId: id });
    expect(found.plain()).toEqual({ balance: "9007199254740993" });
  });

  it("a single object is read with the registry's schemas, and with those that are given", async () => {
    const { recogniser: some } = await recogniser([other]);
    const registered = singleObjects(accountType).encode({ balance: 5n });
    expect(await some.recognise(registered)).toMatchObject({ json: '{"balance":5}', type: "bank.Account" });
    const given: EntityType<unknown> = interpretedType(definedBy(other));
    expect(await some.recognise(singleObjects(given).encode({ text: "ä" }))).toMatchObject({ json: '{"text":"ä"}' });
    const unknown = (await recogniser()).recogniser;
    const found = await unknown.recognise(singleObjects(given).encode({ text: "ä" }));
    expect(found).toMatchObject({ type: "bytes", note: expect.stringContaining("fingerprint") });
  });

  it("text is text, anything else base64", async () => {
    const { recogniser: some } = await recogniser();
    expect(await some.recognise(Buffer.from("a-1 ä\n"))).toMatchObject({ json: '"a-1 ä\\n"', type: "text" });
    expect(await some.recognise(Buffer.alloc(0))).toMatchObject({ json: '""', type: "text" });
    expect(await some.recognise(Buffer.from([1, 2]))).toMatchObject({ json: '"AQI="', type: "bytes" });
    expect(await some.recognise(Buffer.from([0xff, 0x41]))).toMatchObject({ json: '"/0E="', type: "bytes" });
  });

  it("P17: what only looks like Avro is shown with the reason, never an error", async () => {
    const { recogniser: some, id } = await recogniser();
    for (const [bytes, note] of [
      [frame(4_000_000_000, Buffer.from("x")), /schema id 4000000000.*does not know/],
      [frame(id, Buffer.from([0x80])), /bank.Account, and is none/],
      [frame(id, Buffer.concat([accountType.encode({ balance: 1n }), Buffer.from("more")])), /is none/],
    ] as const) {
      expect(await some.recognise(bytes)).toMatchObject({ type: "bytes", note: expect.stringMatching(note) });
    }
    for (let length = 0; length < 12; length += 1)
      for (const head of [[0], [0xc3, 0x01], [0xc3]])
        expect(await some.recognise(Buffer.from([...head, ...Buffer.alloc(length, 7)]))).toHaveProperty("json");
  });

  it("a registry that does not answer is an error", async () => {
    const fail = (): Promise<never> => Promise.reject(new AffinityError("REGISTRY_UNAVAILABLE", "away"));
    const registry = { schemaById: fail, subjects: fail, versions: fail };
    const some = new Recogniser({ registry, schemas: [], clock: systemClock });
    await expect(some.recognise(frame(1, Buffer.from("x")))).rejects.toMatchObject({ code: "REGISTRY_UNAVAILABLE" });
  });
});
