import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ran, root } from "./built.js";

const folder = mkdtempSync(join(tmpdir(), "affinity-build-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("npm run build", () => {
  it.skipIf(process.platform === "win32")("installs first in a clone where nothing is installed", async () => {
    for (const part of ["scripts", "package.json", "package-lock.json"])
      cpSync(join(root, part), join(folder, "clone", part), { recursive: true });
    // An npm that only says how it was called: installing takes minutes.
    const programs = join(folder, "bin");
    mkdirSync(programs);
    writeFileSync(join(programs, "npm"), '#!/bin/sh\necho "npm $*"\nexit 7\n');
    chmodSync(join(programs, "npm"), 0o755);
    const env = { PATH: `${programs}${delimiter}${process.env.PATH}` };
    const { exitCode, stdout, stderr } = await ran(process.execPath, ["scripts/prepare-build.mjs"], {
      cwd: join(folder, "clone"),
      env,
    });
    expect(stderr).toBe("");
    expect(stdout).toContain("npm ci");
    expect(exitCode).toBe(7);
  });
});
