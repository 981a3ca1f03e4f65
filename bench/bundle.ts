/**
 * What a web page pays for the client of one keyspace: a page that imports the generated `client.ts`, through the package's
 * doors as built, minified by esbuild, compressed. `test/integration/http/bundle.test.ts` holds the goal with this code.
 */
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build, type Metafile } from "esbuild";
import { bankFiles, generate, tempProject } from "../test/support/project.js";
import { atMost, type Row } from "./rows.js";

export interface ClientBundle {
  readonly minifiedBytes: number;
  readonly gzipBytes: number;
  readonly brotliBytes: number;
  readonly inputs: Metafile["inputs"];
}

export async function clientBundle(): Promise<ClientBundle> {
  const project = tempProject({ ...bankFiles, "page.ts": page });
  try {
    generate(project);
    const { outputFiles, metafile } = await build({
      entryPoints: [join(project.folder, "page.ts")],
      bundle: true,
      minify: true,
      format: "esm",
      platform: "browser",
      target: "es2022",
      metafile: true,
      write: false,
      logLevel: "silent",
    });
    const bytes = outputFiles[0]?.contents ?? new Uint8Array();
    return {
      minifiedBytes: bytes.length,
      gzipBytes: gzipSync(bytes, { level: 9 }).length,
      brotliBytes: brotliCompressSync(bytes).length,
      inputs: metafile.inputs,
    };
  } finally {
    project.remove();
  }
}

export async function bundleRow(): Promise<Row> {
  const { inputs: _, ...sizes } = await clientBundle();
  const goal = { value: 8, unit: "kB" };
  return atMost("client bundle with one keyspace, minified and gzipped", goal, sizes.gzipBytes / 1000, sizes);
}

const page = `import { createClient } from "./src/generated/client.js";

const client = createClient({ url: "http://127.0.0.1:8080" });
const account = await client.accounts.deposit("a-1", { amount: 5n });
console.log(account.balance, await client.accounts.get("a-1"));
`;
