import { describe, expect, it } from "vitest";
import { compatibilityFaults, faultText, incompatibilities } from "../../../../runtime/schema/compatibility.js";
import { definedBy } from "../../../../runtime/schema/raw-schema.js";

const record = (fields: string, name = "bank.Account", more = ""): string =>
  `{"type":"record","name":"${name}"${more},"fields":[${fields}]}`;
const id = `{"name":"id","type":"string"}`;

function rules(writer: string, reader: string): readonly string[] {
  return incompatibilities(definedBy(writer), definedBy(reader)).map(({ rule, path }) => `${rule} ${path}`);
}

describe("what a reader cannot read of a writer", () => {
  it("primitives are read as themselves and as what they are promoted to", () => {
    const kinds = ["null", "boolean", "int", "long", "float", "double", "bytes", "string"];
    const read = kinds.flatMap((writer) =>
      kinds.filter((reader) => rules(`"${writer}"`, `"${reader}"`).length === 0).map((reader) => `${writer} ${reader}`),
    );
    const own = kinds.map((kind) => `${kind} ${kind}`);
    const promoted = ["int long", "int float", "int double", "long float", "long double", "float double"];
    expect(read.sort()).toEqual([...own, ...promoted, "bytes string", "string bytes"].sort());
  });

  it("a new field needs a default; a removed one does not matter", () => {
    expect(rules(record(id), record(`${id},{"name":"branch","type":"string"}`))).toEqual([
      "READER_FIELD_MISSING_DEFAULT_VALUE bank.Account.branch",
    ]);
    expect(rules(record(id), record(`${id},{"name":"branch","type":["null","string"],"default":null}`))).toEqual([]);
    expect(rules(record(`${id},{"name":"branch","type":"string"}`), record(id))).toEqual([]);
  });

  it("types and fields are met by name and alias", () => {
    expect(rules(record(id), record(id, "shop.Account"))).toEqual([]);
    expect(rules(record(id), record(id, "bank.Konto"))).toEqual(["NAME_MISMATCH bank.Konto"]);
    expect(rules(record(id), record(id, "bank.Konto", `,"aliases":["Account"]`))).toEqual([]);
    expect(rules(record(id), record(id, "Konto", `,"aliases":["bank.Account"]`))).toEqual([]);
    expect(rules(record(id), record(`{"name":"number","type":"string","aliases":["id"]}`))).toEqual([]);
    expect(
      rules(
        record(`${id},{"name":"number","type":"string"}`),
        record(`{"name":"number","type":"string","aliases":["id"]}`),
      ),
    ).toEqual(["FIELD_AMBIGUOUS bank.Account.number"]);
  });

  it("an enum's symbols are there, or its default stands for them", () => {
    const symbols = (list: string, more = ""): string => `{"type":"enum","name":"S","symbols":[${list}]${more}}`;
    expect(rules(symbols(`"A","B"`), symbols(`"B","C"`))).toEqual(["MISSING_ENUM_SYMBOLS S"]);
    expect(rules(symbols(`"A","B"`), symbols(`"B","C"`, `,"default":"C"`))).toEqual([]);
  });

  it("every branch of a writer's union is read, by one branch of a reader's", () => {
    expect(rules(`["null","int"]`, `["long","null"]`)).toEqual([]);
    expect(rules(`["null","int"]`, `"int"`)).toEqual(["TYPE_MISMATCH int<null>"]);
    expect(rules(`"string"`, `["null","int"]`)).toEqual(["MISSING_UNION_BRANCH union"]);
    expect(rules(`"int"`, `["null","long"]`)).toEqual([]);
    const of = (type: string): string => record(`{"name":"f","type":${type}}`, "X");
    expect(rules(of(`"int"`), `["null",${of(`"string"`)}]`)).toEqual(["TYPE_MISMATCH union<X>.f"]);
  });

  it("logical types must mean the same; a decimal may gain precision", () => {
    const long = (logical: string): string => `{"type":"long","logicalType":"${logical}"}`;
    const decimal = (precision: number, scale: number): string =>
      `{"type":"bytes","logicalType":"decimal","precision":${precision},"scale":${scale}}`;
    expect(rules(long("timestamp-millis"), long("timestamp-micros"))).toEqual(["LOGICAL_TYPE_MISMATCH long"]);
    expect(rules(long("timestamp-millis"), `"long"`)).toEqual([]);
    expect(rules(`"long"`, long("timestamp-millis"))).toEqual([]);
    expect(rules(decimal(8, 2), decimal(10, 2))).toEqual([]);
    expect(rules(decimal(10, 2), decimal(8, 2))).toEqual(["LOGICAL_TYPE_MISMATCH bytes"]);
    expect(rules(decimal(8, 2), decimal(8, 3))).toEqual(["LOGICAL_TYPE_MISMATCH bytes"]);
    // The branch of the very type is the one that is meant, whatever another could be promoted to.
    expect(rules(long("timestamp-millis"), `["double",${long("time-micros")}]`)).toEqual([
      "LOGICAL_TYPE_MISMATCH union<long>",
    ]);
  });

  it("recursive types are compared to their end, also where an assumption of theirs fails", () => {
    const tree = (value: string): string =>
      record(`{"name":"value","type":${value}},{"name":"children","type":{"type":"array","items":"Tree"}}`, "Tree");
    expect(rules(tree(`"int"`), tree(`"long"`))).toEqual([]);
    expect(rules(tree(`"int"`), tree(`"string"`))).toEqual(["TYPE_MISMATCH Tree.value"]);
  });
});

