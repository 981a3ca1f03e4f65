import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isAsShown, tourCommands, tourSteps } from "../support/tour.js";
import { runTour } from "../support/tour-run.js";
import { build, copiedClone, environment, freePort, Running, ran, root, succeeded } from "./built.js";

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
    expect(tourSteps("`a/b.json`:\n\n```json\n{}\n```\n\n```console\n$ one\nout\n\nout\n$ two\n```\n")).toEqual([
      { kind: "file", path: "a/b.json", text: "{}\n", line: 4 },
      { kind: "command", command: "one", expected: "out\n\nout", terminal: "first", line: 8 },
      { kind: "command", command: "two", expected: "", terminal: "first", line: 12 },
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
    const curls = tourCommands(readme).filter(({ command }) => command.startsWith("curl "));
    expect(curls.length).toBeGreaterThanOrEqual(5);
    for (const { command, expected } of curls) {
      const output = await succeeded("sh", ["-c", command.replaceAll(":8080", `:${port}`)]);
      expect(isAsShown(output, expected), `$ ${command}\n${output}\nis not\n${expected}`).toBe(true);
    }
    await server.stopped();
  });

  it("is true: a project of one's own is made, checked and tested as it says", async () => {
    const steps = tourCommands(readme).filter(({ command }) => !command.startsWith("curl "));
    for await (const { step, output, problem } of runTour(steps, { cwd: copiedClone(folder), env: environment() }))
      expect(problem, `${JSON.stringify(step)}\n${output}`).toBeUndefined();
  }, 300_000);
});
