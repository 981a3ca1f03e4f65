import { describe, expect, it } from "vitest";
import type { DefaultValue } from "../../../../codegen/schema/model.js";
import { faults, fieldOf, parse, places, record } from "./inline-files.js";

/** JSON as it stands, since numbers must keep their digits. */
const withDefault = (type: unknown, text: string) =>
  `{"type": "record", "name": "R", "fields": [{"name": "f", "default": ${text}, "type": ${JSON.stringify(type)}}]}`;

const defaultOf = (type: unknown, text: string): DefaultValue | undefined =>
  record(withDefault(type, text)).fields[0]?.default;

/** Where a default is refused, counted from its own first character. */
const refusedAt = (type: unknown, text: string): string[] =>
  parse({ "a.avsc": withDefault(type, text) }).diagnostics.map(
    ({ at, code }) => `${at.column - 68}+${at.length} ${code}`,
  );

const recordOf = (...fields: object[]) => ({ type: "record", name: "S", fields });
const enumType = { type: "enum", name: "E", symbols: ["A", "B"] };
const fixedType = { type: "fixed", name: "F", size: 2 };

describe("defaults", () => {
  it("are absent where there are none", () => {
    expect(record(fieldOf({ type: "int" })).fields[0]).not.toHaveProperty("default");
  });

  it.each<[unknown, string, DefaultValue]>([
    ["null", "null", { kind: "null" }],
    ["boolean", "true", { kind: "boolean", value: true }],
    ["int", "-2147483648", { kind: "integer", value: -2147483648n }],
    ["long", "9223372036854775807", { kind: "integer", value: 9223372036854775807n }],
    ["long", "-9223372036854775808", { kind: "integer", value: -9223372036854775808n }],
    ["float", "1", { kind: "real", value: 1 }],
    ["float", "0.1", { kind: "real", value: 0.1 }],
    ["double", "-1.5e300", { kind: "real", value: -1.5e300 }],
    ["string", '"\\u00e9"', { kind: "string", value: "é" }],
    ["bytes", '"\\u0000\\u00ff"', { kind: "bytes", value: new Uint8Array([0, 255]) }],
    ["bytes", '""', { kind: "bytes", value: new Uint8Array() }],
    [fixedType, '"a\\u0080"', { kind: "bytes", value: new Uint8Array([97, 128]) }],
    [enumType, '"B"', { kind: "enum", symbol: "B" }],
    [{ type: "array", items: "int" }, "[1]", { kind: "array", items: [{ kind: "integer", value: 1n }] }],
    [{ type: "map", values: "null" }, '{"a": null}', { kind: "map", entries: [["a", { kind: "null" }]] }],
    [{ type: "long", logicalType: "timestamp-millis" }, "0", { kind: "integer", value: 0n }],
  ])("of type %j may be %s", (type, text, value) => {
    expect(defaultOf(type, text)).toEqual(value);
  });

  it.each([
    ["null", '"null"'],
    ["boolean", "0"],
    ["int", "2147483648"],
    ["int", "-2147483649"],
    ["int", "1.0"],
    ["int", "1e2"],
    ["int", '"1"'],
    ["int", "null"],
    ["long", "9223372036854775808"],
    ["long", "4.2"],
    ["float", '"NaN"'],
    ["double", '"Infinity"'],
    ["float", "1e39"],
    ["double", "1e400"],
    ["string", "null"],
    ["string", "1"],
    ["bytes", '"\\u0100"'],
    ["bytes", "null"],
    [fixedType, '"a"'],
    [fixedType, '"abc"'],
    [fixedType, '"\\\\u0001"'],
    [enumType, '"C"'],
    [enumType, '""'],
    [{ type: "array", items: "int" }, "{}"],
    [{ type: "map", values: "int" }, "[]"],
    [recordOf(), "[]"],
    [[], "null"],
    [["null", "int"], '"x"'],
    [{ type: "long", logicalType: "timestamp-millis" }, '"2020-01-01T00:00:00Z"'],
  ])("of type %j may not be %s", (type, text) => {
    expect(refusedAt(type, text)).toEqual([`1+${text.length} AVRO_DEFAULT`]);
  });

  it("keep map keys like __proto__, the last of duplicate ones", () => {
    expect(defaultOf({ type: "map", values: "int" }, '{"__proto__": 1, "a": 2, "a": 3}')).toEqual({
      kind: "map",
      entries: [
        ["__proto__", { kind: "integer", value: 1n }],
        ["a", { kind: "integer", value: 3n }],
      ],
    });
  });

  it("say what is wrong, where, and what would be right", () => {
    expect(faults(withDefault({ type: "array", items: "int" }, '[1, {"a": 2}]'))).toEqual([
      "the default of field f of R has an object at /1; expected an int: an integer from -2^31 to 2^31-1",
    ]);
    expect(faults(withDefault(["null", enumType], "7"))).toEqual([
      "the default of field f of R is the number 7; expected a value of null or E",
    ]);
  });

  it("are refused at the innermost value that does not fit", () => {
    expect(refusedAt({ type: "map", values: { type: "array", items: "int" } }, '{"a": [1, 2.5]}')).toEqual([
      "11+3 AVRO_DEFAULT",
    ]);
  });
});

