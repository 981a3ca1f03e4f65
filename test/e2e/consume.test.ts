/** `affinity consume` as people meet it, on the embedded changelog. */
import { spawn } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  affinityProgram,
  bankFiles,
  type CommandResult,
  generate,
  type TempProject,
  tempProject,
} from "../support/project.js";
import { Server } from "../support/server.js";

interface Line {
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: string;
  readonly key: unknown;
  readonly keyType: string;
  readonly value: { readonly [member: string]: unknown } | null;
  readonly type?: string;
  readonly affinity?: { readonly [member: string]: unknown };
}

const rows = 40;

describe("affinity consume", () => {
  let project: TempProject;
  let between = "";
  beforeAll(async () => {
    project = tempProject({ ...bankFiles, "affinity.json": { name: "bank", http: { port: 0 } } });
    generate(project);
    const server = await Server.start({ folder: project.folder });
    const headers = { "content-type": "application/json" };
    const put = (id: string, account: string): Promise<Response> =>
      fetch(`${server.url}/accounts/${id}`, { method: "PUT", headers, body: account });
    for (let row = 0; row < rows; row += 1)
      await put(`a-${row}`, `{"id":"a-${row}","owner":"${row % 2 === 0 ? "Ada" : "Bob"}","balance":9007199254740993}`);
    // Times have a millisecond's grain.
    await new Promise((resolve) => setTimeout(resolve, 5));
    between = new Date().toISOString();
    await fetch(`${server.url}/accounts/a-1`, { method: "DELETE" });
    await server.stop();
  }, 300_000);
  afterAll(() => project.remove());

  const consume = (...parameters: readonly string[]): CommandResult => project.affinity(["consume", ...parameters]);
  const lines = (...parameters: readonly string[]): readonly Line[] => {
    const { code, stdout, stderr } = consume("bank-accounts", ...parameters);
    expect(stderr).toBe("");
    expect(code).toBe(0);
    return stdout
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line));
  };

  it("P16: prints every record with key, value, place, time and types; longs exact", () => {
    const { stdout } = consume("bank-accounts");
    expect(stdout).toContain('"balance":9007199254740993');
    const found = lines();
    expect(found.length).toBe(rows + 1);
    expect(found.find(({ key }) => key === "a-0")).toMatchObject({
      keyType: "string",
      type: "bank.Account",
      value: { id: "a-0", owner: "Ada", status: "OPEN", nickname: null, tags: [] },
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    });
    expect(found.filter(({ value }) => value === null).map(({ key }) => key)).toEqual(["a-1"]);
    for (let partition = 0; partition < 8; partition += 1) {
      const offsets = found.filter((line) => line.partition === partition).map(({ offset }) => offset);
      expect(offsets).toEqual([...offsets].sort((one, other) => one - other));
    }
  });

  it("begins at a time or an offset, and takes one partition", () => {
    expect(lines("--from", between).map(({ key, value }) => [key, value])).toEqual([["a-1", null]]);
    expect(lines("--from", "1h").length).toBe(rows + 1);
    expect(lines("--from", "end")).toEqual([]);
    const all = lines("--partition", "3");
    expect(new Set(all.map(({ partition }) => partition))).toEqual(new Set([3]));
    const [, second] = all;
    expect(lines("--partition", "3", "--from", String(second?.offset))).toEqual(all.slice(1));
  });

  it("keeps what every filter lets pass, and stops at a limit", () => {
    expect(lines("--filter", "value.owner=Bob").length).toBe(rows / 2);
    expect(
      lines("--filter", "value.owner=Ada", "--filter", "key~a-1")
        .map(({ key }) => key)
        .sort(),
    ).toEqual(["a-10", "a-12", "a-14", "a-16", "a-18"]);
    expect(lines("--filter", "value=null").map(({ key }) => key)).toEqual(["a-1"]);
    expect(lines("--filter", "value.balance=9007199254740993").length).toBe(rows);
    expect(lines("--filter", "value.balance=9007199254740992")).toEqual([]);
    expect(lines("--limit", "7").length).toBe(7);
  });

  it("tells what the system notes with a record where it is asked", () => {
    expect(lines("--filter", "key=a-2")[0]).not.toHaveProperty("affinity");
    expect(lines("--filter", "key=a-2", "--headers")[0]?.affinity).toMatchObject({
      index: 0,
      epoch: expect.any(Number),
    });
  });

  it("lists topics, and says what is wrong with what was asked", () => {
    expect(consume().stdout).toContain("bank-accounts");
    expect(consume("bank-acounts")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("did you mean bank-accounts"),
    });
    expect(consume("bank-accounts", "--partition", "8").stderr).toContain("0 to 7");
    expect(consume("bank-accounts", "--from", "yesterday").stderr).toContain("--from yesterday");
    expect(consume("bank-accounts", "--filter", "owner=x").stderr).toContain("a path begins with");
    const elsewhere = tempProject({ "affinity.json": { name: "other" } });
    expect(elsewhere.affinity(["consume", "t"])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("no changelog"),
    });
    elsewhere.remove();
  });

  it("ends well when its reader ends, and at a signal while it follows", async () => {
    const shell = ["-c", `"$0" "$1" consume bank-accounts | head -n 1; echo "\${PIPESTATUS[0]}"`];
    const piped = spawn("bash", [...shell, process.execPath, affinityProgram], { cwd: project.folder });
    const [output, error] = await Promise.all([text(piped.stdout), text(piped.stderr)]);
    expect(error).toBe("");
    expect(output).toMatch(/^\{.*\}\n0\n$/);

    const parameters = [affinityProgram, "consume", "bank-accounts", "--follow", "--filter", "key=a-3"];
    const following = spawn(process.execPath, parameters, {
      cwd: project.folder,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = new Promise((resolve) => following.on("close", resolve));
    await new Promise((resolve) => following.stdout.once("data", resolve));
    following.kill("SIGINT");
    expect(await ended).toBe(0);
  });
});

async function text(stream: NodeJS.ReadableStream): Promise<string> {
  let all = "";
  for await (const chunk of stream) all += chunk.toString();
  return all;
}
