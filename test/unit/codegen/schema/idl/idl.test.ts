import { describe, expect, it } from "vitest";
import { parseSchemas } from "../../../../../codegen/schema/parse.js";
import { faults, names, parse, places, types } from "../inline-files.js";

const idl = "a.avdl";
/** Fields of a record in a protocol. */
const inRecord = (fields: string): string => `protocol P { record R { ${fields} } }`;
const field = (text: string): unknown => {
  const [type] = types(inRecord(text), idl);
  if (type?.kind !== "record") throw new Error("no record");
  return type.fields[0];
};

describe("Avro IDL", () => {
  it("defines types in protocols and in the schema syntax, in the namespace in force", () => {
    const body = 'record A {} enum E { X, Y } = Y; @namespace("m") fixed F(0x10); error B {}';
    expect(names(`@namespace("n") protocol P { ${body} }`, idl)).toEqual(["n.A", "n.E", "m.F", "n.B"]);
    expect(names(`namespace n; ${body}`, idl)).toEqual(["n.A", "n.E", "m.F", "n.B"]);
    expect(names(`protocol x.y.P { ${body} }`, idl)).toEqual(["x.y.A", "x.y.E", "m.F", "x.y.B"]);
    expect(types(`namespace n; ${body}`, idl)[1]).toMatchObject({ symbols: ["X", "Y"], default: "Y" });
  });

  it("tells the schema that a file is", () => {
    const { roots } = parse({ [idl]: "namespace n; schema array<R?>; record R {}" });
    expect(roots.get(idl)).toMatchObject({
      kind: "array",
      items: { kind: "union", branches: [{ name: "null" }, { fullName: "n.R" }] },
    });
  });

  it("has words for logical types, and annotations for the others", () => {
    const logical = (text: string): unknown => field(`${text} f;`);
    expect(logical("date")).toMatchObject({ type: { name: "int", logical: { name: "date" } } });
    expect(logical("time_ms")).toMatchObject({ type: { name: "int", logical: { name: "time-millis" } } });
    expect(logical("timestamp_ms")).toMatchObject({ type: { name: "long", logical: { name: "timestamp-millis" } } });
    expect(logical("local_timestamp_ms")).toMatchObject({ type: { logical: { name: "local-timestamp-millis" } } });
    expect(logical("uuid")).toMatchObject({ type: { name: "string", logical: { name: "uuid" } } });
    expect(logical("decimal(9, 2)")).toMatchObject({ type: { logical: { name: "decimal", precision: 9, scale: 2 } } });
    expect(logical("decimal(9)")).toMatchObject({ type: { logical: { name: "decimal", precision: 9, scale: 0 } } });
    expect(logical('@logicalType("timestamp-micros") long')).toMatchObject({
      type: { logical: { name: "timestamp-micros" } },
    });
  });

  it("an optional type has null first, unless its default is a value", () => {
    const branches = (text: string) => (field(text) as { type: { branches: { name: string }[] } }).type.branches;
    expect(branches("string? f;").map(({ name }) => name)).toEqual(["null", "string"]);
    expect(branches("string? f = null;").map(({ name }) => name)).toEqual(["null", "string"]);
    expect(branches('string? f = "x";').map(({ name }) => name)).toEqual(["string", "null"]);
  });

  it("keeps annotations, order, aliases, defaults and comments of fields", () => {
    expect(
      field(
        '/** of all */ @size-hint(3) string @order("descending") @aliases(["old"]) @a.b({"c": [1, null]}) /** own */ f = "é";',
      ),
    ).toMatchObject({
      name: "f",
      doc: "of all",
      order: "descending",
      aliases: ["old"],
      attributes: { "a.b": { c: [1, null] } },
      type: { name: "string", attributes: { "size-hint": 3 } },
      default: { kind: "string", value: "é" },
    });
    expect(types(inRecord("/** both */ int a, /** of b */ b;"), idl)).toMatchObject([
      { fields: [{ doc: "both" }, { doc: "of b" }] },
    ]);
  });

  it("strips stars and indents of comments as Java does", () => {
    const doc = (comment: string): unknown => types(`protocol P { ${comment} record R {} }`, idl)[0]?.doc;
    expect(doc("/** one */")).toBe("one");
    expect(doc("/**\n   * one\n   *   two\n   *\n   */")).toBe("one\n  two\n");
    expect(doc("/** one\n    two\n      three */")).toBe("one\ntwo\n  three");
    expect(doc("/** * a\n no star */")).toBe("* a\nno star");
    expect(doc("/* none */")).toBeUndefined();
    expect(doc("/** lost */ /** last */")).toBe("last");
  });

  it("reads numbers and texts as Java writes them", () => {
    const value = (type: string, text: string): unknown =>
      (field(`${type} f = ${text};`) as { default: unknown }).default;
    expect(value("long", "-0x10")).toEqual({ kind: "integer", value: -16n });
    expect(value("long", "017L")).toEqual({ kind: "integer", value: 15n });
    expect(value("long", "9223372036854775807")).toEqual({ kind: "integer", value: 9_223_372_036_854_775_807n });
    expect(value("double", "1.")).toEqual({ kind: "real", value: 1 });
    expect(value("double", "+.5e1f")).toEqual({ kind: "real", value: 5 });
    expect(value("string", String.raw`"\u00e9\'\101\n"`)).toEqual({ kind: "string", value: "é'A\n" });
    expect(faults(inRecord("int f = 1f;"), idl)).toEqual([expect.stringMatching(/expected an int/)]);
    expect(faults(inRecord("double f = -Infinity;"), idl)).toEqual([expect.stringMatching(/JSON has no NaN/)]);
  });

  it("takes words of the language for names, in backticks or where no type could stand", () => {
    const protocol =
      '@namespace("n") protocol P { record `map` { string `record`; `map`? next; date date; } record x { map m; `int`? i; } fixed `int`(1); }';
    expect(types(protocol, idl)).toMatchObject([
      {
        fullName: "n.map",
        fields: [{ name: "record" }, { type: { branches: [{}, { fullName: "n.map" }] } }, { name: "date" }],
      },
      { fields: [{ type: { fullName: "n.map" } }, { type: { branches: [{}, { fullName: "n.int" }] } }] },
      { fullName: "n.int" },
    ]);
  });

  it("reads messages, and checks them as those of .avpr", () => {
    const protocol = (message: string): string => `protocol P { error E { string why; } record R {} ${message} }`;
    expect(names(protocol("/** doc */ R m(R a, int b = 3) throws E; void ping() oneway; void n();"), idl)).toEqual([
      "E",
      "R",
    ]);
    expect(places(protocol("R m() oneway;"), idl)).toEqual(["1:50 AVRO_PROTOCOL"]);
    expect(places(protocol("void m() throws R;"), idl)).toEqual(["1:66 AVRO_PROTOCOL"]);
    expect(places(protocol("void m(int a, int a);"), idl)).toEqual(["1:68 AVRO_DUPLICATE_FIELD"]);
    expect(places(protocol("void m(); void m();"), idl)).toEqual(["1:65 AVRO_PROTOCOL"]);
  });

  it("imports name files of the project, relative to their own", () => {
    const files = {
      "s/a.avdl": 'namespace a; import idl "../t/b.avdl"; import schema "c.avsc"; record A { b.B b; c.C c; }',
    };
    const others = { "t/b.avdl": "namespace b; record B {}", "s/c.avsc": { type: "fixed", name: "c.C", size: 1 } };
    expect(parse({ ...files, ...others }).diagnostics).toEqual([]);
    expect(parse({ ...files, "s/c.avsc": others["s/c.avsc"] }).diagnostics).toMatchObject([
      { code: "IDL_IMPORT", at: { file: "s/a.avdl", line: 1, column: 25 } },
      { code: "AVRO_UNKNOWN_TYPE", at: { line: 1, column: 75 } },
    ]);
  });

  it("shares names with schemas and protocols, in any order", () => {
    expect(
      parse({ "a.avsc": { type: "array", items: "n.R" }, "b.avdl": "namespace n; record R {}" }).diagnostics,
    ).toEqual([]);
    expect(places("record A {} record A {}", idl)).toEqual(["1:20 AVRO_DUPLICATE_TYPE"]);
  });

  it("every fault has its line and column", () => {
    expect(places("protocol P {\n  record R {\n    Strin name;\n  }\n}", idl)).toEqual(["3:5 AVRO_UNKNOWN_TYPE"]);
    expect(places('protocol P {\n  record R {\n    int a = "x";\n  }\n}', idl)).toEqual(["3:13 AVRO_DEFAULT"]);
    expect(places("protocol P {\n  union { int, int } m();\n}", idl)).toEqual(["2:16 AVRO_UNION"]);
    expect(places("protocol P {\n  enum E { A, A }\n}", idl)).toEqual(["2:15 AVRO_SYMBOL"]);
    expect(places("protocol P { record R { int a } }", idl)).toEqual(["1:31 IDL_SYNTAX"]);
    expect(places("protocol P { record R { decimal(2, 3) a; } }", idl)).toEqual(["1:33 IDL_SYNTAX"]);
    expect(places("protocol P { record R { @x(1) S s; } record S {} }", idl)).toEqual(["1:25 IDL_ANNOTATION"]);
    expect(places("protocol P { @fields([]) record R {} }", idl)).toEqual(["1:14 IDL_ANNOTATION"]);
    expect(places("protocol P { /* never", idl)).toEqual(["1:14 IDL_SYNTAX"]);
    expect(places("", idl)).toEqual([]);
  });

  it("hostile texts are faults in bounded time", () => {
    const many = 200_000;
    for (const text of [
      `protocol P { record R { ${"array<".repeat(many)}`,
      `protocol P { @a(${"[".repeat(many)}`,
      `protocol P { record R { ${"union {".repeat(many)}`,
      `@a(1) `.repeat(many),
      `${"`a`.".repeat(many)}`,
      `/*${"*".repeat(many)}`,
      `"${"\\".repeat(many)}`,
      `protocol P { fixed F(${"9".repeat(many)}); }`,
      `record R { ${"int a;".repeat(200_000)} }`,
    ]) {
      expect(places(text, idl).length, text.slice(0, 40)).toBeGreaterThan(0);
    }
    expect(parseSchemas([{ file: idl, bytes: Uint8Array.of(0x70, 0xff) }]).diagnostics).toMatchObject([
      { code: "IDL_ENCODING", at: { line: 1, column: 2 } },
    ]);
  });

  it("whatever text it gets, it gives diagnostics and throws nothing", () => {
    const whole =
      '/** d */ @namespace("n") protocol P { import idl "x.avdl"; record R { @a({"b": [1.5, -2L]}) array<int?> f = [1]; } enum E { A } = A; fixed F(0x1); R m(R r) throws E; }';
    for (let at = 0; at < whole.length; at += 1) {
      expect(() => parse({ [idl]: whole.slice(0, at) })).not.toThrow();
      for (const piece of ["", "}", '"', "`", "@", "<", "0x", "\u0000", "é"]) {
        expect(() => parse({ [idl]: whole.slice(0, at) + piece + whole.slice(at + 1) })).not.toThrow();
      }
    }
  });
});
