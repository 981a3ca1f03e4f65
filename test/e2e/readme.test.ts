import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isAsShown, tourSteps } from "../support/tour.js";
import { build, freePort, Running, ran, root, succeeded } from "./built.js";

const folder = mkdtempSync(join(tmpdir(), "affinity-tour-"));
const readme = readFileSync(join(root, "README.md"), "utf8");
const hasCurl = (await ran("curl", ["--version"])).exitCode === 0;

beforeAll(build, 300_000);
afterAll(() => rmSync(folder, { recursive: true }));

describe("the README's tour", () => {
  it("compares output with what the text shows", () => {
    expect(isAsShown('{"a":1,"b":2}\n', '{…"b":2}')).toBe(true);
    expect(isAsShown("one\ntwo\nthree", "…\nthree")).toBe(true);
    expect(isAsShown("three", "…\nthree\n…")).toBe(true);
    expect(isAsShown("one\nfour", "…\nthree")).toBe(false);
    expect(isAsShown("a.c", "abc")).toBe(false);
    expect(tourSteps("```console\n$ one\nout\n\nout\n$ two\n```\n")).toEqual([
      { command: "one", expected: "out\n\nout" },
      { command: "two", expected: "" },
    ]);
  });

  it("names every command that there is", async () => {
    for (const command of ["init", "generate", "check", "serve", "dev", "inspect", "config", "reset", "doctor"])
      expect(readme).toContain(`\`${command}\``);
  });

  it.skipIf(!hasCurl)("is true: each command of the running bank prints what stands below it", async () => {
    const port = await freePort();
    const env = { PORT: String(port), DATA_DIR: join(folder, "data"), AFFINITY_INSTALLED: "1" };
    const server = new Running(process.execPath, [join(root, "scripts/start.mjs")], { env });
    await server.printed(/Ctrl-C stops it/);
    const curls = tourSteps(readme).filter(({ command }) => command.startsWith("curl "));
    expect(curls.length).toBeGreaterThanOrEqual(5);
    for (const { command, expected } of curls) {
      const output = await succeeded("sh", ["-c", command.replaceAll(":8080", `:${port}`)]);
      expect(isAsShown(output, expected), `$ ${command}\n${output}\nis not\n${expected}`).toBe(true);
    }
    await server.stopped();
  });

  it("is true: a project of one's own is made, checked and tested as it says", async () => {
    // What the tour does beside a clone it does here beside a copy of one.
    const clone = join(folder, "clone");
    for (const part of ["dist", "templates", "schemas", "package.json"])
      cpSync(join(root, part), join(clone, part), { recursive: true });
    symlinkSync(join(root, "node_modules"), join(clone, "node_modules"));
    const steps = tourSteps(readme).filter(({ command }) => !command.startsWith("curl "));
    let cwd = clone;
    for (const { command, expected } of steps) {
      if (command.startsWith("cd ")) {
        cwd = join(cwd, command.slice("cd ".length));
        continue;
      }
      const output = await succeeded("sh", ["-c", command], { cwd });
      expect(isAsShown(output, expected), `$ ${command}\n${output}\nis not\n${expected}`).toBe(true);
    }
  }, 300_000);
});
