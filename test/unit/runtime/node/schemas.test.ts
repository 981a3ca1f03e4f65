import { describe, expect, it } from "vitest";
import { systemClock } from "../../../../runtime/core/clock.js";
import { agreeOnSchemas } from "../../../../runtime/node/schemas.js";
import type { ServiceDescriptor } from "../../../../runtime/protocol/service.js";
import { MemoryRegistry } from "../../../../runtime/registry/memory-registry.js";
import { interpretedType } from "../../../../runtime/schema/entity-type.js";
import { definedBy } from "../../../../runtime/schema/raw-schema.js";

const account = (fields: string): string => `{"type":"record","name":"bank.Account","fields":[${fields}]}`;
const one = account(`{"name":"id","type":"string"}`);
const two = account(`{"name":"id","type":"string"},{"name":"note","type":["null","string"],"default":null}`);
const needy = account(`{"name":"id","type":"string"},{"name":"branch","type":"string"}`);

function serviceOf(value: string, key = '"string"'): ServiceDescriptor {
  const types = { key: interpretedType(definedBy(key)), value: interpretedType(definedBy(value)) };
  return {
    name: "bank",
    inputs: "",
    openapi: () => ({}),
    keyspaces: {
      accounts: {
        name: "accounts",
        key: () => types.key,
        keyEncoding: "avro",
        partitions: 1,
        replicas: 1,
        path: "/accounts",
        expose: ["get"],
        stores: {
          accounts: {
            name: "accounts",
            key: () => types.key,
            value: () => types.value,
            topic: "bank-accounts",
            keySubject: "bank-accounts-key",
            valueSubject: "bank-accounts-value",
          },
        },
        messages: {},
      },
    },
  };
}

async function idOf(registry: MemoryRegistry, value: string, key?: string): Promise<number | undefined> {
  const ids = await agreeOnSchemas(serviceOf(value, key), registry, { clock: systemClock, autoRegister: true });
  return ids.accounts?.stores.accounts;
}

describe("the schemas of a project at its start", () => {
  it("a schema that reads all earlier versions is registered beside them; going back finds the earlier id", async () => {
    const registry = new MemoryRegistry();
    const first = await idOf(registry, one);
    const second = await idOf(registry, two);
    expect(second).not.toBe(first);
    expect(await registry.versions("bank-accounts-value")).toHaveLength(2);
    expect(await idOf(registry, one)).toBe(first);
    expect(await registry.versions("bank-accounts-value")).toHaveLength(2);
  });

  it("data of earlier versions is known by id without asking the registry", async () => {
    const registry = new MemoryRegistry();
    const first = await idOf(registry, one);
    const { accounts } = await agreeOnSchemas(serviceOf(two), registry, { clock: systemClock, autoRegister: true });
    expect(accounts?.writers?.lookUp(first ?? 0)).toBeUndefined();
    expect(accounts?.writers?.known(first ?? 0)).toBeDefined();
  });

  it("what could not read some version is refused with place, rule and cure, and nothing is registered", async () => {
    const registry = new MemoryRegistry();
    await idOf(registry, one);
    await expect(idOf(registry, needy)).rejects.toMatchObject({
      code: "SCHEMA_CHANGED",
      detail: expect.stringMatching(
        /version 1 of subject bank-accounts-value .*bank\.Account\.branch is not a field.*Give branch a default\..*affinity reset/,
      ),
    });
    expect(await registry.versions("bank-accounts-value")).toHaveLength(1);
  });

  it("another default or alias is a version of its own, by which the next change is judged; documentation is not", async () => {
    const registry = new MemoryRegistry({ compatibility: "FULL" });
    const withNote = (rest: string): string =>
      account(`{"name":"id","type":"string"},{"name":"note","type":"string"${rest}}`);
    const first = await idOf(registry, withNote(""));
    expect(await idOf(registry, withNote(',"doc":"What is to be said."'))).toBe(first);
    // Nobody who reads with the first version could do without the note.
    await expect(idOf(registry, one)).rejects.toMatchObject({ code: "SCHEMA_INCOMPATIBLE" });
    const second = await idOf(registry, withNote(',"default":"","aliases":["remark"]'));
    expect(second).not.toBe(first);
    expect(await idOf(registry, withNote(',"doc":"x","aliases":["remark"],"default":""'))).toBe(second);
    expect(await idOf(registry, one)).not.toBe(second);
    expect(await registry.versions("bank-accounts-value")).toHaveLength(3);
  });

  it("versions of others that use a type before its definition are read like any other", async () => {
    const registry = new MemoryRegistry();
    const later = account(
      `{"name":"id","type":"string"},{"name":"old","type":["null","Mark"],"default":null},{"name":"mark","type":{"type":"fixed","name":"Mark","size":2}}`,
    );
    await registry.register("bank-accounts-value", later);
    expect(await idOf(registry, one)).toBeGreaterThan(0);
  });

  it("P15: keys keep their schema id, whatever others register under their subject: it is part of their bytes", async () => {
    const registry = new MemoryRegistry();
    const keyIds = async (): Promise<number | undefined> =>
      (await agreeOnSchemas(serviceOf(one), registry, { clock: systemClock, autoRegister: true })).accounts?.key;
    const first = await keyIds();
    await registry.register("bank-accounts-key", '{"type":"string","avro.java.string":"String"}');
    expect(await registry.versions("bank-accounts-key")).toHaveLength(2);
    expect(await keyIds()).toBe(first);
  });

  it("P15: another key schema is refused, also one that could read the keys", async () => {
    const registry = new MemoryRegistry();
    await idOf(registry, one, '"int"');
    await expect(idOf(registry, one, '"long"')).rejects.toMatchObject({ code: "SCHEMA_CHANGED" });
  });
});
