import { describe, expect, it } from "vitest";
import type { JsonNode } from "../../../../codegen/json-node.js";
import { parseJsonSource } from "../../../../codegen/json-source.js";
import type { SchemaModel } from "../../../../codegen/schema/model.js";
import { type InlineSchema, parseInlineSchema } from "../../../../codegen/schema/parse.js";
import { file, parse } from "./inline-files.js";

const account = { type: "record", name: "bank.Account", fields: [{ name: "id", type: "string", default: "x" }] };

function model(): SchemaModel {
  const { model: parsed } = parse({ "schemas/account.avsc": account });
  if (parsed === undefined) throw new Error("the schema is legal");
  return parsed;
}

/** The value of `value` in a definition file. */
function valueNode(text: string): JsonNode {
  const { root } = parseJsonSource(file("keyspaces/a.json", `{\n  "value": ${text} }`));
  const node = root?.kind === "object" ? root.get("value") : undefined;
  if (node === undefined) throw new Error("no JSON");
  return node;
}

const read = (text: string, schemas = model()): InlineSchema =>
  parseInlineSchema(valueNode(text), schemas, "the value of keyspace a");

describe("schemas within a definition", () => {
  it.each([
    ['"string"', { kind: "primitive", name: "string" }],
    ['"bank.Account"', { kind: "reference", fullName: "bank.Account" }],
    ['["null", "bank.Account"]', { kind: "union" }],
    ['{"type": "map", "values": "bank.Account"}', { kind: "map" }],
    ['{"type": "long", "logicalType": "timestamp-millis"}', { logical: { name: "timestamp-millis" } }],
  ])("may be %s", (text, schema) => {
    const schemas = model();
    const inline = read(text, schemas);
    expect(inline.schema).toMatchObject(schema);
    expect(inline.model).toBe(schemas);
  });

  it("define types that join the model", () => {
    const inline = read(
      '{"type": "record", "name": "bank.Pair", "fields": [{"name": "a", "type": "Account", "default": {}}]}',
    );
    expect(inline.diagnostics).toEqual([]);
    expect([...inline.model.types.keys()]).toEqual(["bank.Account", "bank.Pair"]);
    expect(inline.model.types.get("bank.Pair")).toMatchObject({
      fields: [{ default: { kind: "record", fields: [{ kind: "string", value: "x" }] } }],
    });
  });

  it("have faults at their place in the definition's file", () => {
    const { schema, diagnostics } = read('["null", "bank.Acount"]');
    expect(schema).toBeUndefined();
    expect(diagnostics).toEqual([
      {
        at: { file: "keyspaces/a.json", pointer: "/value/1", line: 2, column: 21, length: 13 },
        code: "AVRO_UNKNOWN_TYPE",
        text: "the value of keyspace a has type bank.Acount, which no file defines",
        suggestion: "Did you mean bank.Account (schemas/account.avsc)?",
      },
    ]);
  });

  it("may not define a type that there is", () => {
    const { model: after, diagnostics } = read('{"type": "fixed", "name": "bank.Account", "size": 1}');
    expect(diagnostics.map(({ code, text }) => `${code} ${text}`)).toEqual([
      "AVRO_DUPLICATE_TYPE bank.Account is defined twice: here and at schemas/account.avsc:1:25",
    ]);
    expect(after.types.size).toBe(1);
  });

  it("hold the bounds of defaults for types of the model too", () => {
    const doubling = Array.from({ length: 15 }, (_, index) => {
      const part = index === 0 ? { type: "int", default: 1 } : { type: `R${index - 1}`, default: {} };
      return {
        type: "record",
        name: `R${index}`,
        fields: [
          { name: "a", ...part },
          { name: "b", ...part },
        ],
      };
    });
    const { model: big } = parse({ "a.avsc": doubling });
    const [fault] = read(
      '{"type": "record", "name": "X", "fields": [{"name": "f", "type": "R14", "default": {}}, {"name": "g", "type": "R14", "default": {}}]}',
      big,
    ).diagnostics;
    expect(fault).toBeUndefined();
    const { diagnostics } = read(
      '{"type": "record", "name": "X", "fields": [{"name": "f", "type": {"type": "array", "items": "R14"}, "default": [{}, {}]}]}',
      big,
    );
    expect(diagnostics.map(({ code }) => code)).toEqual(["AVRO_DEFAULT"]);
  });
});
