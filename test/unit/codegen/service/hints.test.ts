import { describe, expect, it } from "vitest";
import { compile } from "../../../../codegen/generate.js";
import { file } from "../schema/inline-files.js";

const style = { projectName: "p", longs: "bigint", timestamps: "date" } as const;
const compiled = (schemas: readonly object[], typeNames: readonly string[] = []) =>
  compile(
    {
      schemas: schemas.map((schema, index) => file(`s${index}.avsc`, schema)),
      definitions: [file("k.json", { keyspace: "accounts", key: "string", value: "bank.Account" })],
      diagnostics: [],
    },
    { ...style, typeNames },
  );
const account = (more: object = {}, field: object = {}) => ({
  type: "record",
  name: "bank.Account",
  ...more,
  fields: [{ name: "at", type: "long", ...field }],
});
const faults = (...parameters: Parameters<typeof compiled>): string[] =>
  compiled(...parameters).diagnostics.map(({ at, code, text, suggestion }) =>
    `${at.file}:${at.line}:${at.column} ${code} ${text}. ${suggestion ?? ""}`.trim(),
  );

describe("what schemas and configuration say to the generator", () => {
  it("a type's TypeScript name, in names of files and functions too; its Avro name stays", () => {
    const { model, diagnostics } = compiled([account({ affinity: { name: "AccountRow" } })]);
    expect(diagnostics).toEqual([]);
    expect(model?.entities[0]).toMatchObject({
      fullName: "bank.Account",
      typeName: "AccountRow",
      exportName: "AccountRow",
      write: "writeAccountRow",
      module: "entities/bank/AccountRow",
    });
  });

  it("the configuration names types whose schemas one cannot edit, and goes before them", () => {
    const { model } = compiled([account({ affinity: { name: "AccountRow" } })], ["bank.Account=Konto"]);
    expect(model?.entities[0]).toMatchObject({ typeName: "Konto" });
    expect(faults([account()], ["bank.Acount=Konto"])).toEqual([
      'affinity.json:1:1 AFFINITY_TYPE_NAME generate.typeNames names "bank.Acount", which no schema defines. Did you mean "bank.Account"?',
    ]);
  });

  it("event times and indexes have no runtime yet", () => {
    const asked = { affinity: { eventTime: true, index: "byTime" } };
    expect(compiled([account({}, asked)]).diagnostics.map(({ code }) => code)).toEqual(["NOT_YET", "NOT_YET"]);
  });

  it("what is no name, taken, or not known is refused at the type or field", () => {
    expect(faults([account({ affinity: { name: "class" } })])).toEqual([
      expect.stringMatching(/^s0\.avsc:1:\d+ AFFINITY_TYPE_NAME the name .* is "class"; expected a name of TypeScript/),
    ]);
    expect(faults([account({ affinity: { nam: "X" } })])).toEqual([expect.stringMatching(/Did you mean "name"\?/)]);
    expect(faults([account({ affinity: "X" })])).toEqual([expect.stringMatching(/AFFINITY_ATTRIBUTE .* is no object/)]);
    expect(faults([account({ affinity: { name: "Other" } }), { type: "fixed", name: "bank.other", size: 1 }])).toEqual([
      expect.stringMatching(/AFFINITY_TYPE_NAME bank\.other and bank\.Account would both be "other" in TypeScript/),
    ]);
  });

  it("the attribute stays in the schema, as any other", () => {
    const { model } = compiled([account({ affinity: { name: "AccountRow" } })]);
    expect(model?.entities[0]?.type).toMatchObject({ attributes: { affinity: { name: "AccountRow" } } });
  });
});
