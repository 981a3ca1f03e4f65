import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { affinity, affinityMain, build, Running, root, succeeded } from "./built.js";
import { copiedExample, removeProject } from "./project.js";

const folders: string[] = [];

beforeAll(build, 300_000);
afterAll(() => {
  for (const folder of folders) removeProject(folder);
});

function copied(name: "bank" | "minimal"): string {
  const folder = copiedExample(name);
  folders.push(folder);
  return folder;
}

describe("examples/minimal", () => {
  it("P3: is a durable key-value cache without a line of code", async () => {
    const cwd = copied("minimal");
    writeFileSync(join(cwd, "affinity.json"), '{ "name": "minimal", "http": { "port": 0 } }');
    expect(await affinity(["generate"], { cwd })).toMatchObject({ exitCode: 0 });
    const [put = ""] = readFileSync(join(cwd, "README.md"), "utf8").match(/(?<=-d ')\{.*\}(?=')/) ?? [];
    const served = async (): Promise<readonly [Running, string]> => {
      const server = new Running(process.execPath, [affinityMain, "serve"], { cwd });
      const [, url = ""] = await server.printed(/ready in [\d.]+ s: (http:\/\/[^/]+)/);
      return [server, url];
    };
    const [first, firstUrl] = await served();
    const headers = { "content-type": "application/json" };
    const answer = await fetch(`${firstUrl}/cache/greeting`, { method: "PUT", headers, body: put });
    expect(answer.status).toBe(201);
    await first.stopped("SIGKILL");
    const [second, secondUrl] = await served();
    expect(await (await fetch(`${secondUrl}/cache/greeting`)).json()).toEqual(JSON.parse(put));
    await second.stopped();
  });
});

describe("examples/bank", () => {
  it("compiles strictly and passes its own tests", async () => {
    const cwd = copied("bank");
    expect(await affinity(["generate"], { cwd })).toMatchObject({ exitCode: 0 });
    await succeeded(process.execPath, [join(root, "node_modules/typescript/bin/tsc")], { cwd });
    const tests = await succeeded(
      process.execPath,
      ["--import", "tsx", "--test", "--test-reporter=spec", "test/accounts.test.ts"],
      { cwd },
    );
    expect(tests).toMatch(/^ℹ pass 4$/m);
    expect(tests).toMatch(/^ℹ fail 0$/m);
  });
});
