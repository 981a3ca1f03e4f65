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

  it("a registry: its versions, its level; user and password stand in no output", async () => {
    const server = await served("Basic dXNlcjpwYXNz");
    const url = `http://user:pass@127.0.0.1:${server.port}`;
    try {
      const found = await checked(url);
      expect(found).toMatchObject({ facts: [{ against: `http://127.0.0.1:${server.port}` }], failure: undefined });
      await edited(async () => {
        const { facts, failure } = await checked(`${url}/`);
        expect({ facts, failure }).toMatchObject(refusal);
        expect(JSON.stringify(facts)).not.toContain("pass");
      });
    } finally {
      server.close();
    }
  });

  it("a registry of several servers: one that is away is passed over, all of them are REGISTRY_UNAVAILABLE", async () => {
    const server = await served(undefined);
    try {
      const servers = `http://127.0.0.1:1,http://127.0.0.1:${server.port}`;
      await edited(async () => expect(await checked(servers)).toMatchObject(refusal));
    } finally {
      server.close();
    }
    await expect((await checked("http://127.0.0.1:1")).failure).toMatchObject({ code: "REGISTRY_UNAVAILABLE" });
  });

  it("P18: the project's registry gets the project's token; another one does not", async () => {
    const [own, other] = [await served("Bearer secret"), await served(undefined)];
    const file = join(project.folder, "affinity.json");
    const before = readFileSync(file, "utf8");
    const registry = {
      type: "confluent",
      url: `http://127.0.0.1:${own.port}`,
      auth: { type: "bearer", token: "secret" },
      retries: 0,
    };
    writeFileSync(file, JSON.stringify({ ...JSON.parse(before), registry }));
    try {
      await edited(async () => {
        expect(await checked(registry.url)).toMatchObject(refusal);
        expect(await checked(`http://127.0.0.1:${other.port}`)).toMatchObject(refusal);
      });
      expect(other.authorizations).toEqual(new Set([undefined]));
    } finally {
      writeFileSync(file, before);
      own.close();
      other.close();
    }
  });

  it("what is none of these is wrong use, and never an option of git", async () => {
    for (const against of ["no-such-ref", "--upload-pack=x", "v1:schemas"])
      expect((await checked(against)).failure).toBeInstanceOf(WrongUse);
    expect((await checked("v1", "SIDEWAYS")).failure).toBeInstanceOf(WrongUse);
  });
});

interface FakeRegistry {
  readonly port: number;
  /** What callers said that they are. */
  readonly authorizations: ReadonlySet<string | undefined>;
  close(): void;
}

/** A registry that has the schema of the accounts; to those who do not say who they are it answers 401. */
async function served(authorization: string | undefined): Promise<FakeRegistry> {
  const schema = readFileSync(schemaFile(), "utf8");
  const answers: { readonly [path: string]: unknown } = {
    "/config/bank-accounts-value?defaultToGlobal=true": { compatibilityLevel: "BACKWARD_TRANSITIVE" },
    "/subjects/bank-accounts-value/versions": [1],
    "/subjects/bank-accounts-value/versions/1": { id: 7, version: 1, schema },
    "/schemas/ids/7": { schema },
  };
  const authorizations = new Set<string | undefined>();
  const server: Server = createServer((request, response) => {
    const { authorization: said } = request.headers;
    authorizations.add(said);
    const isKnown = authorization === undefined || said === authorization;
    const body = answers[request.url ?? ""];
    response.statusCode = isKnown ? (body === undefined ? 404 : 200) : 401;
    response.end(JSON.stringify(isKnown ? (body ?? { error_code: 40401 }) : { error_code: 40101 }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { port, authorizations, close: () => server.close() };
}
