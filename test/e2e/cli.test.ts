import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { affinity, affinityMain, build, ran } from "./built.js";

const commands = ["init", "generate", "check", "serve", "dev", "inspect", "config", "reset", "doctor"];
const folder = mkdtempSync(join(tmpdir(), "affinity-cli-"));

beforeAll(build);
afterAll(() => rmSync(folder, { recursive: true }));

describe("the command line", () => {
  it("shows every command, each with an example and --json", async () => {
    const { stdout } = await affinity(["--help"]);
    for (const command of commands) {
      expect(stdout).toMatch(new RegExp(`^  ${command} `, "m"));
      const help = await affinity([command, "--help"]);
      expect(help.exitCode).toBe(0);
      expect(help.stdout).toContain(`Example:\n  $ affinity ${command}`);
      expect(help.stdout).toContain("--json");
    }
  });

  it("loads for its help nothing but commander and its own outlines", async () => {
    const { stderr } = await ran(process.execPath, [affinityMain, "serve", "--help"], { env: { NODE_DEBUG: "esm" } });
    expect(stderr).toContain("/cli/program.js");
    for (const heavy of ["zod", "ts-morph", "pino", "better-sqlite3", "/runtime/node/", "/codegen/"])
      expect(stderr).not.toContain(heavy);
  });

  it("ends with 2 when it is used wrongly, and says how it is used", async () => {
    for (const args of [["nonsense"], ["serve", "--nonsense"], ["config", "extra"], ["generate", "--config"], []]) {
      const { exitCode, stderr } = await affinity(args, { cwd: folder });
      expect([args, exitCode]).toEqual([args, 2]);
      expect(stderr).toMatch(/--help|Usage/);
    }
    const { exitCode, stderr } = await affinity(["serve"], { cwd: folder });
    expect(exitCode).toBe(2);
    expect(stderr).toContain("affinity.json: there is no such file");
  });

  it("ends with 1 on findings, each with its place, a code frame and a suggestion; as JSON lines with --json", async () => {
    writeFileSync(join(folder, "wrong.json"), '{\n  "http": { "prot": 1 }\n}\n');
    const { exitCode, stderr } = await affinity(["config", "--config", "wrong.json"], { cwd: folder });
    expect(exitCode).toBe(1);
    expect(stderr).toContain("wrong.json:2:13 - error CONFIG_INVALID: http.prot: is not a setting");
    expect(stderr).toContain('  2 |   "http": { "prot": 1 }\n    |             ^^^^^^');
    expect(stderr).toContain("Did you mean http.port?");
    const json = await affinity(["config", "--config", "wrong.json", "--json"], { cwd: folder });
    expect(json).toMatchObject({ exitCode: 1, stderr: "" });
    expect(JSON.parse(json.stdout)).toMatchObject({ event: "diagnostic", line: 2, column: 13, code: "CONFIG_INVALID" });
  });

  it("respects NO_COLOR, and colours nothing that is no terminal", async () => {
    for (const env of [{}, { NO_COLOR: "" }, { NO_COLOR: "1", FORCE_COLOR: "1" }]) {
      const { stdout, stderr } = await affinity(["config", "--config", "wrong.json"], { cwd: folder, env });
      expect(stdout + stderr).not.toContain("\u001b[");
    }
  });

  it("P18: prints the effective configuration with the origin of each value and secrets hidden", async () => {
    const tokens = ["$" + "{TOKEN}"];
    writeFileSync(join(folder, "right.json"), JSON.stringify({ http: { auth: { type: "bearer", tokens } } }));
    const env = { TOKEN: "s3cret" };
    const { exitCode, stdout } = await affinity(["config", "--config", "right.json"], { cwd: folder, env });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/http\.auth\.tokens +\["\(hidden\)"\] +right\.json:1:\d+, \$\{TOKEN\}/);
    expect(stdout).toMatch(/http\.port +8080 +default/);
    expect(stdout).not.toContain("s3cret");
  });
});
