import { describe, expect, it } from "vitest";
import { faults, fieldOf, places, record, root, types } from "./inline-files.js";

describe("records", () => {
  it("have fields with doc, aliases, order and attributes of their own", () => {
    const field = { type: "int", doc: "d", aliases: ["g"], order: "descending", logicalType: "date", note: { a: [1] } };
    expect(record({ ...fieldOf(field), doc: "r", aliases: ["S"] })).toMatchObject({
      kind: "record",
      fullName: "R",
      doc: "r",
      aliases: ["S"],
      isError: false,
      fields: [
        {
          name: "f",
          doc: "d",
          aliases: ["g"],
          order: "descending",
          attributes: { logicalType: "date", note: { a: [1] } },
        },
      ],
    });
  });

  it("may have no fields", () => {
    expect(record({ type: "record", name: "R", fields: [] }).fields).toEqual([]);
  });

  it("may be errors", () => {
    expect(record({ type: "error", name: "E", fields: [] }).isError).toBe(true);
  });

  it("stand where their name stands", () => {
    expect(record('{"type": "record", "name": "R", "fields": [{"name": "f", "type": "int"}]}')).toMatchObject({
      at: { line: 1, column: 28, length: 3, pointer: "/name" },
      fields: [
        { at: { column: 53, pointer: "/fields/0/name" }, type: { at: { column: 66, pointer: "/fields/0/type" } } },
      ],
    });
  });

  it.each([
    ['{"type": "record", "name": "R"}', "1:1 AVRO_MISSING"],
    ['{"type": "record", "name": "R", "fields": {}}', "1:43 AVRO_ATTRIBUTE"],
    ['{"type": "record", "name": "R", "fields": null}', "1:43 AVRO_ATTRIBUTE"],
    ['{"type": "record", "name": "R", "fields": [3]}', "1:44 AVRO_ATTRIBUTE"],
    ['{"type": "record", "name": "R", "fields": [{"type": "int"}]}', "1:44 AVRO_MISSING"],
    ['{"type": "record", "name": "R", "fields": [{"name": "f"}]}', "1:44 AVRO_MISSING"],
    ['{"type": "record", "name": "R", "fields": [{"name": "a.b", "type": "int"}]}', "1:53 AVRO_NAME"],
    ['{"type": "record", "name": "R", "fields": [{"name": 3, "type": "int"}]}', "1:53 AVRO_ATTRIBUTE"],
    ['{"type": "record", "name": "R", "fields": [{"name": "f", "type": null}]}', "1:66 AVRO_SCHEMA"],
    [
      '{"type": "record", "name": "R", "fields": [{"name": "f", "type": "int", "aliases": "g"}]}',
      "1:84 AVRO_ATTRIBUTE",
    ],
  ])("%s is refused at %s", (text, place) => {
    expect(places(text)).toEqual([place]);
  });

  it("may not have a field twice", () => {
    const text =
      '{"type": "record", "name": "R", "fields": [\n{"name": "f", "type": "int"},\n{"name": "f", "type": "int"}]}';
    expect(places(text)).toEqual(["3:10 AVRO_DUPLICATE_FIELD"]);
    expect(faults(text)[0]).toContain("R has a field f twice, here and on line 2");
  });

  it("may have fields that differ in case only", () => {
    const fields = [
      { name: "f", type: "int" },
      { name: "F", type: "int" },
    ];
    expect(record({ type: "record", name: "R", fields }).fields.length).toBe(2);
  });

  it.each(["ascending", "DESCENDING", "Ignore"])("order %s is known, in any case of letters, as in Java", (order) => {
    expect(record(fieldOf({ type: "int", order })).fields[0]?.order).toBe(order.toLowerCase());
  });

  it.each([
    ["descend", 'Did you mean "descending"?'],
    [null, "expected"],
    [3, "expected"],
  ])("order %j is refused", (order, text) => {
    expect(faults(fieldOf({ type: "int", order }))[0]).toContain(text);
  });

  it("lose a doc that is no text, and nothing else", () => {
    expect(record({ ...fieldOf({ type: "int", doc: null }), doc: true })).toMatchObject({
      attributes: { doc: true },
      fields: [{ attributes: { doc: null } }],
    });
  });

  it("keep fields called __proto__ and constructor", () => {
    const text =
      '{"type":"record","name":"R","fields":[{"name":"__proto__","type":"int"},{"name":"constructor","type":"int"}]}';
    expect(record(text).fields.map((field) => field.name)).toEqual(["__proto__", "constructor"]);
  });
});

