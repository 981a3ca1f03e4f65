import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CommandEnd, WrongUse } from "../../../cli/failure.js";
import { check } from "../../../cli/generate/check.js";
import { processTerminal, type Terminal } from "../../../cli/terminal.js";
import { bankFiles, type TempProject, tempProject } from "../../support/project.js";

const hasGit = spawnSync("git", ["--version"]).error === undefined;
let project: TempProject;
const git = (...parameters: readonly string[]): void => {
  const identity = ["-c", "user.name=test", "-c", "user.email=test@localhost"];
  execFileSync("git", [...identity, ...parameters], { cwd: project.folder, stdio: "ignore" });
};
const schemaFile = (): string => join(project.folder, "schemas/account.avsc");

beforeAll(() => {
  project = tempProject(bankFiles);
  if (!hasGit) return;
  git("init", "--quiet");
  git("add", "schemas", "keyspaces", "affinity.json");
  git("commit", "--quiet", "-m", "first");
  git("tag", "v1");
});
afterAll(() => project.remove());

/** What `affinity check` says of the project. */
async function checked(
  against: string,
  level = "BACKWARD",
): Promise<{ readonly facts: readonly object[]; readonly failure: unknown }> {
  const facts: object[] = [];
  const terminal: Terminal = {
    ...processTerminal({ isJson: true }),
    note: () => undefined,
    print: () => undefined,
    emit: (fact: object) => facts.push(fact),
  };
  const failure = await check(join(project.folder, "affinity.json"), { against, level }, terminal).catch(
    (error: unknown) => error,
  );
  return { facts, failure };
}

async function edited(run: () => Promise<void>): Promise<void> {
  const before = readFileSync(schemaFile(), "utf8");
  const field = '"fields": [\n    { "name": "branch", "type": "string" },';
  writeFileSync(schemaFile(), before.replace('"fields": [', field));
  try {
    await run();
  } finally {
    writeFileSync(schemaFile(), before);
  }
}

const refusal = {
  facts: [
    {
      code: "READER_FIELD_MISSING_DEFAULT_VALUE",
      file: "schemas/account.avsc",
      line: 6,
      suggestion: "Give branch a default.",
    },
  ],
  failure: expect.any(CommandEnd),
};

describe("affinity check --against", () => {
  it.skipIf(!hasGit)("a git ref: nothing breaks where nothing changed; what does is told with its place", async () => {
    expect(await checked("v1")).toMatchObject({ facts: [{ event: "checked", against: "v1" }], failure: undefined });
    await edited(async () => expect(await checked("HEAD")).toMatchObject(refusal));
  });

  it("a folder", async () => {
    const folder = mkdtempSync(join(tmpdir(), "affinity-earlier-"));
    try {
      for (const part of ["schemas", "keyspaces"])
        cpSync(join(project.folder, part), join(folder, part), { recursive: true });
      await edited(async () => expect(await checked(folder)).toMatchObject(refusal));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("a registry: its versions, its level", async () => {
    const versions = readFileSync(schemaFile(), "utf8");
    const server = await served((path) => {
      if (path.startsWith("/config/")) return { compatibilityLevel: "BACKWARD_TRANSITIVE" };
      if (path === "/subjects/bank-accounts-value/versions") return [1];
      return path === "/subjects/bank-accounts-value/versions/1" ? { schema: versions } : undefined;
    });
    try {
      const { port } = server.address() as AddressInfo;
      const url = `http://user:pass@127.0.0.1:${port}`;
      expect(await checked(url)).toMatchObject({ failure: undefined });
      await edited(async () => expect(await checked(`${url}/`)).toMatchObject(refusal));
    } finally {
      server.close();
    }
    await expect((await checked("http://127.0.0.1:1")).failure).toMatchObject({ code: "REGISTRY_UNAVAILABLE" });
  });

  it("what is none of these is wrong use, and never an option of git", async () => {
    for (const against of ["no-such-ref", "--upload-pack=x", "v1:schemas"])
      expect((await checked(against)).failure).toBeInstanceOf(WrongUse);
    expect((await checked("v1", "SIDEWAYS")).failure).toBeInstanceOf(WrongUse);
  });
});

function served(answer: (path: string) => unknown): Promise<Server> {
  const server = createServer((request, response) => {
    const body = request.headers.authorization === `Basic ${btoa("user:pass")}` ? answer(request.url ?? "") : undefined;
    response.statusCode = body === undefined ? 404 : 200;
    response.end(JSON.stringify(body ?? { error_code: 40401 }));
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}
