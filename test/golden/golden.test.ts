import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { compile, printProject } from "../../codegen/generate.js";
import { readInputs } from "../../codegen/inputs.js";
import type { GenerateOptions } from "../../codegen/options.js";
import { typeErrors } from "./type-check.js";

const folder = fileURLToPath(new URL(".", import.meta.url));
const cases = readdirSync(folder).filter((name) => existsSync(join(folder, name, "input")));
const isUpdate = process.env.UPDATE_GOLDEN === "1";

function optionsOf(name: string): GenerateOptions {
  const root = join(folder, name, "input");
  const file = join(root, "options.json");
  const written: Partial<GenerateOptions> = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
  return {
    projectName: name,
    root,
    schemas: ["schemas"],
    definitions: ["keyspaces"],
    output: "generated",
    handlers: "handlers",
    longs: "bigint",
    timestamps: "date",
    importEnding: ".js",
    ...written,
  };
}

async function generated(name: string): Promise<Map<string, string>> {
  const options = optionsOf(name);
  const inputs = readInputs(options);
  const { model, diagnostics } = compile(inputs, options);
  if (model === undefined) throw new Error(JSON.stringify(diagnostics, undefined, 2));
  const { files, stubs } = printProject(model, inputs, options);
  // It says the same as openapi.ts; one case shows it.
  const shown = [...files].filter(([path]) => path !== "openapi.json" || name === "account");
  const named = (front: string, texts: Iterable<readonly [string, string]>) =>
    [...texts].map(([path, text]) => [`${front}/${path}`, text] as const);
  return new Map([...named("generated", shown), ...named("handlers", stubs)].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function expected(name: string): Map<string, string> {
  const root = join(folder, name, "expected");
  const paths = existsSync(root) ? readdirSync(root, { recursive: true, encoding: "utf8" }) : [];
  const files = paths.filter((path) => statSync(join(root, path)).isFile()).sort();
  return new Map(files.map((path) => [relative("", path), readFileSync(join(root, path), "utf8")]));
}

function update(name: string, files: ReadonlyMap<string, string>): void {
  const root = join(folder, name, "expected");
  rmSync(root, { recursive: true, force: true });
  for (const [path, text] of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

describe("golden output", () => {
  it.each(cases)("of %s is the same byte for byte (UPDATE_GOLDEN=1 rewrites it)", async (name) => {
    const files = await generated(name);
    if (isUpdate) update(name, files);
    expect(Object.fromEntries(files)).toEqual(Object.fromEntries(expected(name)));
  });

  it.each([
    ["strict alone, bundler", { moduleResolution: "bundler" }, cases],
    [
      "strict alone, node16",
      { moduleResolution: "node16" },
      cases.filter((name) => optionsOf(name).importEnding !== ""),
    ],
    [
      "every flag, nodenext",
      { moduleResolution: "nodenext", everyFlag: true },
      cases.filter((name) => optionsOf(name).importEnding !== ""),
    ],
    ["every flag, bundler", { moduleResolution: "bundler", everyFlag: true }, cases],
  ] as const)("compiles under %s", (_, flags, names) => {
    expect(
      typeErrors(
        names.map((name) => join(folder, name, "expected")),
        flags,
      ),
    ).toEqual([]);
  });
});
