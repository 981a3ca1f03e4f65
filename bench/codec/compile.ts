/** Generated static code of a schema, bundled with the sources of the runtime into one module. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { compile, printProject } from "../../codegen/generate.js";
import type { GenerateOptions } from "../../codegen/options.js";

const repository = fileURLToPath(new URL("../..", import.meta.url));

/** Writes `codec.mjs` into a folder: it exports `type`, the EntityType of the schema. @returns Its path. */
export async function compileSchema(text: string, longs: "bigint" | "number", folder: string): Promise<string> {
  const output = "src/generated";
  const options: GenerateOptions = {
    root: folder,
    projectName: "bench",
    schemas: ["schemas"],
    definitions: ["keyspaces"],
    output,
    handlers: "src/handlers",
    longs,
    timestamps: "bigint",
    importEnding: ".js",
  };
  const bytes = new TextEncoder().encode(text);
  const inputs = { schemas: [{ file: "schemas/bench.avsc", bytes }], definitions: [], diagnostics: [] };
  const { model, diagnostics } = compile(inputs, options);
  if (model === undefined) throw new Error(JSON.stringify(diagnostics, undefined, 2));
  const { files } = printProject(model, inputs, options);
  for (const [path, content] of files) {
    const file = join(folder, output, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
  const root = rootName(JSON.parse(text));
  const entity = model.entities.find(({ fullName }) => fullName === root);
  if (entity === undefined) throw new Error(`no entity ${root}`);
  const outfile = join(folder, "codec.mjs");
  await build({
    stdin: {
      contents: `export { ${entity.typeName} as type } from "./${entity.module}.js";`,
      resolveDir: join(folder, output),
      loader: "ts",
    },
    bundle: true,
    format: "esm",
    target: "node20",
    outfile,
    alias: { "affinity-data/schema": join(repository, "runtime/doors/schema.ts") },
    logLevel: "error",
  });
  return outfile;
}

function rootName({ name, namespace }: { readonly name: string; readonly namespace?: string }): string {
  return name.includes(".") || namespace === undefined ? name : `${namespace}.${name}`;
}
