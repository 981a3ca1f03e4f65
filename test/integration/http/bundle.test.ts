import { isBuiltin } from "node:module";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";

/** What `client.ts` of a project with one keyspace amounts to. */
const generated = `
import { connectService } from "./runtime/client/connect.js";
const defineString = () => ({ name: "string", schema: "string", uses: [] });
const defineStatus = () => ({ name: "bank.Status", schema: { type: "enum", name: "bank.Status", symbols: ["OPEN", "FROZEN", "CLOSED"] }, uses: [] });
const defineAccount = () => ({ name: "bank.Account", uses: [defineStatus], schema: { type: "record", name: "bank.Account", fields: [
  { name: "id", type: "string" }, { name: "balance", type: "long" }, { name: "status", type: "bank.Status", default: "OPEN" },
  { name: "nickname", type: ["null", "string"], default: null }, { name: "tags", type: { type: "array", items: "string" } },
  { name: "limits", type: { type: "map", values: "int" } } ] } });
const defineDeposit = () => ({ name: "bank.Deposit", uses: [], schema: { type: "record", name: "bank.Deposit", fields: [{ name: "amount", type: "long" }] } });
export const createClient = (options) => connectService(options, { accounts: { name: "accounts", path: "/accounts", key: defineString,
  value: defineAccount, messages: { deposit: { request: defineDeposit, reply: defineAccount, write: true,
  route: { method: "POST", path: "/accounts/{key}/deposit" } } } } });
`;

describe("the client's bundle", () => {
  it("with one keyspace is at most 8 kB, minified and compressed, and reaches nothing of Node.js", async () => {
    const { outputFiles, metafile } = await build({
      stdin: { contents: generated, resolveDir: fileURLToPath(new URL("../../..", import.meta.url)), loader: "js" },
      bundle: true,
      minify: true,
      format: "esm",
      platform: "browser",
      metafile: true,
      write: false,
    });
    const bytes = gzipSync(outputFiles[0]?.contents ?? "", { level: 9 }).length;
    expect(bytes).toBeGreaterThan(1_000);
    expect(bytes).toBeLessThanOrEqual(8_000);
    const imports = Object.values(metafile.inputs).flatMap((input) => input.imports.map(({ path }) => path));
    expect(imports.filter((path) => isBuiltin(path))).toEqual([]);
  });
});
