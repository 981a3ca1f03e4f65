import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { inputsHash } from "../../../../codegen/inputs.js";
import type { GenerateOptions } from "../../../../codegen/options.js";
import { check, generate, inspect } from "../../../../codegen/project.js";

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "generate-"));
  put("schemas/a.avsc", { type: "record", name: "bank.A", fields: [{ name: "x", type: "int" }] });
  put("schemas/deep/b.avsc", { type: "enum", name: "bank.B", symbols: ["S"] });
  put("keyspaces/a.json", { keyspace: "a", key: "string", value: "bank.A", messages: { touch: { access: "write" } } });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function put(path: string, value: unknown): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), typeof value === "string" ? value : JSON.stringify(value));
}

function get(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

function files(): string[] {
  const all = readdirSync(join(root, "src"), { recursive: true, withFileTypes: true });
  return all
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();
}

function options(changed: Partial<GenerateOptions> = {}): GenerateOptions {
  return {
    projectName: "p",
    root,
    schemas: ["schemas"],
    definitions: ["keyspaces"],
    output: "src/generated",
    handlers: "src/handlers",
    longs: "bigint",
    timestamps: "date",
    importEnding: ".js",
    ...changed,
  };
}

const generated = [
  "client.ts",
  "entities/bank/A.ts",
  "entities/bank/B.ts",
  "index.ts",
  "manifest.json",
  "openapi.json",
  "openapi.ts",
].map((path) => `src/generated/${path}`);

describe("generate", () => {
  it("writes the output and the handlers that are missing", async () => {
    expect(await generate(options())).toEqual({
      diagnostics: [],
      written: generated,
      removed: [],
      stubs: ["src/handlers/a.ts"],
      unchanged: 0,
    });
    expect(files()).toEqual([...generated, "src/handlers/a.ts"]);
  });

  it("touches nothing when nothing changed, with and without its manifest", async () => {
    await generate(options());
    expect(await generate(options())).toMatchObject({ written: [], removed: [], stubs: [], unchanged: 7 });
    rmSync(join(root, "src/generated/manifest.json"));
    expect(await generate(options())).toMatchObject({ written: ["src/generated/manifest.json"], unchanged: 6 });
  });

  it("does not trust what another version of the generator wrote", async () => {
    await generate(options());
    const manifest = JSON.parse(get("src/generated/manifest.json"));
    put("src/generated/manifest.json", { ...manifest, generator: "another" });
    expect(await generate(options())).toMatchObject({ written: ["src/generated/manifest.json"], unchanged: 6 });
  });

  it("gives the same bytes in another folder", async () => {
    await generate(options());
    const first = generated.map(get);
    const other = mkdtempSync(join(tmpdir(), "generate-"));
    try {
      for (const path of ["schemas/deep/b.avsc", "keyspaces/a.json", "schemas/a.avsc"]) {
        mkdirSync(dirname(join(other, path)), { recursive: true });
        writeFileSync(join(other, path), get(path));
      }
      await generate(options({ root: other }));
      expect(generated.map((path) => readFileSync(join(other, path), "utf8"))).toEqual(first);
    } finally {
      rmSync(other, { recursive: true });
    }
  });

  it("mends what was changed or removed by hand", async () => {
    await generate(options());
    const before = get("src/generated/client.ts");
    put("src/generated/client.ts", `${before}// mine\n`);
    rmSync(join(root, "src/generated/entities/bank/B.ts"));
    expect((await generate(options())).written).toEqual([
      "src/generated/client.ts",
      "src/generated/entities/bank/B.ts",
    ]);
    expect(get("src/generated/client.ts")).toBe(before);
  });

  it("removes its own files that are not needed any more, and folders that are empty then", async () => {
    await generate(options());
    put("src/generated/notes.txt", "mine");
    put("schemas/deep/b.avsc", { type: "enum", name: "shop.B", symbols: ["S"] });
    put("schemas/a.avsc", { type: "record", name: "shop.A", fields: [] });
    put("keyspaces/a.json", { keyspace: "a", key: "string", value: "shop.A" });
    const { removed } = await generate(options());
    expect(removed).toEqual(["src/generated/entities/bank/A.ts", "src/generated/entities/bank/B.ts"]);
    expect(existsSync(join(root, "src/generated/entities/bank"))).toBe(false);
    expect(get("src/generated/notes.txt")).toBe("mine");
    expect(existsSync(join(root, "src/handlers/a.ts"))).toBe(true);
  });

  it("removes what an older run left even when the manifest is current", async () => {
    await generate(options());
    put("src/generated/entities/bank/Old.ts", get("src/generated/entities/bank/B.ts"));
    expect((await generate(options())).removed).toEqual(["src/generated/entities/bank/Old.ts"]);
  });

  it("writes a handler once and then leaves it alone, also as JavaScript", async () => {
    put("src/handlers/a.mjs", "export const a = {};");
    expect((await generate(options())).stubs).toEqual([]);
    rmSync(join(root, "src/handlers/a.mjs"));
    expect((await generate(options())).stubs).toEqual(["src/handlers/a.ts"]);
    put("src/handlers/a.ts", "mine");
    await generate(options({ projectName: "other" }));
    expect(get("src/handlers/a.ts")).toBe("mine");
  });

  it("writes nothing at all when there is a diagnostic", async () => {
    put("schemas/c.avsc", { type: "record", name: "bank.C", fields: [{ name: "x", type: "bank.D" }] });
    put("keyspaces/c.json", { keyspace: "C" });
    const { diagnostics, written } = await generate(options());
    expect(diagnostics.map(({ at, code }) => `${at.file} ${code}`)).toEqual([
      "keyspaces/c.json DEFINITION_MEMBER_MISSING",
      "keyspaces/c.json DEFINITION_MEMBER_MISSING",
      "keyspaces/c.json DEFINITION_NAME",
      "schemas/c.avsc AVRO_UNKNOWN_TYPE",
    ]);
    expect(written).toEqual([]);
    expect(existsSync(join(root, "src"))).toBe(false);
  });

  it("is an error where neither a schema nor a definition is found", async () => {
    const { diagnostics } = await generate(options({ schemas: ["none"], definitions: ["nothing"] }));
    expect(diagnostics).toMatchObject([{ code: "INPUT_EMPTY" }]);
  });

  it("reads single files, and skips hidden folders and packages", async () => {
    put("schemas/.hidden/x.avsc", "not JSON");
    put("schemas/node_modules/x.avsc", "not JSON");
    put("more.avsc", { type: "fixed", name: "bank.F", size: 2 });
    const { written } = await generate(options({ schemas: ["schemas", "more.avsc", "schemas/a.avsc"] }));
    expect(written).toContain("src/generated/entities/bank/F.ts");
  });

  it("reports a file that is too large, and reads the others", async () => {
    put("schemas/huge.avsc", " ".repeat(9 * 1024 * 1024));
    expect((await generate(options())).diagnostics).toMatchObject([
      { at: { file: "schemas/huge.avsc" }, code: "JSON_TOO_LARGE" },
    ]);
  });
});

describe("what is not the tool's", () => {
  it("is never overwritten: nothing is written then", async () => {
    put("src/generated/index.ts", "export const mine = 1;\n");
    const { diagnostics, written } = await generate(options());
    expect(diagnostics).toMatchObject([{ at: { file: "src/generated/index.ts" }, code: "OUTPUT_BLOCKED" }]);
    expect(written).toEqual([]);
    expect(files()).toEqual(["src/generated/index.ts"]);
  });

  it.each([
    ["a folder where a file is needed", "src/generated/index.ts/x", "src/generated/index.ts"],
    ["a file where a folder is needed", "src/generated/entities", "src/generated/entities"],
    ["a file where the output is needed", "src/generated", "src/generated"],
  ])("stops the run as %s", async (_, path, blocked) => {
    put(path, "mine");
    const { diagnostics } = await generate(options());
    expect(diagnostics[0]).toMatchObject({ at: { file: blocked }, code: "OUTPUT_BLOCKED" });
    expect(get(path)).toBe("mine");
  });

  it("is not reached through links", async () => {
    const outside = join(root, "outside");
    mkdirSync(outside);
    mkdirSync(join(root, "src/generated"), { recursive: true });
    symlinkSync(outside, join(root, "src/generated/entities"));
    expect((await generate(options())).diagnostics).toMatchObject([{ at: { file: "src/generated/entities" } }, {}]);
    rmSync(join(root, "src/generated/entities"));
    writeFileSync(join(outside, "index.ts"), "// Generated by affinity from elsewhere.\n");
    symlinkSync(join(outside, "index.ts"), join(root, "src/generated/index.ts"));
    expect((await generate(options())).diagnostics).toMatchObject([{ at: { file: "src/generated/index.ts" } }]);
    rmSync(join(root, "src/generated/index.ts"));
    symlinkSync(join(outside, "new.ts"), join(root, "src/generated/.index.ts.affinity-draft"));
    expect((await generate(options())).diagnostics).toEqual([]);
    expect(readdirSync(outside)).toEqual(["index.ts"]);
  });

  it.each([".", "..", "src/..", "schemas", "keyspaces"])("is not taken for the output's folder: %s", async (output) => {
    const { diagnostics } = await generate(options({ output }));
    expect(diagnostics).toMatchObject([{ code: "OUTPUT_BLOCKED" }]);
  });
});

describe("check", () => {
  it("lists what differs, and writes nothing", async () => {
    expect((await check(options())).drift).toContainEqual({ path: "src/generated/index.ts", kind: "missing" });
    expect(existsSync(join(root, "src"))).toBe(false);
    await generate(options());
    expect(await check(options())).toEqual({ diagnostics: [], drift: [] });
    put("src/generated/index.ts", `${get("src/generated/index.ts")}\n`);
    put("src/generated/entities/bank/Old.ts", get("src/generated/entities/bank/B.ts"));
    rmSync(join(root, "src/generated/client.ts"));
    rmSync(join(root, "src/handlers/a.ts"));
    expect((await check(options())).drift).toEqual([
      { path: "src/generated/client.ts", kind: "missing" },
      { path: "src/generated/index.ts", kind: "differs" },
      { path: "src/generated/entities/bank/Old.ts", kind: "obsolete" },
      { path: "src/handlers/a.ts", kind: "missing" },
    ]);
  });
});

describe("inspect", () => {
  it("gives the model as JSON", async () => {
    const { model } = await inspect(options());
    expect(JSON.parse(JSON.stringify(model))).toEqual(model);
    expect(model).toMatchObject({ name: "p", keyspaces: [{ name: "a" }], entities: [{ fullName: "bank.A" }, {}] });
  });
});

describe("the hash of inputs", () => {
  it("stands in index.ts and changes with any input, but not with where it lies or what is beside it", async () => {
    await generate(options());
    const hash = await inputsHash(options());
    expect(get("src/generated/index.ts")).toContain(`inputs: "${hash}"`);
    put("schemas/notes.txt", "beside");
    expect(await inputsHash(options({ handlers: "elsewhere" }))).toBe(hash);
    expect(await inputsHash(options({ longs: "number" }))).not.toBe(hash);
    expect(await inputsHash(options({ projectName: "q" }))).not.toBe(hash);
    put("schemas/a.avsc", `${get("schemas/a.avsc")}\n`);
    expect(await inputsHash(options())).not.toBe(hash);
  });
});
