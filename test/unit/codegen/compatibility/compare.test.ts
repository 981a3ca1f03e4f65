import { describe, expect, it } from "vitest";
import { compareProjects } from "../../../../codegen/compatibility/compare.js";
import { compareSubjects } from "../../../../codegen/compatibility/subjects.js";
import { compile } from "../../../../codegen/generate.js";
import type { ServiceModel } from "../../../../codegen/service/model.js";
import type { CompatibilityLevel } from "../../../../runtime/schema/compatibility.js";

const id = { name: "id", type: "string" };
const account = (...fields: readonly object[]): object => ({
  type: "record",
  name: "bank.Account",
  fields: [id, ...fields],
});
const deposit = (...fields: readonly object[]): object => ({
  type: "record",
  name: "bank.Deposit",
  fields: [{ name: "amount", type: "long" }, ...fields],
});
const definition = { keyspace: "accounts", key: "string", value: "bank.Account" };

function modelOf(keyspace: object, ...schemas: readonly object[]): ServiceModel {
  const source = (file: string, content: object) => ({
    file,
    bytes: new TextEncoder().encode(JSON.stringify(content, undefined, 1)),
  });
  const { model, diagnostics } = compile(
    {
      schemas: schemas.map((schema, index) => source(`schemas/${index}.avsc`, schema)),
      definitions: [source("keyspaces/accounts.json", keyspace)],
      diagnostics: [],
    },
    { projectName: "bank", longs: "bigint", timestamps: "date" },
  );
  if (model === undefined) throw new Error(JSON.stringify(diagnostics));
  return model;
}

function broken(before: ServiceModel, after: ServiceModel, level: CompatibilityLevel = "BACKWARD"): readonly string[] {
  return compareProjects({ before, after, level, against: "git ref main" }).map(
    ({ at, code }) => `${at.file}:${at.line} ${code}`,
  );
}

describe("what a change breaks", () => {
  it("a field without default is told at its own line, with path, rule and cure", () => {
    const before = modelOf(definition, account());
    const after = modelOf(definition, account({ name: "branch", type: "string" }));
    const [first, ...others] = compareProjects({ before, after, level: "BACKWARD", against: "git ref main" });
    expect(others).toEqual([]);
    expect(first).toMatchObject({
      at: { file: "schemas/0.avsc", line: 10, pointer: "/fields/1/name" },
      code: "READER_FIELD_MISSING_DEFAULT_VALUE",
      text:
        "bank.Account.branch is not a field of the writer's bank.Account and has no default (the value of store accounts of " +
        "keyspace accounts; BACKWARD, to read what is there), compared with git ref main",
      suggestion: "Give branch a default.",
    });
    expect(broken(after, before)).toEqual([]);
    expect(broken(after, before, "FORWARD")).toEqual(["schemas/0.avsc:3 READER_FIELD_MISSING_DEFAULT_VALUE"]);
    expect(broken(before, after, "NONE")).toEqual([]);
  });

  it("what breaks more than Avro knows: keys, partitions, encoding, topic, store, message, route, keyspace", () => {
    const before = modelOf(
      { ...definition, messages: { deposit: { access: "write", request: "bank.Deposit", reply: "long" } } },
      account(),
      deposit(),
    );
    const changed = (change: object): readonly string[] =>
      broken(
        before,
        modelOf(
          {
            ...definition,
            messages: { deposit: { access: "write", request: "bank.Deposit", reply: "long" } },
            ...change,
          },
          account(),
          deposit(),
        ),
      );
    const place = "keyspaces/accounts.json";
    expect(changed({})).toEqual([]);
    expect(changed({ key: "long" })).toEqual([expect.stringMatching(`${place}:\\d+ KEY_CHANGED`)]);
    expect(changed({ partitions: 4 })).toEqual([expect.stringMatching(`${place}:\\d+ PARTITIONS_CHANGED`)]);
    expect(changed({ keyEncoding: "utf8" })).toEqual([expect.stringMatching("KEY_ENCODING_CHANGED")]);
    expect(changed({ value: undefined, stores: { accounts: { value: "bank.Account", topic: "other" } } })).toEqual([
      expect.stringMatching("TOPIC_CHANGED"),
    ]);
    expect(changed({ value: undefined, stores: { others: { value: "bank.Account" } } })).toEqual([
      expect.stringMatching("ROUTE_CHANGED"),
      expect.stringMatching("STORE_REMOVED"),
    ]);
    expect(changed({ messages: {} })).toEqual([expect.stringMatching("MESSAGE_REMOVED")]);
    expect(changed({ http: { path: "/konten" } })).toEqual([
      expect.stringMatching("ROUTE_CHANGED"),
      expect.stringMatching("ROUTE_CHANGED"),
    ]);
    expect(changed({ http: { expose: ["get"] } })).toEqual([expect.stringMatching("ROUTE_CHANGED")]);
    const message = (more: object): object => ({
      messages: { deposit: { access: "write", request: "bank.Deposit", reply: "long", ...more } },
    });
    expect(changed(message({ route: "POST /in/{key}" }))).toEqual([expect.stringMatching("ROUTE_CHANGED")]);
    expect(changed(message({ access: "read" }))).toEqual([expect.stringMatching("MESSAGE_RETYPED")]);
    expect(changed(message({ reply: undefined }))).toEqual([expect.stringMatching("MESSAGE_RETYPED")]);
    expect(changed(message({ reply: "string" }))).toEqual([expect.stringMatching("TYPE_MISMATCH")]);
    expect(broken(before, modelOf({ keyspace: "others", key: "string", value: "bank.Account" }, account()))).toEqual([
      `${place}:1 KEYSPACE_REMOVED`,
    ]);
  });

  it("a registry's versions are held against its own level, transitively where it says so", async () => {
    const versions = [account(), account({ name: "note", type: "string", default: "" })].map((schema) =>
      JSON.stringify(schema),
    );
    const after = modelOf(definition, account({ name: "note", type: "string" }));
    const source = (level: CompatibilityLevel) => ({
      versions: async (subject: string) => (subject.endsWith("-value") ? versions : []),
      level: async () => level,
    });
    expect(await compareSubjects(after, source("BACKWARD"), "the registry")).toEqual([]);
    expect(await compareSubjects(after, source("BACKWARD_TRANSITIVE"), "the registry")).toMatchObject([
      { code: "READER_FIELD_MISSING_DEFAULT_VALUE", text: expect.stringContaining("(version 1)") },
    ]);
  });
});
