import { describe, expect, it } from "vitest";
import { faultsOf, faultsWith, modelOf } from "./support.js";

const accounts = { keyspace: "accounts", key: "string", value: "bank.Account" };

describe("a linked keyspace", () => {
  it("has every default", () => {
    const [keyspace] = modelOf({ "k.json": accounts }).keyspaces;
    expect(keyspace).toMatchObject({
      name: "accounts",
      key: { kind: "primitive", name: "string" },
      keyEncoding: "avro",
      partitions: 8,
      replicas: 1,
      path: "/accounts",
      expose: ["get", "put", "delete", "list"],
      messages: [],
    });
    expect(keyspace?.stores).toMatchObject([
      {
        name: "accounts",
        value: { kind: "entity", fullName: "bank.Account" },
        topic: "bank-accounts",
        keySubject: "bank-accounts-key",
        valueSubject: "bank-accounts-value",
      },
    ]);
  });

  it("names topics of its other stores after keyspace and store, and takes the keyspace's key for them", () => {
    const stores = {
      accounts: { value: "bank.Account" },
      audit: { value: "int" },
      by: { key: "long", value: "int", topic: "t" },
    };
    const [keyspace] = modelOf({ "k.json": { ...accounts, value: undefined, stores } }).keyspaces;
    expect(keyspace?.stores.map(({ name, topic, key }) => [name, topic, key.kind === "primitive" && key.name])).toEqual(
      [
        ["accounts", "bank-accounts", "string"],
        ["audit", "bank-accounts-audit", "string"],
        ["by", "t", "long"],
      ],
    );
  });

  it("gives messages their routes and subjects", () => {
    const messages = {
      deposit: { access: "write", request: "bank.Deposit", reply: "bank.Account" },
      peek: { access: "read", route: "GET /peek/{key}" },
      hidden: { access: "write", route: null },
    };
    const [keyspace] = modelOf({ "k.json": { ...accounts, http: { path: "/v1/accounts" }, messages } }).keyspaces;
    expect(keyspace?.messages.map(({ name, route }) => [name, route])).toEqual([
      ["deposit", { method: "POST", path: "/v1/accounts/{key}/deposit" }],
      ["peek", { method: "GET", path: "/peek/{key}" }],
      ["hidden", undefined],
    ]);
    expect(keyspace?.messages[0]).toMatchObject({
      requestSubject: "bank-accounts-deposit-request",
      replySubject: "bank-accounts-deposit-reply",
    });
  });

  it("exposes nothing where no store has its name", () => {
    const [keyspace] = modelOf({
      "k.json": { ...accounts, value: undefined, stores: { other: { value: "int" } } },
    }).keyspaces;
    expect(keyspace?.expose).toEqual([]);
  });

  it("takes schemas in place, named ones for all definitions", () => {
    const inline = {
      type: "record",
      name: "shop.Order",
      fields: [{ name: "lines", type: { type: "array", items: "int" } }],
    };
    const model = modelOf({
      "a.json": { keyspace: "orders", key: { type: "array", items: "int" }, value: inline },
      "b.json": { keyspace: "copies", key: "string", value: "shop.Order" },
    });
    expect(model.entities.map(({ fullName, module, typeName }) => [fullName, module, typeName])).toContainEqual([
      "shop.Order",
      "entities/shop/Order",
      "Order",
    ]);
    expect(model.entities.map(({ fullName, module, typeName }) => [fullName, module, typeName])).toContainEqual([
      "orders.key",
      "keyspaces/orders",
      "OrdersKey",
    ]);
  });
});

describe("types of definitions", () => {
  it("are told with the nearest name when no schema defines them", () => {
    expect(faultsWith({ value: "bank.Acount" })).toEqual([
      "AVRO_UNKNOWN_TYPE the value of store accounts of keyspace accounts has type bank.Acount, which no file defines → Did you mean bank.Account (schemas/bank.avsc)?",
    ]);
    expect(faultsWith({ key: "Account" })[0]).toContain("→ Did you mean bank.Account (schemas/bank.avsc)?");
  });

  it("are no further fault when their schema is faulty", () => {
    const schemas = [{ type: "record", name: "Account", namespace: "bank", fields: "none" }];
    expect(faultsOf({ "k.json": accounts }, schemas).map((line) => line.split(" ")[1])).toEqual(["AVRO_ATTRIBUTE"]);
  });
});

describe("a key", () => {
  it.each([
    ["bank.Tagged", "holds a map in tags, whose entries have no order, so that one value would have many encodings"],
    ["bank.Nothing", "holds the record bank.Nothing without fields, which has one value only"],
    ["bank.Ignoring", 'has "order": "ignore" at id, so that different keys would have one place'],
    ["null", "is null, which has one value only"],
    [{ type: "array", items: { type: "map", values: "int" } }, "holds a map in []"],
    [["null", "bank.Tagged"], "holds a map"],
  ])("may not be %j", (key, text) => {
    const [fault, ...others] = faultsWith({ key });
    expect(fault).toContain(`DEFINITION_KEY the key of keyspace accounts ${text}`);
    expect(others).toEqual([]);
  });

  it("of a store obeys the same rules", () => {
    const stores = { accounts: { value: "int" }, audit: { key: "bank.Tagged", value: "int" } };
    expect(faultsWith({ value: undefined, stores })[0]).toMatch(
      /^DEFINITION_KEY the key of store audit of keyspace accounts holds a map/,
    );
  });

  it("is a string where it is written as plain text", () => {
    expect(faultsWith({ keyEncoding: "utf8" })).toEqual([]);
    expect(faultsWith({ keyEncoding: "utf8", key: { type: "string", logicalType: "uuid" } })).toEqual([]);
    expect(faultsWith({ keyEncoding: "utf8", key: "long" })[0]).toMatch(
      /^DEFINITION_KEY the key of keyspace accounts is no string/,
    );
  });
});

