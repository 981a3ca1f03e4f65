/** What a web page pays for the client of one keyspace: minified by esbuild, compressed. */
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build } from "esbuild";
import { bankFiles, generate, tempProject } from "../test/support/project.js";
import { atMost, type Row } from "./rows.js";

export async function bundleRow(): Promise<Row> {
  const project = tempProject({ ...bankFiles, "page.ts": page });
  try {
    generate(project);
    const result = await build({
      entryPoints: [join(project.folder, "page.ts")],
      bundle: true,
      minify: true,
      format: "esm",
      platform: "browser",
      target: "es2022",
      write: false,
      logLevel: "silent",
    });
    const bytes = result.outputFiles[0]?.contents ?? new Uint8Array();
    const gzip = gzipSync(bytes, { level: 9 }).length;
    const details = { minifiedBytes: bytes.length, gzipBytes: gzip, brotliBytes: brotliCompressSync(bytes).length };
    return atMost(
      "client bundle with one keyspace, minified and gzipped",
      { value: 8, unit: "kB" },
      gzip / 1000,
      details,
    );
  } finally {
    project.remove();
  }
}

const page = `import { createClient } from "./src/generated/client.js";

const client = createClient({ url: "http://127.0.0.1:8080" });
const account = await client.accounts.deposit("a-1", { amount: 5n });
console.log(account.balance, await client.accounts.get("a-1"));
`;
