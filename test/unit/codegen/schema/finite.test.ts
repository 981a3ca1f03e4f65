import { describe, expect, it } from "vitest";
import { finiteTypes } from "../../../../codegen/schema/finite.js";
import { type Content, parse } from "./inline-files.js";

function finite(content: Content): string[] {
  const { model } = parse({ "a.avsc": content });
  return model === undefined ? [] : [...finiteTypes(model)].sort();
}

const holding = (name: string, ...types: unknown[]) => ({
  type: "record",
  name,
  fields: types.map((type, index) => ({ name: `f${index}`, type })),
});

describe("types with a finite value", () => {
  it("are most", () => {
    const simple = [
      holding("R", "int", ["null", "R"]),
      { type: "fixed", name: "F", size: 0 },
      { type: "enum", name: "E", symbols: ["A"] },
    ];
    expect(finite(simple)).toEqual(["E", "F", "R"]);
  });

  it("are not records that hold themselves outright", () => {
    expect(finite(holding("R", "R"))).toEqual([]);
    expect(finite([holding("A", "B"), holding("B", "A"), holding("C", "int", "A")])).toEqual([]);
  });

  it("are records that hold themselves in a union, array or map", () => {
    expect(finite(holding("R", ["R", "string"]))).toEqual(["R"]);
    expect(finite(holding("R", { type: "array", items: "R" }))).toEqual(["R"]);
    expect(finite(holding("R", { type: "map", values: "R" }))).toEqual(["R"]);
  });

  it("need one finite branch of a union, whichever", () => {
    expect(finite([holding("A", ["A", "B"]), holding("B", "int")])).toEqual(["A", "B"]);
    expect(finite([holding("A", ["A", "B"]), holding("B", ["A", "B"])])).toEqual([]);
    expect(finite([holding("A", ["A", "B"]), holding("B", ["C"]), holding("C")])).toEqual(["A", "B", "C"]);
  });

  it("need each of their fields to be", () => {
    expect(finite([holding("A", "B", "C"), holding("B", "int"), holding("C", "C")])).toEqual(["B"]);
  });

  it("are not enums without symbols and empty unions", () => {
    expect(finite([{ type: "enum", name: "E", symbols: [] }, holding("R", [])])).toEqual([]);
  });

  it("are found in a long chain", () => {
    const chain = Array.from({ length: 20_000 }, (_, index) =>
      holding(`R${index}`, index === 0 ? "int" : `R${index - 1}`),
    );
    expect(finite(chain).length).toBe(20_000);
  });
});