describe("levels", () => {
  const one = record(id);
  const two = record(`${id},{"name":"n","type":"int","default":0}`);
  const three = record(`${id},{"name":"n","type":"int"}`);

  it("those that are not transitive look at the last version alone", () => {
    expect(compatibilityFaults("BACKWARD", three, [one, two])).toEqual([]);
    expect(compatibilityFaults("BACKWARD_TRANSITIVE", three, [one, two])).toMatchObject([
      { earlier: 0, newSide: "reader", rule: "READER_FIELD_MISSING_DEFAULT_VALUE", path: "bank.Account.n" },
    ]);
    expect(compatibilityFaults("FORWARD_TRANSITIVE", one, [two, three])).toMatchObject([
      { earlier: 1, newSide: "writer", rule: "READER_FIELD_MISSING_DEFAULT_VALUE" },
    ]);
    expect(compatibilityFaults("FULL", three, [one])).toHaveLength(1);
    expect(compatibilityFaults("FULL", two, [one])).toEqual([]);
    expect(compatibilityFaults("NONE", `"int"`, [one, two])).toEqual([]);
  });

  it("a fault says path, rule and cure in one sentence", () => {
    const [fault] = compatibilityFaults("BACKWARD", three, [one]);
    expect(fault && faultText(fault)).toBe(
      "bank.Account.n is not a field of the writer's bank.Account and has no default " +
        "(READER_FIELD_MISSING_DEFAULT_VALUE, reading earlier data). Give n a default.",
    );
  });

  it("the cure of a field that may be renamed names the one that it may have been", () => {
    const record = (...fields: readonly object[]): string => JSON.stringify({ type: "record", name: "Order", fields });
    const earlier = record({ name: "customer", type: "string" }, { name: "cents", type: "int" });
    const cure = (...fields: readonly object[]): string | undefined =>
      compatibilityFaults("BACKWARD", record(...fields), [earlier])[0]?.cure;
    expect(cure({ name: "buyer", type: "string" }, { name: "cents", type: "long" })).toBe(
      'Give buyer a default, or "aliases": ["customer"] if it is customer under another name.',
    );
    expect(cure({ name: "total", type: "long" })).toContain("if it is cents under another name");
    expect(cure({ name: "customer", type: "string" }, { name: "note", type: "string" })).toBe("Give note a default.");
  });
});
