import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bankFiles, type TempProject, tempProject } from "../support/project.js";
import { affinity, build, root, succeeded } from "./built.js";

let project: TempProject;

beforeAll(async () => {
  await build();
  project = tempProject(bankFiles);
  expect(await affinity(["generate"], { cwd: project.folder })).toMatchObject({ exitCode: 0 });
}, 300_000);
afterAll(() => project.remove());

/** Puts, kills and says what the folder of the data holds then; starts again and says what a reader gets. */
const killed = `
import { openApp } from "affinity-data/testing";
import { cpSync } from "node:fs";
import { createClient } from "./src/generated/client.js";
const app = await openApp();
const client = createClient({ url: app.url });
await client.accounts.put("a-1", { id: "a-1", balance: 5n });
await app.kill();
cpSync(process.env.TMPDIR, "after-kill", { recursive: true });
await app.restart();
const account = await client.accounts.get("a-1");
await client.close();
await app.close();
console.log("balance", account?.balance);
`;

describe("affinity-data/testing", () => {
  it("P3: kill() loses what only memory has, and restart() serves every acknowledged write", async () => {
    project.write({ "killed.ts": killed });
    const temporary = join(project.folder, "tmp");
    mkdirSync(temporary);
    const tsx = join(root, "node_modules/tsx/dist/loader.mjs");
    const output = await succeeded(process.execPath, ["--import", tsx, "killed.ts"], {
      cwd: project.folder,
      env: { TMPDIR: temporary },
    });
    expect(output).toBe("balance 5n\n");
    // The clock of the test stands still, and so nothing was flushed by time.
    expect(rowsIn(join(project.folder, "after-kill"), "memstore.sqlite")).toBe(0);
  });

  it("close() leaves nothing behind", () => {
    expect(readdirSync(join(project.folder, "tmp")).filter((name) => name.startsWith("affinity-"))).toEqual([]);
  });
});

function rowsIn(folder: string, file: string): number {
  const [path] = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(file));
  if (path === undefined || !existsSync(join(folder, path))) throw new Error(`no ${file} in ${folder}`);
  expect(readFileSync(join(folder, path)).byteLength).toBeGreaterThan(0);
  const database = new Database(join(folder, path));
  try {
    return Number(database.prepare("select count(*) from rows").pluck().get());
  } finally {
    database.close();
  }
}
