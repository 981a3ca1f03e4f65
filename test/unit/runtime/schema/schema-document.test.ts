import { describe, expect, it } from "vitest";
import { canonicalForm, fingerprint } from "../../../../runtime/schema/canonical-form.js";
import { interpretedType } from "../../../../runtime/schema/entity-type.js";
import { logicalForm, logicalFormOf } from "../../../../runtime/schema/logical-form.js";
import { definedBy } from "../../../../runtime/schema/raw-schema.js";
import { schemaDocument, schemaText } from "../../../../runtime/schema/schema-document.js";
import type { ExactJson, TypeDefinition } from "../../../../runtime/schema/type.js";

const define = (name: string, schema: ExactJson, ...uses: (() => TypeDefinition)[]) => {
  return (): TypeDefinition => ({ name, schema, uses });
};

const record = (
  name: string,
  fields: readonly ExactJson[],
  more: { readonly [name: string]: ExactJson } = {},
): ExactJson => ({
  type: "record",
  name,
  fields,
  ...more,
});

describe("the complete schema", () => {
  it("has each named type in full where it is first used, and every attribute", () => {
    const status = define("bank.Status", {
      type: "enum",
      name: "bank.Status",
      symbols: ["A"],
      doc: "d",
      "x-color": { deep: [1] },
    });
    const account = define(
      "bank.Account",
      record("bank.Account", [
        { name: "a", type: "bank.Status", "x-unit": "cents" },
        { name: "b", type: { type: "array", items: "bank.Status", "x-list": true } },
        { name: "c", type: { type: "string", "avro.java.string": "String" } },
      ]),
      status,
    );
    expect(schemaDocument(account)).toEqual(
      record("bank.Account", [
        {
          name: "a",
          type: { type: "enum", name: "bank.Status", symbols: ["A"], doc: "d", "x-color": { deep: [1] } },
          "x-unit": "cents",
        },
        { name: "b", type: { type: "array", items: "bank.Status", "x-list": true } },
        { name: "c", type: { type: "string", "avro.java.string": "String" } },
      ]),
    );
  });

  it("closes circles by name, over any number of files", () => {
    const a: () => TypeDefinition = () => ({
      name: "n.A",
      schema: record("n.A", [{ name: "b", type: "n.B" }]),
      uses: [b],
    });
    const b: () => TypeDefinition = () => ({
      name: "n.B",
      schema: record("n.B", [{ name: "a", type: ["null", "n.A"] }]),
      uses: [a],
    });
    expect(schemaDocument(a)).toEqual(
      record("n.A", [{ name: "b", type: record("n.B", [{ name: "a", type: ["null", "n.A"] }]) }]),
    );
    expect(canonicalForm(b)).toBe(
      '{"name":"n.B","type":"record","fields":[{"name":"a","type":["null",{"name":"n.A","type":"record","fields":[{"name":"b","type":"n.B"}]}]}]}',
    );
    const type = interpretedType(b);
    expect(type.toJson(type.decode(type.encode({ a: { b: { a: null } } })))).toBe('{"a":{"b":{"a":null}}}');
  });

  it("keeps a type without namespace out of the namespace around it", () => {
    const inner = define("Inner", { type: "fixed", name: "Inner", size: 1 });
    const outer = define("n.Outer", record("n.Outer", [{ name: "a", type: "Inner" }]), inner);
    const text = schemaText(outer);
    expect(text).toContain('{"type":"fixed","name":"Inner","size":1,"namespace":""}');
    expect(canonicalForm(definedBy(text))).toBe(canonicalForm(outer));
  });

  it("puts the attributes of a place to the type that stands there in full", () => {
    const inner = define("n.Inner", { type: "fixed", name: "n.Inner", size: 1 });
    const outer = define("n.Outer", record("n.Outer", [{ name: "a", type: { type: "n.Inner", "x-a": 1 } }]), inner);
    expect(schemaDocument(outer)).toEqual(
      record("n.Outer", [{ name: "a", type: { type: "fixed", name: "n.Inner", size: 1, "x-a": 1 } }]),
    );
  });

  it("has integers of any size as numbers in its text, and texts that look alike as texts", () => {
    const inner = record("n.I", [{ name: "l", type: "long", default: -9223372036854775808n }]);
    const all = define(
      "n.T",
      record(
        "n.T",
        [
          { name: "long", type: "long", default: 9223372036854775807n },
          { name: "text", type: "string", default: "long:5" },
          { name: "union", type: ["null", "long"], default: 9007199254740993n },
          { name: "either", type: ["string", "long"], default: 9007199254740993n },
          { name: "other", type: ["long", "string"], default: "long:5" },
          {
            name: "list",
            type: { type: "array", items: ["null", "long"] },
            default: [9007199254740993n, null, 1],
          },
          { name: "map", type: { type: "map", values: "string" }, default: { a: "long:1" } },
          { name: "record", type: inner, default: { l: 9007199254740993n } },
          { name: "zero", type: "double", default: -0 },
        ],
        { doc: "long:1", "x-a": "long:2", "x-b": -9223372036854775808n },
      ),
    );
    const text = schemaText(all);
    expect(text).toContain('"default":9223372036854775807}');
    expect(text).toContain('"default":"long:5"');
    expect(text).toContain('"type":["null","long"],"default":9007199254740993}');
    expect(text).toContain('"default":[9007199254740993,null,1]');
    expect(text).toContain('"default":{"a":"long:1"}');
    expect(text).toContain('"default":{"l":9007199254740993}');
    expect(text).toContain('"default":-9223372036854775808');
    expect(text).toContain('"default":-0.0');
    expect(text).toContain('"doc":"long:1","x-a":"long:2","x-b":-9223372036854775808');
    expect(text).toContain('"type":["string","long"],"default":9007199254740993}');
    expect(text).toContain('"type":["long","string"],"default":"long:5"}');
    const again = definedBy(text);
    expect(schemaText(again)).toBe(text);
    const type = interpretedType(again);
    expect(type.toJson(type.fromJson("{}"))).toBe(interpretedType(all).toJson({}));
    expect(type.toJson({})).toContain('"either":{"long":9007199254740993},"other":{"string":"long:5"}');
  });
});

