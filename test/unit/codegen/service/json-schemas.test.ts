import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { faultsOf, faultsWith } from "./support.js";

function schema(name: string): object {
  return JSON.parse(readFileSync(new URL(`../../../../schemas/${name}`, import.meta.url), "utf8"));
}

const ajv = new Ajv2020({ strict: true, strictRequired: false, allowUnionTypes: true });
ajv.addSchema(schema("keyspace.schema.json"), "keyspace.schema.json");
const isDefinition = ajv.compile(schema("definition.schema.json"));

/** The examples of the manual. */
const examples = [
  { keyspace: "accounts", key: "string", value: "bank.Account" },
  {
    keyspace: "graph",
    doc: "Vertices and their connected components.",
    key: "graph.VertexKey",
    partitions: 8,
    replicas: 2,
    keyEncoding: "avro",
    stores: {
      graph: {
        value: "graph.VertexProps",
        eventTime: "ts",
        ttl: "30d",
        indexes: { byComponent: "component", byOwner: "owner.email", byTag: "tags[]" },
      },
      components: { key: "long", value: "graph.Component", topic: "graph-components" },
    },
    events: ["graph.ModifyGraph"],
    messages: {
      connect: {
        access: "write",
        request: "graph.Edge",
        reply: "graph.VertexProps",
        route: "POST /graph/{key}/connect",
        errors: ["VERTEX_FULL"],
      },
      degree: { access: "read", reply: "int", route: "GET /graph/{key}/degree" },
    },
    http: { path: "/graph", expose: ["get", "list", "watch"] },
  },
  { global: "rates", key: "string", value: "fx.Rate" },
  {
    input: "payments",
    topic: "payments",
    key: "string",
    value: "bank.Payment",
    to: "accounts.deposit",
    onError: "stop",
  },
  { output: "alerts", topic: "alerts", key: "string", value: "bank.Alert" },
  {
    gateway: "bank",
    endpoints: { transfer: { route: "POST /transfers", request: "bank.Transfer", reply: "bank.Receipt" } },
  },
];

describe("the JSON Schema of definitions", () => {
  it.each(examples)("takes the manual's example %#", (example) => {
    expect([isDefinition(example), isDefinition.errors]).toEqual([true, null]);
  });

  it("is what editors are told by a definition's own $schema", () => {
    expect(
      isDefinition({ $schema: "../node_modules/affinity-data/schemas/keyspace.schema.json", ...examples[0] }),
    ).toBe(true);
    expect(faultsWith({ $schema: "x" })).toEqual([]);
  });

  const base = { keyspace: "accounts", key: "string", value: "bank.Account" };
  const stores = (store: unknown) => ({ ...base, value: undefined, stores: { accounts: store } });
  const message = (value: unknown, name = "open") => ({ ...base, messages: { [name]: value } });

  it.each([
    {},
    { ...base, key: undefined },
    { ...base, value: undefined },
    { ...base, stores: { accounts: { value: "int" } } },
    { ...base, keyspace: "Accounts" },
    { ...base, keyspace: "then" },
    { ...base, partition: 8 },
    { ...base, partitions: 0 },
    { ...base, partitions: 4097 },
    { ...base, partitions: "8" },
    { ...base, replicas: 17 },
    { ...base, keyEncoding: "json" },
    { ...base, http: { path: "accounts" } },
    { ...base, http: { path: "/a/" } },
    { ...base, http: { path: "/a/../b" } },
    { ...base, http: { path: "/_affinity/x" } },
    { ...base, http: { expose: ["post"] } },
    { ...base, http: { expose: ["get", "get"] } },
    stores({}),
    stores("int"),
    stores({ value: "int", topic: "no spaces" }),
    stores({ value: "int", topik: "x" }),
    { ...base, value: undefined, stores: {} },
    message({}),
    message({ access: "sometimes" }),
    message({ access: "read" }, "get"),
    message({ access: "read" }, "getWithMeta"),
    message({ access: "read", route: "/a/{key}" }),
    message({ access: "read", errors: ["no"] }),
    message({ access: "read", errors: ["A", "A"] }),
    message({ access: "read", answer: "int" }),
  ])("refuses what the generator refuses: %j", (definition) => {
    const plain = JSON.parse(JSON.stringify(definition));
    expect(isDefinition(plain)).toBe(false);
    expect(faultsOf({ "k.json": plain })).not.toEqual([]);
  });
});
