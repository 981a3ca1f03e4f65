import { describe, expect, it } from "vitest";
import type { EntityModel } from "../../../../codegen/service/model.js";
import { modelOf } from "./support.js";

interface Named {
  readonly type?: string;
  readonly fields?: readonly object[];
}

/** `module typeName exportName` of types by full name. */
function named(
  types: { readonly [fullName: string]: Named },
  definitions: { readonly [file: string]: unknown } = {},
): { readonly [fullName: string]: EntityModel } {
  const schemas = Object.entries(types).map(([fullName, { type = "record", fields = [] }]) => {
    const dot = fullName.lastIndexOf(".");
    const rest = type === "fixed" ? { size: 1 } : { fields };
    return { type, namespace: fullName.slice(0, Math.max(dot, 0)), name: fullName.slice(dot + 1), ...rest };
  });
  const { entities } = modelOf(definitions, schemas);
  return Object.fromEntries(entities.map((entity) => [entity.fullName, entity]));
}

const withDefault = { fields: [{ name: "a", type: "int", default: 1 }] };

describe("names of types", () => {
  it("are those of Avro, in a folder for the namespace with its dots kept", () => {
    expect(named({ "com.shop.Order": {}, Plain: {} })).toMatchObject({
      "com.shop.Order": { module: "entities/com.shop/Order", typeName: "Order", exportName: "Order" },
      Plain: { module: "entities/Plain", typeName: "Plain", exportName: "Plain" },
    });
  });

  it("get $ where they are words of TypeScript or names that no file may have", () => {
    expect(
      named({ "a.class": {}, "a.bigint": {}, "a.keyof": {}, "a.aux": {}, "con.A": {}, "a.ts.B": {} }),
    ).toMatchObject({
      "a.class": { module: "entities/a/class$", typeName: "class$", write: "writeclass$" },
      "a.bigint": { typeName: "bigint$" },
      "a.keyof": { typeName: "keyof$" },
      "a.aux": { typeName: "aux$" },
      "con.A": { module: "entities/con$/A" },
      "a.ts.B": { module: "entities/a.ts$/B" },
    });
  });

  it("get $ where another one differs in case only: file systems take them for one", () => {
    expect(named({ "a.Status": {}, "a.status": {}, "A.x": {} })).toMatchObject({
      "A.x": { module: "entities/A/x" },
      "a.Status": { module: "entities/a$/Status", typeName: "Status" },
      "a.status": { module: "entities/a$/status$", typeName: "status$" },
    });
  });

  it("are exported with the namespace in front where two namespaces share them", () => {
    expect(named({ "bank.Status": {}, "com.shop.Status": {}, "bank.BankStatus": {}, Lone: {} })).toMatchObject({
      "bank.Status": { exportName: "BankStatus$" },
      "bank.BankStatus": { exportName: "BankStatus" },
      "com.shop.Status": { exportName: "ComShopStatus" },
      Lone: { exportName: "Lone" },
    });
  });

  it("of input types differ where a default is reachable, however far", () => {
    expect(
      named({
        "a.Leaf": withDefault,
        "a.Holder": { fields: [{ name: "leaves", type: { type: "map", values: ["null", "a.Leaf"] } }] },
        "a.Outer": { fields: [{ name: "holders", type: { type: "array", items: "a.Holder" } }] },
        "a.Other": {},
      }),
    ).toMatchObject({
      "a.Leaf": { inputName: "LeafInput", exportInputName: "LeafInput" },
      "a.Holder": { inputName: "HolderInput" },
      "a.Outer": { inputName: "OuterInput" },
      "a.Other": { inputName: "Other" },
    });
  });

  it("of input types get $ where a type of the namespace has them, and only there", () => {
    expect(named({ "a.Leaf": withDefault, "a.LeafInput": {}, "b.Twig": withDefault, "c.TwigInput": {} })).toMatchObject(
      {
        "a.Leaf": { inputName: "LeafInput$", exportInputName: "LeafInput$" },
        "a.LeafInput": { typeName: "LeafInput", exportName: "LeafInput" },
        "b.Twig": { inputName: "TwigInput", exportInputName: "TwigInput$" },
        "c.TwigInput": { exportName: "TwigInput" },
      },
    );
  });

  it("never depend on definitions, whose names give way", () => {
    const definition = {
      keyspace: "accounts",
      key: { type: "array", items: "int" },
      value: "int",
      messages: { peek: { access: "read" } },
    };
    const types = { AccountsHandler: {}, AccountsKey: {}, service: {} };
    expect(named(types, { "k.json": definition })).toMatchObject({
      AccountsHandler: { exportName: "AccountsHandler" },
      AccountsKey: { exportName: "AccountsKey" },
      "accounts.key": { typeName: "AccountsKey", module: "keyspaces/accounts", exportName: "AccountsKey$" },
      service: { exportName: "service$" },
    });
  });

  it("of keyspaces meet nowhere", () => {
    const keyspace = (name: string) => ({
      keyspace: name,
      key: "string",
      value: "int",
      messages: { peek: { access: "read" } },
    });
    const { keyspaces } = modelOf({ "1.json": keyspace("a"), "2.json": keyspace("aRead") });
    const names = keyspaces.flatMap(({ names }) => Object.values(names));
    expect(new Set(names).size).toBe(names.length);
  });

  it("longer than a file's name may be are cut in the file's name only", () => {
    const long = `L${"o".repeat(300)}ng`;
    const found = Object.values(named({ [long]: {}, [`${long}er`]: {} }));
    expect(found).toMatchObject([{ typeName: long }, { typeName: `${long}er` }]);
    const modules = found.map((entity) => String(entity.module).split("/").pop() ?? "");
    expect(modules.every((name) => name.length <= 200)).toBe(true);
    expect(new Set(modules).size).toBe(2);
  });
});

describe("recursion", () => {
  it("is found through arrays, maps, unions and other types", () => {
    const entities = named({
      "a.Self": { fields: [{ name: "next", type: ["null", "a.Self"] }] },
      "a.One": { fields: [{ name: "two", type: { type: "array", items: "a.Two" } }] },
      "a.Two": { fields: [{ name: "one", type: { type: "map", values: "a.One" } }] },
      "a.User": { fields: [{ name: "self", type: "a.Self" }] },
    });
    expect(entities).toMatchObject({
      "a.Self": { isRecursive: true },
      "a.One": { isRecursive: true },
      "a.Two": { isRecursive: true },
      "a.User": { isRecursive: false },
    });
  });

  it("of a chain of thousands of types is found without running out of stack", () => {
    const chain = Object.fromEntries(
      Array.from({ length: 5_000 }, (_, index) => [
        `c.T${index}`,
        { fields: [{ name: "next", type: ["null", `c.T${(index + 1) % 5_000}`] }] },
      ]),
    );
    expect(Object.values(named(chain)).every((entity) => entity.isRecursive === true)).toBe(true);
  });
});