describe("defaults of unions", () => {
  it.each<[unknown, string, number]>([
    [["null", "string"], "null", 0],
    [["null", "string"], '"x"', 1],
    [["string", "bytes"], '"x"', 0],
    [["bytes", "string"], '"\\u0100"', 1],
    [["float", "int"], "1", 0],
    [["int", "float"], "1.5", 1],
    [["null", enumType, "string"], '"C"', 2],
  ])("of type %j take for %s the first branch that fits", (type, text, branch) => {
    expect(defaultOf(type, text)).toMatchObject({ kind: "union", branch });
  });

  it("are refused at the inner value where only one branch comes near", () => {
    expect(refusedAt(["null", { type: "array", items: "int" }], '[1, "x"]')).toEqual(["5+3 AVRO_DEFAULT"]);
  });

  it("within a default take the first branch and no other", () => {
    const inner = recordOf({ name: "g", type: ["string", "null"] });
    expect(defaultOf(inner, '{"g": "x"}')).toMatchObject({ fields: [{ kind: "union", branch: 0 }] });
    expect(refusedAt(inner, '{"g": null}')).toEqual(["7+4 AVRO_DEFAULT"]);
    expect(refusedAt({ type: "array", items: ["string", "null"] }, "[null]")).toEqual(["2+4 AVRO_DEFAULT"]);
  });
});

describe("defaults of records", () => {
  it("fill members that are absent by the defaults of their fields", () => {
    const inner = recordOf({ name: "g", type: "int", default: 1 }, { name: "h", type: ["null", "int"], default: 2 });
    expect(defaultOf(inner, '{"g": 7}')).toEqual({
      kind: "record",
      fields: [
        { kind: "integer", value: 7n },
        { kind: "union", branch: 1, value: { kind: "integer", value: 2n } },
      ],
    });
  });

  it("must have the members of fields without a default", () => {
    expect(faults(withDefault(recordOf({ name: "g", type: "int" }), "{}"))).toEqual([
      'the default of field f of R is {}; expected a member "g", since that field has no default',
    ]);
  });

  it("may have members that are no field, as in Java", () => {
    expect(defaultOf(recordOf(), '{"zz": 1}')).toEqual({ kind: "record", fields: [] });
  });

  it("do not repeat what is wrong with a field's own default", () => {
    expect(faults(withDefault(recordOf({ name: "g", type: "int", default: "x" }), "{}"))).toEqual([
      expect.stringContaining("the default of field g of S"),
    ]);
  });

  it("use types that stand later or in another file", () => {
    const { model } = parse({
      "a.avsc": fieldOf({ type: "E", default: "A" }),
      "b.avsc": enumType,
    });
    expect(model?.types.get("R")).toMatchObject({ fields: [{ default: { kind: "enum", symbol: "A" } }] });
  });

  it("may hold the record itself, as long as they end", () => {
    const text =
      '{"type": "record", "name": "R", "fields": [{"name": "f", "type": {"type": "array", "items": "R"}, "default": [{"f": []}]}]}';
    expect(record(text).fields[0]?.default).toEqual({
      kind: "array",
      items: [{ kind: "record", fields: [{ kind: "array", items: [] }] }],
    });
  });

  it("that never end are refused, each of them", () => {
    expect(faults(fieldOf({ type: "R", default: {} }))).toEqual([
      "the default of field f of R is refused: it holds itself without end",
    ]);
    const circle = (name: string, other: string) => ({
      type: "record",
      name,
      fields: [{ name: "f", type: other, default: {} }],
    });
    expect(faults([circle("A", "B"), circle("B", "A")]).length).toBe(2);
  });

  it("that are small to write and huge to read are refused", () => {
    const doubling = Array.from({ length: 40 }, (_, index) => {
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
    const [first] = faults(doubling);
    expect(first).toContain("it stands for more than 100000 values");
  });

  it("that nest too deep are refused, however they come about", () => {
    const chain = Array.from({ length: 300 }, (_, index) => {
      const part = index === 0 ? { type: "int", default: 1 } : { type: `R${index - 1}`, default: {} };
      return { type: "record", name: `R${index}`, fields: [{ name: "f", ...part }] };
    });
    const forwards = faults(chain);
    expect(forwards.length).toBe(100);
    expect(forwards[0]).toContain("it is more than 200 values deep");
    expect(faults([...chain].reverse()).length).toBe(forwards.length);
  });
});

describe("defaults elsewhere", () => {
  it("of parameters of messages are checked too", () => {
    const request = [{ name: "a", type: "int", default: "x" }];
    expect(places({ protocol: "P", messages: { m: { request, response: "null" } } }, "a.avpr")).toEqual([
      "1:80 AVRO_DEFAULT",
    ]);
  });
});
