import { expect, it } from "vitest";
import { compile, printProject } from "../../../../codegen/generate.js";

const options = {
  projectName: "deep",
  root: "/",
  schemas: [],
  definitions: [],
  output: "generated",
  handlers: "handlers",
  longs: "bigint",
  timestamps: "date",
  importEnding: ".js",
} as const;

it("arrays in each other, as deep as JSON may be, give output that grows no faster than they do (P12)", async () => {
  const printed = async (depth: number): Promise<string> => {
    const type = `${'{"type":"array","items":'.repeat(depth)}"int"${"}".repeat(depth)}`;
    const text = `{"type":"record","name":"A","fields":[{"name":"x","type":${type}}]}`;
    const inputs = {
      schemas: [{ file: "a.avsc", bytes: new TextEncoder().encode(text) }],
      definitions: [],
      diagnostics: [],
    };
    const { model } = compile(inputs, options);
    if (model === undefined) throw new Error("refused");
    return printProject(model, inputs, options).files.get("entities/A.ts") ?? "";
  };
  const [short, long] = [await printed(300), await printed(900)];
  expect(long.length).toBeLessThan(4 * short.length);
  expect(Math.max(...long.split("\n").map((line) => line.length))).toBeLessThan(40_000);
});
