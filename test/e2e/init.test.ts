import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { build, freePort, Running, root, succeeded } from "./built.js";

const folder = mkdtempSync(join(tmpdir(), "affinity-pack-"));
const tools = join(folder, "tools");
const project = join(folder, "shop");
const npm = process.platform === "win32" ? "npm.cmd" : "npm";

/** `npm install` without the compilation of SQLite: the repository's own build of it is put in its place. */
async function install(cwd: string, ...packages: readonly string[]): Promise<void> {
  const quiet = ["--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"];
  await succeeded(npm, ["install", ...quiet, ...packages], { cwd });
  const built = "node_modules/better-sqlite3/build";
  cpSync(join(root, built), join(cwd, built), { recursive: true });
}

beforeAll(async () => {
  await build();
  mkdirSync(tools);
  await succeeded(npm, ["pack", "--ignore-scripts", "--pack-destination", folder]);
  writeFileSync(join(tools, "package.json"), '{ "private": true }');
  const [tarball = ""] = readdirSync(folder).filter((name) => name.endsWith(".tgz"));
  await install(tools, join(folder, tarball));
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true }));

describe("a project made by `affinity init` from the packed package", () => {
  it("depends on the tarball that made it, and installs", async () => {
    await succeeded(join(tools, "node_modules/.bin/affinity"), ["init", project]);
    const manifest: unknown = JSON.parse(readFileSync(join(project, "package.json"), "utf8"));
    expect(manifest).toMatchObject({
      dependencies: { "affinity-data": expect.stringMatching(/^file:\.\.\/.*\.tgz$/) },
    });
    await install(project);
  }, 300_000);

  it("generates, compiles under its strict compiler options, and passes its own tests", async () => {
    expect(await succeeded(npm, ["run", "check"], { cwd: project })).toContain("files written");
    const tests = await succeeded(npm, ["test"], { cwd: project });
    expect(tests).toMatch(/^ℹ pass 3$/m);
    expect(tests).toMatch(/^ℹ fail 0$/m);
  }, 300_000);

  it("is served from its TypeScript, and compiled from dist", async () => {
    await succeeded(npm, ["run", "build"], { cwd: project });
    writeFileSync(join(project, "production.json"), JSON.stringify({ run: { code: "dist" }, dataDir: "state" }));
    for (const config of ["affinity.json", "production.json"]) {
      const port = await freePort();
      const path = join(project, config);
      const settings: unknown = JSON.parse(readFileSync(path, "utf8"));
      writeFileSync(path, JSON.stringify({ ...Object(settings), name: "shop", http: { port } }));
      await succeeded(npm, ["run", "generate", "--", "--config", config], { cwd: project });
      const args = [join(project, "node_modules/affinity-data/dist/cli/main.js"), "serve", "--config", config];
      const server = new Running(process.execPath, args, { cwd: project });
      const [, url = ""] = await server.printed(/ready in [\d.]+ s: (http:\/\/127\.0\.0\.1:\d+)/);
      const answer = await fetch(`${url}/counters/visits/add`, { method: "POST", body: "{}", headers: json });
      expect([config, answer.status]).toEqual([config, 200]);
      expect(await answer.json()).toMatchObject({ count: 1 });
      expect(await server.stopped()).toEqual([0, null]);
    }
  }, 300_000);
});

const json = { "content-type": "application/json" };
