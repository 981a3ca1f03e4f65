import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { faultsOf, modelOf } from "./support.js";

const words = [
  ..."keyspace key value stores messages http path expose route access request reply errors partitions".split(" "),
  ..."replicas keyEncoding topic doc events ttl __proto__ constructor type fields name items values".split(" "),
];
const texts = fc.constantFrom(
  "accounts",
  "string",
  "bank.Account",
  "bank.Pair",
  "long",
  "read",
  "write",
  "GET /a/{key}",
  "POST /accounts/{key}/x",
  "/a",
  "{key}",
  "utf8",
  "record",
  "array",
  "__proto__",
  "",
  "\u0000\ud800",
);

const node = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    texts,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    tie("list"),
    tie("object"),
  ),
  list: fc.array(tie("value"), { maxLength: 3 }),
  object: fc.dictionary(fc.oneof(fc.constantFrom(...words), texts), tie("value"), { maxKeys: 5 }),
}));

describe("hostile definitions (P17)", () => {
  it("get diagnostics with places, or are legal, and never throw", () => {
    const definition = fc.record(
      {
        keyspace: fc.oneof(texts, node.value),
        key: node.value,
        value: node.value,
        stores: node.value,
        messages: node.object,
        http: node.value,
      },
      { requiredKeys: ["keyspace"] },
    );
    fc.assert(
      fc.property(definition, definition, (a, b) => {
        const files = { "a.json": JSON.stringify(a), "b.json": JSON.stringify(b) };
        const faults = faultsOf(files);
        for (const fault of faults) expect(fault).toMatch(/^[a-z/.]+:\d+:\d+ [A-Z_]+ ./);
        if (faults.length === 0) expect(modelOf(files).keyspaces).toHaveLength(2);
      }),
      { numRuns: 500 },
    );
  });

  it("of any depth are answered", () => {
    const deep = `{"keyspace":"a","key":"string","value":${'{"type":"array","items":'.repeat(900)}"int"${"}".repeat(900)}}`;
    expect(faultsOf({ "a.json": deep })).toEqual([]);
    expect(faultsOf({ "a.json": deep.replaceAll("items", "items ") })[0]).toContain("AVRO_MISSING");
    const deeper = "[".repeat(100_000);
    expect(faultsOf({ "a.json": deeper })[0]).toContain("JSON_TOO_DEEP");
  });
});