describe("enums", () => {
  const enumOf = (more: object) => ({ type: "enum", name: "E", symbols: ["A", "B"], ...more });

  it("have symbols and a default", () => {
    expect(types(enumOf({ default: "B" }))[0]).toMatchObject({ kind: "enum", symbols: ["A", "B"], default: "B" });
  });

  it("may have no symbols", () => {
    expect(types(enumOf({ symbols: [] }))[0]).toMatchObject({ symbols: [] });
  });

  it("have no default where it is null, as in Java", () => {
    expect(types(enumOf({ default: null }))[0]).not.toHaveProperty("default");
  });

  it.each([
    ['{"type": "enum", "name": "E"}', "1:1 AVRO_MISSING"],
    ['{"type": "enum", "name": "E", "symbols": "A"}', "1:42 AVRO_ATTRIBUTE"],
    ['{"type": "enum", "name": "E", "symbols": ["A", 1]}', "1:48 AVRO_ATTRIBUTE"],
    ['{"type": "enum", "name": "E", "symbols": ["A", "A"]}', "1:48 AVRO_SYMBOL"],
    ['{"type": "enum", "name": "E", "symbols": ["A", "é"]}', "1:48 AVRO_SYMBOL"],
    ['{"type": "enum", "name": "E", "symbols": ["a.b"]}', "1:43 AVRO_SYMBOL"],
    ['{"type": "enum", "name": "E", "symbols": ["A"], "default": "B"}', "1:60 AVRO_ENUM_DEFAULT"],
    ['{"type": "enum", "name": "E", "symbols": ["A"], "default": 3}', "1:60 AVRO_ATTRIBUTE"],
  ])("%s is refused at %s", (text, place) => {
    expect(places(text)).toEqual([place]);
  });

  it("suggest a symbol for a default that is none", () => {
    expect(faults(enumOf({ symbols: ["OPEN", "CLOSED"], default: "CLOSE" }))).toEqual([
      'the default "CLOSE" is no symbol of E. Did you mean "CLOSED"?',
    ]);
  });
});

describe("fixed", () => {
  it.each([0, 1, 2_147_483_647])("may have %i bytes", (size) => {
    expect(types({ type: "fixed", name: "F", size })[0]).toMatchObject({ kind: "fixed", size });
  });

  it.each(["-1", "2.0", "1e3", '"2"', "2147483648", "null"])("may not have %s", (size) => {
    expect(places(`{"type": "fixed", "name": "F", "size": ${size}}`)).toEqual(["1:40 AVRO_SIZE"]);
  });

  it("must say its size", () => {
    expect(places({ type: "fixed", name: "F" })).toEqual(["1:1 AVRO_MISSING"]);
  });

  it("tells of a bad name and a bad size at once", () => {
    expect(places('{"type": "fixed", "name": "F-", "size": -1}')).toEqual(["1:27 AVRO_NAME", "1:41 AVRO_SIZE"]);
  });
});

describe("arrays and maps", () => {
  it("hold any schema", () => {
    expect(root({ type: "array", items: { type: "map", values: ["null", "int"] } })).toMatchObject({
      kind: "array",
      items: { kind: "map", values: { kind: "union" } },
    });
  });

  it.each([
    ['{"type": "array"}', "1:1 AVRO_MISSING"],
    ['{"type": "map", "items": "int"}', "1:1 AVRO_MISSING"],
    ['{"type": "array", "items": null}', "1:28 AVRO_SCHEMA"],
  ])("%s is refused at %s", (text, place) => {
    expect(places(text)).toEqual([place]);
  });

  it("keep a default as an attribute, since only fields have one", () => {
    expect(root({ type: "array", items: "int", default: [] })?.attributes).toEqual({ default: [] });
  });
});