describe("a GET route", () => {
  const get = (request: unknown) =>
    faultsWith({ messages: { peek: { access: "read", request, route: "GET /a/{key}/peek" } } });

  it("is for messages without a request or with a record of scalars", () => {
    expect(get(undefined)).toEqual([]);
    expect(get("bank.Pair")).toEqual([]);
    for (const request of ["int", "bank.Nested", "bank.Tagged", { type: "array", items: "int" }])
      expect(get(request)[0]).toMatch(/^DEFINITION_ROUTE message peek of keyspace accounts has a GET route/);
  });
});

describe("what meets", () => {
  const other = { keyspace: "other", key: "string", value: "int" };
  const meetings = (...definitions: readonly object[]) =>
    faultsOf(Object.fromEntries(definitions.map((definition, index) => [`${index}.json`, JSON.stringify(definition)])));

  it("is two keyspaces of one name, also where only case tells them apart", () => {
    expect(meetings(accounts, accounts)).toEqual([
      "1.json:1:13 DEFINITION_DUPLICATE keyspace accounts has the name of another one (0.json:1:13)",
    ]);
    expect(meetings(accounts, { ...accounts, keyspace: "accountS" })[0]).toContain(
      "differs in case only from keyspace accounts",
    );
  });

  it("is two topics", () => {
    const stores = { other: { value: "int", topic: "bank-accounts" } };
    expect(meetings(accounts, { ...other, value: undefined, stores })).toEqual([
      '1.json:1:77 DEFINITION_MEETS store other of keyspace other has the topic "bank-accounts", which is that of store accounts of keyspace accounts (0.json:1:47) → Give one of them another topic.',
    ]);
  });

  it("is two paths, told once", () => {
    expect(meetings(accounts, { ...other, http: { path: "/accounts" } })).toEqual([
      "1.json:1:65 DEFINITION_MEETS GET /accounts/{key}, rows of keyspace other, meets GET /accounts/{key}, rows of keyspace accounts (0.json:1:13) → Give one of them another path.",
    ]);
  });

  it("is a path that another keyspace's key could be", () => {
    expect(meetings(accounts, { ...other, http: { path: "/accounts/other" } })[0]).toContain("DEFINITION_MEETS");
    expect(meetings(accounts, { ...other, http: { path: "/accounts/a/b" } })).toEqual([]);
  });

  it("is a message's route that is another's, or that of rows", () => {
    const message = (route: string) => ({ messages: { open: { access: "read", route } } });
    expect(meetings(accounts, { ...other, ...message("GET /accounts/{key}") })[0]).toContain("DEFINITION_MEETS");
    expect(meetings({ ...accounts, ...message("GET /accounts/{key}") })[0]).toContain("DEFINITION_MEETS");
    expect(meetings({ ...accounts, ...message("POST /accounts/{key}") })).toEqual([]);
    expect(
      meetings({ ...accounts, ...message("POST /x/{key}") }, { ...other, ...message("POST /x/{key}") })[0],
    ).toContain(
      "POST /x/{key}, message open of keyspace other, meets POST /x/{key}, message open of keyspace accounts",
    );
  });

  it("counts a record key's fields as segments", () => {
    const paired = { keyspace: "paired", key: "bank.Pair", value: "int", http: { path: "/accounts/x" } };
    expect(meetings(accounts, paired)[0]).toContain("GET /accounts/x");
    expect(meetings(accounts, { ...paired, http: { path: "/accounts/x/y" } })).toEqual([]);
  });

  it("is nothing where rows are not exposed", () => {
    const hidden = {
      ...accounts,
      http: { expose: [] },
      messages: { open: { access: "read", route: "GET /accounts/{key}" } },
    };
    expect(meetings(hidden)).toEqual([]);
  });
});

describe("exposing", () => {
  it("asks for a store named like the keyspace", () => {
    const members = { value: undefined, stores: { other: { value: "int" } }, http: { expose: ["get"] } };
    expect(faultsWith(members)[0]).toMatch(/^DEFINITION_VALUE "expose" of keyspace accounts names what HTTP does/);
  });

  it("of rows that others write is reading alone", () => {
    const stores = { accounts: { value: "int", topic: "others", external: true } };
    const members = { value: undefined, stores };
    expect(faultsWith(members)).toEqual([]);
    expect(faultsWith({ ...members, http: { expose: ["get"] } })).toEqual([]);
    expect(faultsWith({ ...members, http: { expose: ["get", "put"] } })).toEqual([
      'DEFINITION_VALUE "expose" of keyspace accounts has "put", and others write the topic of its store "accounts" → It may have "get" and "list".',
    ]);
    expect(faultsWith({ value: undefined, stores: { accounts: { value: "int", external: "yes" } } })[0]).toMatch(
      /^DEFINITION_VALUE "external" of store "accounts" of keyspace "accounts" is .*; expected true or false/,
    );
  });
});