describe("a schema that uses a type before its definition, as Java takes it", () => {
  it("is the one that defines it where it is used first", () => {
    const later =
      '{"type":"record","name":"n.A","fields":[{"name":"one","type":["null","B"]},{"name":"two","type":{"type":"array","items":"n.m.C"}},' +
      '{"name":"three","type":{"type":"record","name":"B","namespace":"n","fields":[{"name":"a","type":["null","A"]},{"name":"c","type":"n.m.C"}]}},' +
      '{"name":"four","type":{"type":"enum","name":"C","namespace":"n.m","symbols":["X"]}}]}';
    const first =
      '{"type":"record","name":"n.A","fields":[{"name":"one","type":["null",{"type":"record","name":"B","fields":[{"name":"a","type":["null","A"]},' +
      '{"name":"c","type":{"type":"enum","name":"C","namespace":"n.m","symbols":["X"]}}]}]},{"name":"two","type":{"type":"array","items":"n.m.C"}},' +
      '{"name":"three","type":"B"},{"name":"four","type":"n.m.C"}]}';
    expect(canonicalForm(definedBy(later))).toBe(canonicalForm(definedBy(first)));
    expect(schemaText(definedBy(later))).toBe(schemaText(definedBy(schemaText(definedBy(later)))));
    const value = { one: { a: null, c: "X" }, two: ["X", "X"], three: { a: null, c: "X" }, four: "X" };
    expect(interpretedType(definedBy(later)).encode(value)).toEqual(interpretedType(definedBy(first)).encode(value));
  });

  it("still has each definition once, and no name that nobody defines", () => {
    const twice =
      '["F",{"type":"fixed","name":"F","size":1},{"type":"array","items":{"type":"fixed","name":"F","size":1}}]';
    expect(() => definedBy(twice)).toThrow("second definition");
    expect(() => definedBy('["m.F",{"type":"fixed","name":"F","size":1}]')).toThrow("a type that is defined");
  });
});

describe("the logical form", () => {
  it("differs when data would mean something else, and only then", () => {
    const base =
      '{"type":"record","name":"n.T","doc":"a","fields":[{"name":"a","type":{"type":"long","logicalType":"timestamp-millis"},"default":5}]}';
    const same = ['"doc":"b"', '"doc":"b","aliases":["x"]'].map((doc) => base.replace('"doc":"a"', doc));
    same.push(base.replace(',"default":5', ""), base.replace('"n.T"', '"T","namespace":"n"'));
    for (const text of same) expect(logicalFormOf(text)).toBe(logicalFormOf(base));
    const others = [
      base.replace("timestamp-millis", "timestamp-micros"),
      base.replace("timestamp-millis", "local-timestamp-millis"),
      base.replace("timestamp-millis", "unknown"),
      base.replace('"name":"a","type"', '"name":"b","type"'),
      base.replace('"long"', '"int"'),
    ];
    expect(new Set([base, ...others].map(logicalFormOf)).size).toBe(6);
    const decimal = (precision: number, scale: number): string =>
      logicalFormOf(`{"type":"bytes","logicalType":"decimal","precision":${precision},"scale":${scale}}`);
    expect(new Set([decimal(4, 2), decimal(5, 2), decimal(4, 1), decimal(1, 4)]).size).toBe(4);
    expect(decimal(1, 4)).toBe('"bytes"');
    expect(logicalFormOf('{"type":"fixed","name":"f","size":12,"logicalType":"duration"}')).toBe(
      '{"name":"f","type":"fixed","size":12,"logicalType":"duration"}',
    );
    expect(logicalFormOf('{"type":"fixed","name":"f","size":11,"logicalType":"duration"}')).not.toContain("logical");
  });

  it("is the canonical form where there is no logical type, and that is what is fingerprinted", () => {
    const plain = define("long", "long");
    expect(logicalForm(plain)).toBe(canonicalForm(plain));
    const timestamp = define("long", { type: "long", logicalType: "timestamp-millis" });
    expect(canonicalForm(timestamp)).toBe('"long"');
    expect(fingerprint(timestamp)).toBe(fingerprint(plain));
  });

  it("refuses text that is no schema, with its place", () => {
    const faults: readonly [string, string][] = [
      ["{", "the end of the text"],
      ["5", "a schema"],
      ['"Missing"', "a type that is defined"],
      ['{"type":"record","name":"a"}', "a list of fields"],
      ['{"type":"record","name":"a","fields":[{"name":"x","type":["null","Nobody"]}]}', "schema/fields/0/type/1"],
      ['{"type":"fixed","name":"a"}', "size of a fixed"],
      ['{"type":"enum","symbols":[]}', "a schema with a name"],
      ['[{"type":"fixed","name":"a","size":1},{"type":"fixed","name":"a","size":1}]', "second definition"],
      ["[".repeat(100_000), "brackets"],
    ];
    for (const [text, reason] of faults) expect(() => logicalFormOf(text), text.slice(0, 50)).toThrow(reason);
  });
});
