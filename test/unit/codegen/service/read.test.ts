import { describe, expect, it } from "vitest";
import { faultsOf, faultsWith } from "./support.js";

describe("reading definitions", () => {
  it("tells the place of what is wrong, and the nearest known name of what is unknown", () => {
    const text = '{\n  "keyspace": "accounts",\n  "key": "string",\n  "value": "bank.Account",\n  "partition": 4\n}';
    expect(faultsOf({ "keyspaces/accounts.json": text })).toEqual([
      'keyspaces/accounts.json:5:3 DEFINITION_MEMBER_UNKNOWN keyspace "accounts" has "partition"; it may have $schema, keyspace, doc, key, value, partitions, replicas, keyEncoding, stores, events, messages, socket and http → Did you mean "partitions"?',
    ]);
  });

  it("finds everything at once", () => {
    const faults = faultsWith({ key: undefined, partitions: 0, messages: { get: { access: "sometimes" } } });
    expect(faults.map((fault) => fault.split(" ")[0])).toEqual([
      "DEFINITION_MEMBER_MISSING",
      "DEFINITION_RANGE",
      "DEFINITION_NAME",
      "DEFINITION_VALUE",
    ]);
  });

  it.each([
    [[], "the file is []; expected one definition, an object"],
    ['"accounts"', 'the file is "accounts"; expected one definition, an object'],
    [
      { keyspce: "a" },
      'the definition does not say what it is; expected one of "keyspace", "global", "input", "output" or "gateway" with its name → Did you mean "keyspace"?',
    ],
  ])("refuses a file that is no definition: %j", (value, text) => {
    expect(faultsOf({ "k.json": value })).toEqual([`k.json:1:1 DEFINITION_KIND ${text}`]);
  });

  it("refuses text that is no JSON, and members that stand twice", () => {
    expect(faultsOf({ "k.json": "{" })[0]).toMatch(/^k\.json:1:2 JSON_SYNTAX /);
    expect(faultsOf({ "k.json": '{"keyspace":"a","keyspace":"b"}' })[0]).toMatch(
      /^k\.json:1:17 JSON_DUPLICATE_MEMBER /,
    );
  });

  it.each([
    ["Accounts", '→ "accounts" would do.'],
    ["bank-accounts", '→ "bankAccounts" would do.'],
    ["1st", ""],
    ["konto€", '→ "konto" would do.'],
    ["", ""],
    ["a".repeat(65), "has 65 characters; at most 64 are allowed"],
    ["close", "has a name that clients have for a function of their own"],
    ["then", "has a name that clients have for a function of their own"],
  ])("refuses a keyspace named %j", (keyspace, text) => {
    const [fault, ...others] = faultsWith({ keyspace });
    expect(fault).toMatch(/^DEFINITION_NAME /);
    expect(fault).toContain(text);
    expect(others).toEqual([]);
  });

  it.each(["get", "put", "delete", "list", "watch", "subscribe", "count", "close", "then", "getWithMeta"])(
    "refuses a message named %s",
    (name) => {
      expect(faultsWith({ messages: { [name]: { access: "read" } } })[0]).toMatch(/^DEFINITION_NAME /);
    },
  );

  it("takes message names for stores and keyspaces, which are never called", () => {
    expect(faultsWith({ keyspace: "list" })).toEqual([]);
    expect(faultsWith({ value: undefined, stores: { accounts: { value: "int" }, get: { value: "int" } } })).toEqual([]);
  });

  it.each([
    [{ key: 1 }, "AVRO_SCHEMA"],
    [{ partitions: 4097 }, "DEFINITION_RANGE"],
    [{ partitions: "8" }, "DEFINITION_VALUE"],
    [{ partitions: 1.5 }, "DEFINITION_VALUE"],
    [{ replicas: 0 }, "DEFINITION_RANGE"],
    [{ replicas: 17 }, "DEFINITION_RANGE"],
    [{ keyEncoding: "json" }, "DEFINITION_VALUE"],
    [{ doc: ["x"] }, "DEFINITION_VALUE"],
    [{ stores: { accounts: { value: "int" } } }, "DEFINITION_VALUE"],
    [{ value: undefined }, "DEFINITION_MEMBER_MISSING"],
    [{ value: undefined, stores: {} }, "DEFINITION_VALUE"],
    [{ value: undefined, stores: [] }, "DEFINITION_VALUE"],
    [{ value: undefined, stores: { accounts: "int" } }, "DEFINITION_VALUE"],
    [{ value: undefined, stores: { accounts: {} } }, "DEFINITION_MEMBER_MISSING"],
    [{ value: undefined, stores: { accounts: { value: "int", key: "int" } } }, "DEFINITION_KEY"],
    [{ value: undefined, stores: { accounts: { value: "int", topic: "no spaces" } } }, "DEFINITION_TOPIC"],
    [{ value: undefined, stores: { accounts: { value: "int", topic: ".." } } }, "DEFINITION_TOPIC"],
    [{ messages: { open: "write" } }, "DEFINITION_VALUE"],
    [{ messages: { open: {} } }, "DEFINITION_MEMBER_MISSING"],
    [{ messages: { open: { access: "write", errors: ["no"] } } }, "DEFINITION_VALUE"],
    [{ messages: { open: { access: "write", errors: ["TWICE", "TWICE"] } } }, "DEFINITION_DUPLICATE"],
    [{ messages: { open: { access: "write", errors: [7] } } }, "DEFINITION_VALUE"],
    [{ messages: { open: { access: "write", answer: "int" } } }, "DEFINITION_MEMBER_UNKNOWN"],
    [{ http: { expose: ["get", "get"] } }, "DEFINITION_DUPLICATE"],
    [{ http: { expose: ["post"] } }, "DEFINITION_VALUE"],
    [{ http: { routes: [] } }, "DEFINITION_MEMBER_UNKNOWN"],
    [{ topic: "t" }, "DEFINITION_MEMBER_UNKNOWN"],
  ])("refuses %j with %s", (members, code) => {
    expect(faultsWith(members).map((fault) => fault.split(" ")[0])).toEqual([code]);
  });

  it("tells where a member belongs that is known elsewhere", () => {
    expect(faultsWith({ topic: "t" })[0]).toContain("→ It belongs to a store:");
  });

  it.each([
    ["accounts", "begins with no /"],
    ["/", "has no segment"],
    ["/a//b", "has an empty segment"],
    ["/a/", "has an empty segment"],
    ["/a/../b", 'has the segment ".."'],
    ["/a b", 'has the segment "a b"'],
    ["/a/{key}", "holds {key}, which follows the path by itself"],
    ["/_affinity", "lies under /_affinity"],
    ["/_affinity/accounts", "lies under /_affinity"],
  ])("refuses the path %s", (path, text) => {
    const [fault, ...others] = faultsWith({ http: { path } });
    expect(fault).toContain(`DEFINITION_PATH the path "${path}" of keyspace "accounts" ${text}`);
    expect(others).toEqual([]);
  });

  it.each([
    ["/a/{key}", "is not a method and a path"],
    ["post /a/{key}", "Methods are written large: POST."],
    ["HEAD /a/{key}", "is not a method and a path"],
    ["POST  /a/{key}", "is not a method and a path"],
    ["POST /a", "holds {key} nowhere"],
    ["POST /a/{key}/{key}", "holds {key} 2 times"],
    ["POST /a/{id}/{key}", 'has the segment "{id}"'],
    ["POST /a/x{key}", "holds {key} nowhere"],
    ["POST /{key}", "begins with {key}"],
    ["POST /_affinity/{key}", "lies under /_affinity"],
  ])("refuses the route %s", (route, text) => {
    const [fault, ...others] = faultsWith({ messages: { open: { access: "write", route } } });
    expect(fault).toMatch(/^DEFINITION_ROUTE /);
    expect(fault).toContain(text);
    expect(others).toEqual([]);
  });

  it("refuses more stores or messages than anybody has, and tells a bounded number of faults", () => {
    const many = (count: number, value: unknown) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`m${index}`, value]));
    expect(faultsWith({ messages: many(1_001, { access: "read" }) })).toEqual([
      'DEFINITION_RANGE "messages" of keyspace "accounts" has 1001 members; at most 1000 are allowed',
    ]);
    expect(faultsWith({ messages: many(1_000, {}), ...many(2_000, 1) })).toHaveLength(1_001);
  });

  it("refuses a GET for a message that writes", () => {
    expect(faultsWith({ messages: { open: { access: "write", route: "GET /a/{key}/open" } } })[0]).toMatch(
      /^DEFINITION_ROUTE message "open" of keyspace "accounts" writes, and its route is a GET/,
    );
  });
});

