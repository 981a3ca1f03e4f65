import { describe, expect, it } from "vitest";
import { faults, fieldOf, names, parse, places, record, root } from "./inline-files.js";

const fixed = (name: string) => ({ type: "fixed", name, size: 1 });
const using = (name: string, type: unknown) => ({ type: "record", name, fields: [{ name: "f", type }] });

describe("references", () => {
  it("name types of other files, whatever the order of files", () => {
    const { model } = parse({ "z.avsc": fixed("n.Z"), "a.avsc": using("n.A", "Z") });
    expect(model && [...model.types.keys()]).toEqual(["n.A", "n.Z"]);
  });

  it("name types that stand later in the same file, as in Java", () => {
    expect(names([using("A", "B"), fixed("B")])).toEqual(["A", "B"]);
  });

  it("go in circles, also through files", () => {
    const { model } = parse({
      "a.avsc": using("A", ["null", "B"]),
      "b.avsc": using("B", { type: "array", items: "A" }),
    });
    expect(model?.types.size).toBe(2);
  });

  it("are full names in the model", () => {
    expect(record(using("n.A", ["null", "A"])).fields[0]?.type).toMatchObject({
      kind: "union",
      branches: [
        { kind: "primitive", name: "null" },
        { kind: "reference", fullName: "n.A" },
      ],
    });
  });

  it('may stand alone in an object, {"type": "Name"}, and keep its attributes', () => {
    expect(record(using("n.A", { type: "A", note: 1 })).fields[0]?.type).toMatchObject({
      kind: "reference",
      fullName: "n.A",
      attributes: { note: 1 },
    });
  });

  it("are what a definition in place becomes", () => {
    expect(record(using("n.A", fixed("B"))).fields[0]?.type).toMatchObject({
      kind: "reference",
      fullName: "n.B",
      attributes: {},
    });
  });

  it("may be all of a file", () => {
    const { roots } = parse({ "a.avsc": '"n.B"', "b.avsc": fixed("n.B") });
    expect(roots.get("a.avsc")).toMatchObject({ kind: "reference", fullName: "n.B" });
  });

  it("within a namespace never mean a type without one", () => {
    const text = {
      type: "record",
      name: "n.A",
      fields: [
        { name: "f", type: { ...fixed("B"), namespace: "" } },
        { name: "g", type: "B" },
      ],
    };
    expect(faults(text)[0]).toContain(
      "field g of n.A has type n.B, which no file defines. B (a.avsc) has no namespace",
    );
  });
});

describe("unknown types", () => {
  it("are those with a leading dot, which only definitions may have, as in Java", () => {
    expect(faults([fixed(".B"), using("n.A", ".B")])).toEqual([
      expect.stringContaining("field f of n.A has type .B, which no file defines. B (a.avsc) has no namespace"),
    ]);
  });

  it("are refused at each use", () => {
    expect(
      places(
        '{"type": "record", "name": "A", "fields": [\n{"name": "f", "type": "X"},\n{"name": "g", "type": ["null", {"type": "map", "values": "X"}]}]}',
      ),
    ).toEqual(["2:23 AVRO_UNKNOWN_TYPE", "3:58 AVRO_UNKNOWN_TYPE"]);
  });

  it.each([
    ["Strin", "Did you mean string?"],
    ["INT", 'Did you mean "int"?'],
    ["Acount", "Did you mean n.Account (b.avsc)?"],
    ["m.Account", "Did you mean n.Account (b.avsc)?"],
  ])("%s comes with a suggestion", (name, suggestion) => {
    const { diagnostics } = parse({ "a.avsc": using("n.A", name), "b.avsc": fixed("n.Account") });
    expect(diagnostics.map((fault) => fault.suggestion)).toEqual([suggestion]);
  });

  it.each(["record", "enum", "array", "map", "fixed", "error"])("%s begins a type and names none", (word) => {
    expect(faults(fieldOf({ type: word }))[0]).toContain(
      `field f of R has type "${word}", which begins a type and names none. The whole type stands in its place: {"type": "${word}", `,
    );
  });

  it("are also those of a file that was not understood", () => {
    const { diagnostics } = parse({ "a.avsc": using("A", "B"), "b.avsc": "{" });
    expect(diagnostics.map(({ at, code }) => `${at.file} ${code}`)).toEqual([
      "a.avsc AVRO_UNKNOWN_TYPE",
      "b.avsc JSON_SYNTAX",
    ]);
  });
});

describe("files", () => {
  it("may hold any schema, whose named types are defined", () => {
    expect(root('"int"')).toMatchObject({ kind: "primitive", name: "int" });
    expect(names({ type: "array", items: ["null", { type: "map", values: fixed("A") }] })).toEqual(["A"]);
    expect(names([fixed("A"), fixed("B")])).toEqual(["A", "B"]);
    expect(root("[]")).toMatchObject({ kind: "union", branches: [] });
  });

  it.each(["null", "3", "true"])("%s is no schema", (text) => {
    expect(places(text)).toEqual(["1:1 AVRO_SCHEMA"]);
  });

  it("give the types in order of files and definitions", () => {
    const { model } = parse({ "b.avsc": [fixed("B2"), fixed("B1")], "a.avsc": using("A", fixed("Inner")) });
    expect(model && [...model.types.keys()]).toEqual(["A", "Inner", "B2", "B1"]);
  });

  it("give all their faults at once, in order", () => {
    const { model, diagnostics } = parse({
      "b.avsc": using("B", "X"),
      "c.avsc": "{,}",
      "a.avsc": [fixed("1"), "int", "int"],
    });
    expect(model).toBeUndefined();
    expect(diagnostics.map(({ at, code }) => `${at.file} ${code}`)).toEqual([
      "a.avsc AVRO_NAME",
      "a.avsc AVRO_UNION",
      "b.avsc AVRO_UNKNOWN_TYPE",
      "c.avsc JSON_SYNTAX",
    ]);
  });

  it("give what could be read beside their faults", () => {
    const { recovered } = parse({
      "a.avsc": { type: "record", name: "A", fields: [{ name: "x", type: "int" }, { name: "y" }] },
    });
    expect(recovered.types.get("A")).toMatchObject({ fields: [{ name: "x" }] });
  });

  it("let the last of duplicate members count, as Java does", () => {
    expect(
      record('{"type":"record","name":"A","fields":[{"name":"f","type":"int","type":"long"}]}').fields[0]?.type,
    ).toMatchObject({ name: "long" });
  });

  it("may begin with a byte order mark", () => {
    expect(root('\ufeff"int"')).toMatchObject({ kind: "primitive" });
  });
});