describe("unions", () => {
  it.each([
    '["null"]',
    "[]",
    '["null", {"type": "array", "items": "int"}, {"type": "map", "values": "int"}]',
    '["bytes", "string"]',
  ])("%s is legal", (text) => {
    expect(root(text)).toMatchObject({ kind: "union" });
  });

  it.each([
    ['["int", "int"]', "1:9"],
    ['["int", {"type": "int", "logicalType": "date"}]', "1:9"],
    ['[{"type": "array", "items": "int"}, {"type": "array", "items": "long"}]', "1:37"],
    ['["null", ["int"]]', "1:10"],
    ['[{"type": "fixed", "name": "n.F", "size": 1}, "n.F"]', "1:47"],
  ])("%s is refused at %s", (text, place) => {
    expect(places(text)).toEqual([`${place} AVRO_UNION`]);
  });

  it("may hold two named types of one simple name", () => {
    expect(
      root([
        { type: "fixed", name: "n.F", size: 1 },
        { type: "fixed", name: "m.F", size: 1 },
      ]),
    ).toMatchObject({
      branches: [{ fullName: "n.F" }, { fullName: "m.F" }],
    });
  });

  it("say which branches are one type", () => {
    expect(faults('["null", "int", "string", "int"]')[0]).toContain(
      "the union of the file holds the type int twice, as branches 2 and 4",
    );
  });
});

describe("objects that are no schema", () => {
  it.each([
    ["{}", "1:1 AVRO_MISSING"],
    ['{"name": "A"}', "1:1 AVRO_MISSING"],
    ['{"type": 42}', "1:10 AVRO_SCHEMA"],
    ['{"type": null}', "1:10 AVRO_SCHEMA"],
    ['{"type": ["null", "int"]}', "1:10 AVRO_SCHEMA"],
    ['{"type": {"type": "int"}}', "1:10 AVRO_SCHEMA"],
  ])("%s is refused at %s", (text, place) => {
    expect(places(text)).toEqual([place]);
  });

  it("come with a cure where a schema stands one level too deep", () => {
    expect(faults('{"type": {"type": "int"}}')[0]).toContain(
      'Write the inner schema itself, without the outer {"type": …}.',
    );
  });

  it("come with a cure where a protocol stands in a schema's file", () => {
    expect(faults('{"protocol": "P"}')[0]).toContain("ends in .avpr");
  });
});

describe("attributes", () => {
  it("that the specification does not know are kept, in order", () => {
    const schema = root('{"z": 1, "type": "string", "avro.java.string": "String", "a": [null, {"b": 1.5}]}');
    expect(Object.entries(schema?.attributes ?? {})).toEqual([
      ["z", 1],
      ["avro.java.string", "String"],
      ["a", [null, { b: 1.5 }]],
    ]);
  });

  it("P16: keep every digit of an integer, also one that no number of JavaScript holds", () => {
    const schema = root(
      '{"type": "long", "max": 9223372036854775807, "near": [-9007199254740993], "safe": 3, "real": 1e3}',
    );
    expect(schema?.attributes).toEqual({ max: 2n ** 63n - 1n, near: [-(2n ** 53n) - 1n], safe: 3, real: 1000 });
  });

  it("called __proto__ are kept as data", () => {
    expect(Object.keys(root('{"type": "int", "__proto__": {"a": 1}}')?.attributes ?? {})).toEqual(["__proto__"]);
  });

  it("that tell a parser how data lies are dropped where they mean nothing, as in Java", () => {
    expect(root('{"type": "int", "name": "x", "items": "y", "size": 3, "doc": "kept"}')?.attributes).toEqual({
      doc: "kept",
    });
  });
});
