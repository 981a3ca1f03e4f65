import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { build, freePort, Running, ran, root, succeeded } from "./built.js";

const data = mkdtempSync(join(tmpdir(), "affinity-start-"));
const start = join(root, "scripts/start.mjs");
let environment: Record<string, string> = {};

const isThere = async (program: string): Promise<boolean> => (await ran(program, ["--version"])).exitCode === 0;
const hasCurl = await isThere("curl");
const hasPython = existsSync("/proc/self/stat") && (await isThere("python3"));

beforeAll(async () => {
  await build();
  environment = { PORT: String(await freePort()), DATA_DIR: data, AFFINITY_INSTALLED: "1" };
}, 300_000);
afterAll(() => rmSync(data, { recursive: true }));

describe("npm start", () => {
  it.skipIf(!hasCurl)("serves the bank, seeds it, and prints a curl for each route that works", async () => {
    const server = new Running(process.execPath, [start], { env: environment });
    await server.printed(/Ctrl-C stops it/);
    expect(server.output).toContain("opened 5 accounts");
    const curls = server.output.match(/^ {2}curl .*$/gm) ?? [];
    expect(curls.length).toBe(7);
    for (const curl of curls) await succeeded("sh", ["-c", `${curl.trim()} --fail -s`]);
    expect(await balance()).toBe("1500");
    expect(await server.stopped()).toEqual([0, null]);
  });

  it("keeps the data between two starts, and seeds no second time", async () => {
    const server = new Running(process.execPath, [start], { env: environment });
    await server.printed(/Ctrl-C stops it/);
    expect(server.output).not.toContain("opened");
    if (hasCurl) expect(await balance()).toBe("1500");
    expect(await server.stopped("SIGINT")).toEqual([0, null]);
  });

  it.skipIf(!hasPython)("ends within 5 seconds of one Ctrl-C in a pseudo-terminal, with every child gone", async () => {
    // npm passes the signal on, waits, and then ends by it itself.
    for (const [program, status] of [
      [[process.execPath, start], 0],
      [["npm", "start"], expect.toBeOneOf([0, -2])],
    ] as const) {
      const args = [join(root, "test/e2e/ctrl_c.py"), "Ctrl-C stops it", "5", ...program];
      const { stdout } = await ran("python3", args, { env: environment });
      const report: unknown = JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "");
      expect(report, stdout).toMatchObject({ status, left: [] });
    }
  });
});

async function balance(): Promise<string> {
  return (await fetch(`http://127.0.0.1:${environment.PORT}/accounts/a-1/balance`)).text();
}