describe("what has no runtime yet", () => {
  it.each([
    [{ global: "rates", key: "string", value: "int" }, "a global store"],
    [{ input: "payments", topic: "payments", to: "accounts.deposit" }, "an input stream"],
    [{ output: "alerts", topic: "alerts" }, "an output stream"],
    [{ gateway: "bank", endpoints: {} }, "a gateway"],
  ])("is told at its place: %j", (definition, what) => {
    expect(faultsOf({ "k.json": definition })).toEqual([
      `k.json:2:3 NOT_YET ${what} has no runtime yet → Leave it out until a later version offers it.`,
    ]);
  });

  it.each<[{ readonly [name: string]: unknown }, string]>([
    [{ events: ["bank.Deposit"] }, '"events" of keyspace "accounts"'],
    [{ socket: "deposit" }, '"socket" of keyspace "accounts"'],
    [{ replicas: 2 }, 'a standby, "replicas" above 1,'],
    [{ http: { expose: ["watch"] } }, '"watch"'],
    ...["eventTime", "ttl", "indexes"].map((name): [{ readonly [name: string]: unknown }, string] => [
      { value: undefined, stores: { accounts: { value: "int", [name]: "x" } } },
      `"${name}" of store "accounts" of keyspace "accounts"`,
    ]),
  ])("is told where a keyspace asks for it: %j", (members, what) => {
    expect(faultsWith(members)).toEqual([
      `NOT_YET ${what} has no runtime yet → Leave it out until a later version offers it.`,
    ]);
  });

  it("is no fault where nothing is asked for", () => {
    expect(faultsWith({ events: [], replicas: 1 })).toEqual([]);
    expect(
      faultsWith({ value: undefined, stores: { accounts: { value: "int", external: false, indexes: {} } } }),
    ).toEqual([]);
  });
});
