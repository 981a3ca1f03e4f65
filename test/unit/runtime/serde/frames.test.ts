import { describe, expect, it } from "vitest";
import { MemoryRegistry } from "../../../../runtime/registry/memory-registry.js";
import { interpretedType } from "../../../../runtime/schema/entity-type.js";
import { frame, unframe } from "../../../../runtime/schema/framing.js";
import { longType, stringType } from "../../../../runtime/schema/primitive-types.js";
import { definedBy } from "../../../../runtime/schema/raw-schema.js";
import { deserializer, taggedDeserializer } from "../../../../runtime/serde/deserializer.js";
import { serializer } from "../../../../runtime/serde/serializer.js";
import { recordSubjects, topicRecordSubjects } from "../../../../runtime/serde/subjects.js";
import { schemaIdsLimit } from "../../../../runtime/serde/writer-plans.js";

const record = (name: string, field: string): string =>
  `{"type":"record","name":"${name}","fields":[{"name":"${field}","type":"long"}]}`;
const Account = interpretedType(definedBy(record("bank.Account", "balance")));
const Deposit = interpretedType(definedBy(record("bank.Deposit", "amount")));

describe("serializers and deserializers", () => {
  it("frame as Confluent does: the byte 0, the id big-endian, Avro binary, in a Buffer as Kafka clients want it", async () => {
    const registry = new MemoryRegistry();
    for (let index = 0; index < 300; index += 1) await registry.register(`other-${index}`, record(`n.N${index}`, "a"));
    const framed = await serializer(Account, { registry }).serialize("accounts", { balance: -1n });
    expect(Buffer.isBuffer(framed)).toBe(true);
    const id = (await registry.latest("accounts-value"))?.id ?? 0;
    expect(id).toBeGreaterThan(255);
    expect(framed.toString("hex")).toBe(`00${id.toString(16).padStart(8, "0")}01`);
    expect(await deserializer(Account, { registry }).deserialize(framed)).toEqual({ balance: -1n });
  });

  it("register under the subject of topic and part, of the record, or of both", async () => {
    const registry = new MemoryRegistry();
    await serializer(stringType, { registry, part: "key" }).serialize("t", "a");
    await serializer(Account, { registry }).serialize("t", { balance: 1n });
    await serializer(Account, { registry, subjects: recordSubjects }).serialize("t", { balance: 1n });
    await serializer(Account, { registry, subjects: topicRecordSubjects }).serialize("t", { balance: 1n });
    expect([...(await registry.subjects())].sort()).toEqual(["bank.Account", "t-bank.Account", "t-key", "t-value"]);
    const unnamed = serializer(longType, { registry, subjects: recordSubjects }).serialize("t", 1n);
    await expect(unnamed).rejects.toMatchObject({ code: "CONFIG_INVALID" });
  });

  it("ask the registry once for each subject and id, however many wait", async () => {
    const registry = new MemoryRegistry();
    const asked: string[] = [];
    const counting = {
      register: (subject: string, schema: string) => {
        asked.push(subject);
        return registry.register(subject, schema);
      },
      versions: (subject: string) => registry.versions(subject),
      schemaById: (id: number) => {
        asked.push(`id ${id}`);
        return registry.schemaById(id);
      },
    };
    const writer = serializer(Account, { registry: counting });
    const framed = await Promise.all([1n, 2n, 3n].map((balance) => writer.serialize("t", { balance })));
    await writer.serialize("t", { balance: 4n });
    const reader = deserializer(Account, { registry: counting });
    await Promise.all(framed.map((one) => reader.deserialize(one)));
    expect(asked).toEqual(["t-value", expect.stringMatching(/^id \d+$/)]);
  });

  it("a registry that failed is asked again", async () => {
    const registry = new MemoryRegistry();
    let isDown = true;
    const flaky = {
      register: async (subject: string, schema: string) => {
        if (isDown) throw new Error("down");
        return registry.register(subject, schema);
      },
      versions: (subject: string) => registry.versions(subject),
      schemaById: (id: number) => registry.schemaById(id),
    };
    const writer = serializer(Account, { registry: flaky });
    await expect(writer.serialize("t", { balance: 1n })).rejects.toThrow("down");
    isDown = false;
    expect((await writer.serialize("t", { balance: 1n })).length).toBe(6);
  });

  it("without autoRegister use the version that has the schema, and register none", async () => {
    const registry = new MemoryRegistry();
    const writer = serializer(Account, { registry, autoRegister: false });
    await expect(writer.serialize("t", { balance: 1n })).rejects.toMatchObject({ code: "SCHEMA_NOT_FOUND" });
    expect(await registry.subjects()).toEqual([]);
    // The same schema in other words.
    const { id } = await registry.register(
      "t-value",
      '{"type":"record","namespace":"bank","name":"Account","doc":"…","fields":[{"type":{"type":"long"},"name":"balance"}]}',
    );
    expect(unframe(await writer.serialize("t", { balance: 1n })).schemaId).toBe(id);
  });

  it("refuse what is no frame, has bytes left over, or an id that the registry does not know", async () => {
    const registry = new MemoryRegistry();
    const framed = await serializer(Account, { registry }).serialize("t", { balance: 1n });
    const reader = deserializer(Account, { registry });
    await expect(reader.deserialize(Buffer.from("{}"))).rejects.toMatchObject({ code: "VALUE_INVALID" });
    await expect(reader.deserialize(Buffer.concat([framed, framed]))).rejects.toThrow(/found 6 bytes after the value/);
    await expect(reader.deserialize(framed.subarray(0, 5))).rejects.toMatchObject({
      code: "VALUE_INVALID",
      pointer: "/balance",
    });
    await expect(reader.deserialize(frame(77, framed.subarray(5)))).rejects.toMatchObject({ code: "SCHEMA_NOT_FOUND" });
    expect(await reader.deserialize(null)).toBeNull();
  });

  it("read a topic of several types by the writer's name", async () => {
    const registry = new MemoryRegistry();
    const subjects = topicRecordSubjects;
    const accounts = serializer(Account, { registry, subjects });
    const deposits = serializer(Deposit, { registry, subjects });
    const reader = taggedDeserializer({ account: Account, deposit: Deposit }, { registry });
    expect(await reader.deserialize(await deposits.serialize("t", { amount: 1n }))).toEqual({
      deposit: { amount: 1n },
    });
    expect(await reader.deserialize(await accounts.serialize("t", { balance: 2n }))).toEqual({
      account: { balance: 2n },
    });
    const { id } = await registry.register("t-x", record("bank.Other", "a"));
    await expect(reader.deserialize(frame(id, Uint8Array.of(2)))).rejects.toThrow(
      /it is a schema of bank.Other; expected one of bank.Account, bank.Deposit/,
    );
  });

  it("read what an older or newer schema wrote, and refuse one that cannot be read before any value", async () => {
    const registry = new MemoryRegistry();
    const Old = interpretedType(definedBy(record("bank.Account", "amount").replace("long", "int")));
    const aliased =
      '{"type":"record","name":"bank.Account","fields":[{"name":"owner","type":"string","default":"?"},{"name":"balance","type":"long","aliases":["amount"]}]}';
    const reader = deserializer(interpretedType(definedBy(aliased)), { registry });
    const framed = await serializer(Old, { registry }).serialize("t", { amount: -5 });
    expect(await reader.deserialize(framed)).toEqual({ owner: "?", balance: -5n });
    const other = interpretedType(definedBy(record("bank.Account", "balance").replace("long", "string")));
    const foreign = await serializer(other, { registry }).serialize("u", { balance: "x" });
    await expect(reader.deserialize(foreign)).rejects.toMatchObject({
      code: "SCHEMA_INCOMPATIBLE",
      detail: expect.stringMatching(/^schema id \d+ as bank\.Account: .*balance/),
    });
  });

  it("without autoRegister find a schema whose types stand under other subjects", async () => {
    const registry = new MemoryRegistry();
    await registry.register("deposits", record("bank.Deposit", "amount"));
    const outer = (type: string): string =>
      `{"type":"record","name":"bank.Transfer","fields":[{"name":"deposit","type":${type}}]}`;
    const references = [{ name: "bank.Deposit", subject: "deposits", version: 1 }];
    const { id } = await registry.register("t-value", outer('"bank.Deposit"'), references);
    const Transfer = interpretedType(definedBy(outer(record("bank.Deposit", "amount"))));
    const framed = await serializer(Transfer, { registry, autoRegister: false }).serialize("t", {
      deposit: { amount: 1n },
    });
    expect(unframe(framed).schemaId).toBe(id);
  });

  it("100,000 ids that a hostile sender makes up leave a bounded cache", async () => {
    let asked = 0;
    const registry = {
      schemaById: async () => {
        asked += 1;
        return record("bank.Account", "balance");
      },
    };
    const reader = deserializer(Account, { registry });
    for (let id = 1; id <= 100_000; id += 1) await reader.deserialize(frame(id, Uint8Array.of(2)));
    expect(asked).toBe(100_000);
    for (let id = 100_000; id > 100_000 - schemaIdsLimit; id -= 1)
      await reader.deserialize(frame(id, Uint8Array.of(2)));
    expect(asked).toBe(100_000);
    await reader.deserialize(frame(1, Uint8Array.of(2)));
    expect(asked).toBe(100_001);
  });
});
