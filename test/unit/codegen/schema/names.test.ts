import { describe, expect, it } from "vitest";
import { faults, fieldOf, names, parse, places, record, types } from "./inline-files.js";

const fixed = (more: object) => ({ type: "fixed", size: 1, ...more });

describe("names of types", () => {
  it.each(["A", "_", "a1", "__proto__", "constructor", "record", "array"])("%s is legal", (name) => {
    expect(names(fixed({ name }))).toEqual([name]);
  });

  it.each(["", "1a", "a-b", "a b", "é", "a$", "a.", "a..b", "a.1b", "."])("%j is refused at the name", (name) => {
    expect(places(`{"type": "fixed", "size": 1, "name": ${JSON.stringify(name)}}`)).toEqual(["1:38 AVRO_NAME"]);
  });

  it("come with a legal one nearby", () => {
    expect(faults(fixed({ name: "record-value" }))[0]).toContain("record_value would be one");
  });

  it("may not be a primitive's without a namespace", () => {
    expect(places(fixed({ name: "int" }))).toEqual(["1:33 AVRO_NAME"]);
  });

  it("may be a primitive's in a namespace, as in Java", () => {
    expect(names(fixed({ name: "x.int" }))).toEqual(["x.int"]);
  });

  it("must be there and be a text", () => {
    expect(places(fixed({}))).toEqual(["1:1 AVRO_MISSING"]);
    expect(places('{"type":"fixed","size":1,"name":["A"]}')).toEqual(["1:33 AVRO_ATTRIBUTE"]);
  });
});

describe("namespaces", () => {
  it("stand in an attribute, or before the last dot", () => {
    expect(types([fixed({ name: "A", namespace: "n.m" }), fixed({ name: "n.m.B" })])).toMatchObject([
      { fullName: "n.m.A", namespace: "n.m", name: "A" },
      { fullName: "n.m.B", namespace: "n.m", name: "B" },
    ]);
  });

  it("do not count, and are not checked, where the name has dots", () => {
    expect(names(fixed({ name: "n.A", namespace: "no namespace?!" }))).toEqual(["n.A"]);
  });

  it("are inherited from the definition around", () => {
    const inner = { type: "record", name: "B", fields: [{ name: "f", type: fixed({ name: "C" }) }] };
    expect(names({ type: "record", name: "n.A", fields: [{ name: "f", type: inner }] })).toEqual(["n.A", "n.B", "n.C"]);
  });

  it("of an inner definition end with it", () => {
    const fields = [
      { name: "f", type: fixed({ name: "m.B" }) },
      { name: "g", type: fixed({ name: "C" }) },
    ];
    expect(names({ type: "record", name: "n.A", fields })).toEqual(["n.A", "m.B", "n.C"]);
  });

  it("are left by an empty one, or by a leading dot", () => {
    const fields = [
      { name: "f", type: fixed({ name: "B", namespace: "" }) },
      { name: "g", type: fixed({ name: ".C" }) },
    ];
    expect(names({ type: "record", name: "n.A", fields })).toEqual(["n.A", "B", "C"]);
  });

  it("null is like none, as in Java", () => {
    const fields = [{ name: "f", type: fixed({ name: "B", namespace: null }) }];
    expect(names({ type: "record", name: "n.A", fields })).toEqual(["n.A", "n.B"]);
  });

  it.each(["1x", "a b", "a..b", "a."])("%j is refused at its place", (namespace) => {
    const text = `{"type": "fixed", "size": 1, "name": "A", "namespace": ${JSON.stringify(namespace)}}`;
    expect(places(text)).toEqual(["1:56 AVRO_NAMESPACE"]);
  });

  it("must be texts", () => {
    expect(places('{"type":"fixed","size":1,"name":"A","namespace":3}')).toEqual(["1:49 AVRO_ATTRIBUTE"]);
  });
});

describe("aliases", () => {
  it("become full names in the namespace of their type", () => {
    const [type] = types(fixed({ name: "n.A", namespace: "ignored", aliases: ["B", "m.C", ".D"] }));
    expect(type?.aliases).toEqual(["n.B", "m.C", "D"]);
  });

  it("may be the name of another type, which is not in their way", () => {
    expect(names([fixed({ name: "A", aliases: ["B"] }), fixed({ name: "B" })])).toEqual(["A", "B"]);
  });

  it("define nothing that a schema could use", () => {
    expect(places([fixed({ name: "A", aliases: ["B"] }), "B"])).toEqual(["1:55 AVRO_UNKNOWN_TYPE"]);
  });

  it("must be legal names", () => {
    expect(places('{"type":"fixed","size":1,"name":"A","aliases":["B","1C"]}')).toEqual(["1:52 AVRO_ALIAS"]);
  });

  it.each(['"B"', "null", "[1]", "{}"])("%s are no aliases", (aliases) => {
    expect(places(`{"type":"fixed","size":1,"name":"A","aliases":${aliases}}`)).toEqual([
      `1:${aliases === "[1]" ? 48 : 47} AVRO_ATTRIBUTE`,
    ]);
  });

  it("of fields are any texts, since old names may be illegal ones", () => {
    expect(record(fieldOf({ type: "int", aliases: ["old-name"] })).fields[0]?.aliases).toEqual(["old-name"]);
  });
});

describe("names that are taken", () => {
  it("are refused at the second definition, which names the first", () => {
    const text =
      '[{"type": "fixed", "name": "A", "size": 1},\n {"type": "fixed", "name": "n.A", "size": 2},\n {"type": "fixed", "name": "A", "size": 2}]';
    expect(places(text)).toEqual(["3:28 AVRO_DUPLICATE_TYPE"]);
    expect(faults(text)[0]).toContain("A is defined twice and differently: here and at a.avsc:1:28");
  });

  it("are refused across files, named in both", () => {
    const { model, diagnostics } = parse({
      "b.avsc": fixed({ name: "n.A" }),
      "a.avsc": fixed({ name: "A", namespace: "n" }),
    });
    expect(model).toBeUndefined();
    expect(diagnostics.map(({ at, text }) => [at.file, text])).toEqual([
      ["b.avsc", "n.A is defined twice and differently: here and at a.avsc:1:33"],
    ]);
  });

  it("are refused also when both definitions are alike", () => {
    const { diagnostics } = parse({ "a.avsc": fixed({ name: "A" }), "b.avsc": { name: "A", size: 1, type: "fixed" } });
    expect(diagnostics.map(({ code, text }) => `${code}: ${text}`)).toEqual([
      "AVRO_DUPLICATE_TYPE: A is defined twice, both times alike: here and at a.avsc:1:33",
    ]);
  });

  it("are told once, and not again for each type within the copy", () => {
    const copy = { type: "record", name: "A", fields: [{ name: "f", type: fixed({ name: "B" }) }] };
    const { diagnostics } = parse({ "a.avsc": copy, "b.avsc": copy });
    expect(diagnostics.map(({ text }) => text)).toEqual([expect.stringMatching(/^A is defined twice/)]);
  });

  it("do not hide a type that only the copy defines", () => {
    const one = { type: "record", name: "A", fields: [] };
    const two = { type: "record", name: "A", fields: [{ name: "f", type: fixed({ name: "B" }) }] };
    const { diagnostics } = parse({ "a.avsc": one, "b.avsc": two, "c.avsc": '"B"' });
    expect(diagnostics.map(({ code }) => code)).toEqual(["AVRO_DUPLICATE_TYPE"]);
  });
});
