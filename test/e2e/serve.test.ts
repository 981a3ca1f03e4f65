import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { affinity, affinityMain, build, freePort, Running } from "./built.js";
import { madeProject, removeProject } from "./project.js";

let folder = "";
const json = { "content-type": "application/json" };

beforeAll(async () => {
  await build();
  folder = await madeProject("project");
  configure({});
}, 300_000);
afterAll(() => removeProject(folder));

/** Writes affinity.json anew. */
function configure(settings: object): void {
  writeFileSync(join(folder, "affinity.json"), JSON.stringify({ name: "shop", http: { port: 0 }, ...settings }));
}

const inProject = (...args: readonly string[]): ReturnType<typeof affinity> => affinity(args, { cwd: folder });
const serving = (...args: readonly string[]): Running =>
  new Running(process.execPath, [affinityMain, "serve", ...args], { cwd: folder });
const ready = async (server: Running): Promise<string> =>
  (
    await server.printed(/^shop is ready in [\d.]+ s: (http:\/\/127\.0\.0\.1:\d+)\/counters · http\S+openapi\.json$/m)
  )[1] ?? "";
const add = (url: string, name: string): Promise<Response> =>
  fetch(`${url}/counters/${name}/add`, { method: "POST", headers: json, body: "{}" });

/** Edits a file of the project while `during` runs. */
async function edited(file: string, edit: (text: string) => string, during: () => Promise<void>): Promise<void> {
  const path = join(folder, file);
  const before = readFileSync(path, "utf8");
  writeFileSync(path, edit(before));
  try {
    await during();
  } finally {
    writeFileSync(path, before);
  }
}

describe("affinity serve", () => {
  it("refuses to start without generated code, and ends with 1", async () => {
    const { exitCode, stderr } = await inProject("serve");
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/GENERATED_STALE.*run `affinity generate`/);
  });

  it("P3: prints one ready line, serves, and after kill -9 has what it acknowledged", async () => {
    expect((await inProject("generate")).exitCode).toBe(0);
    const first = serving();
    const url = await ready(first);
    expect((await add(url, "visits")).status).toBe(200);
    expect(await first.stopped("SIGKILL")).toEqual([null, "SIGKILL"]);
    const second = serving();
    const answer = await fetch(`${await ready(second)}/counters/visits`);
    expect(await answer.json()).toMatchObject({ count: 1 });
    expect(second.output.match(/is ready/g)).toHaveLength(1);
    expect(await second.stopped("SIGINT")).toEqual([0, null]);
  });

  it("speaks JSON lines to machines", async () => {
    const server = serving("--json");
    const [line] = await server.printed(/^\{"event":"ready".*$/m);
    expect(JSON.parse(line)).toMatchObject({ event: "ready", name: "shop", url: expect.stringContaining("http://") });
    await server.stopped();
    for (const text of server.output.trimEnd().split("\n")) expect(() => JSON.parse(text)).not.toThrow();
  });

  it("refuses generated code of other schemas: GENERATED_STALE, exit code 1", async () => {
    await edited(
      "schemas/step.avsc",
      (text) => text.replace('"default": 1', '"default": 2'),
      async () => {
        const { exitCode, stderr } = await inProject("serve");
        expect(exitCode).toBe(1);
        expect(stderr).toContain("GENERATED_STALE");
      },
    );
  });

  it("prints the line to write where a handler is missing: HANDLER_MISSING, exit code 1", async () => {
    await edited(
      "src/handlers/counters.ts",
      (text) => text.replace("export const counters", "export const other"),
      async () => {
        const { exitCode, stderr } = await inProject("serve");
        expect(exitCode).toBe(1);
        expect(stderr).toContain("HANDLER_MISSING");
        expect(stderr).toContain("export const counters: CountersHandler");
      },
    );
  });

  it("says which code of the project does not load, and what is not installed: exit code 1", async () => {
    await edited(
      "src/handlers/counters.ts",
      (text) => `${text}throw new Error("at the top");`,
      async () => {
        const { exitCode, stderr } = await inProject("serve");
        expect([exitCode, stderr]).toEqual([
          1,
          expect.stringMatching(/cannot be loaded: at the top\n[\s\S]*counters\.ts/),
        ]);
      },
    );
    await edited(
      "src/handlers/counters.ts",
      (text) => `import "not-installed";${text}`,
      async () => {
        const { exitCode, stderr } = await inProject("serve");
        expect([exitCode, stderr]).toEqual([1, expect.stringContaining("`npm install` does it")]);
      },
    );
  });

  it("refuses stored data of a changed schema before anything is written: SCHEMA_CHANGED, exit code 3", async () => {
    const change = (text: string): string =>
      text.replace('"fields": [', '"fields": [{ "name": "label", "type": "string" },');
    await edited("schemas/counter.avsc", change, async () => {
      expect((await inProject("generate")).exitCode).toBe(0);
      const { exitCode, stderr } = await inProject("serve");
      expect(exitCode).toBe(3);
      expect(stderr).toContain("SCHEMA_CHANGED");
    });
    expect((await inProject("generate")).exitCode).toBe(0);
    const server = serving();
    expect(await (await fetch(`${await ready(server)}/counters/visits`)).json()).toMatchObject({ count: 1 });
    await server.stopped();
  });

  it("ends with 3, and says why, at a rejection of the project's code that nobody catches; loses nothing", async () => {
    const stray = (text: string): string =>
      text.replace(
        "const counter =",
        'if (key === "stray") void Promise.reject(new Error("left alone"));\n    const counter =',
      );
    await edited("src/handlers/counters.ts", stray, async () => {
      const server = serving();
      const url = await ready(server);
      expect((await add(url, "kept")).status).toBe(200);
      await add(url, "stray").catch(() => undefined);
      expect(await server.ended).toEqual([3, null]);
      expect(server.output).toContain("left alone");
    });
    const server = serving();
    expect((await fetch(`${await ready(server)}/counters/kept`)).status).toBe(200);
    await server.stopped();
  });

  it("refuses a port that is taken (PORT_IN_USE) and a data folder that is in use (DATA_DIR_LOCKED): exit code 3", async () => {
    const port = await freePort();
    configure({ http: { port } });
    const server = serving();
    await ready(server);
    configure({ http: { port }, dataDir: "other" });
    const taken = await inProject("serve");
    expect([taken.exitCode, taken.stderr]).toEqual([3, expect.stringContaining("PORT_IN_USE")]);
    expect(existsSync(join(folder, "other"))).toBe(false);
    configure({});
    const locked = await inProject("serve");
    expect([locked.exitCode, locked.stderr]).toEqual([3, expect.stringContaining("DATA_DIR_LOCKED")]);
    const reset = await inProject("reset", "--yes");
    expect([reset.exitCode, reset.stderr]).toEqual([3, expect.stringContaining("DATA_DIR_LOCKED")]);
    await server.stopped();
  });
});

/** A changelog that holds five records a partition, and whose readers wait until a file `release` exists. */
const heldChangelog = `
  import { existsSync } from "node:fs";
  const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  export async function openChangelog() {
    return {
      ensureTopics: async (topics) => topics.map(({ name, partitions }) => ({ name, partitions, incarnation: "1" })),
      open: async ({ topics }) => ({
        fence: async () => new Map(topics.map((topic) => [topic, 5n])),
        append: async () => ({ outcome: "refused", error: new Error("read-only") }),
        close: async () => undefined,
      }),
      read: async ({ signal }) => {
        while (!existsSync("release")) {
          signal?.throwIfAborted();
          await wait(10);
        }
        return { records: [], nextOffset: 5n, endOffset: 5n };
      },
      close: async () => undefined,
    };
  }
`;

describe("affinity serve while it restores", () => {
  let port = 0;
  let server: Running;
  beforeAll(() => inProject("generate"));
  beforeEach(async () => {
    port = await freePort();
    writeFileSync(join(folder, "held.mjs"), heldChangelog);
    configure({ http: { port }, changelog: { type: "./held.mjs" }, memstore: { type: "memory" }, dataDir: "held" });
    server = serving();
  });
  afterEach(async () => {
    await server.stopped("SIGKILL");
    for (const path of ["held.mjs", "held", "release"]) rmSync(join(folder, path), { recursive: true, force: true });
    configure({});
  });

  async function restoring(): Promise<string> {
    const url = `http://127.0.0.1:${port}`;
    for (;;) {
      const answer = await fetch(`${url}/_affinity/ready`).catch(() => undefined);
      const text = answer?.status === 503 ? await answer.text() : "";
      if (/"state":"restoring","epoch":\d+,"lagRecords":5/.test(text)) return url;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  it("answers live and its progress, refuses the rest, and prints its line when it is ready", async () => {
    const url = await restoring();
    expect((await fetch(`${url}/_affinity/live`)).status).toBe(200);
    const refused = await fetch(`${url}/counters/visits`);
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(await refused.json()).toMatchObject({ code: "PARTITION_NOT_READY" });
    const status = await inProject("status", "--url", url);
    expect(status.stdout).toMatch(/restoring +░{20} +0 % {2}0 of 5 records/);
    expect(server.output).not.toContain("is ready");
    writeFileSync(join(folder, "release"), "");
    await ready(server);
    expect((await fetch(`${url}/_affinity/ready`)).status).toBe(200);
    expect((await fetch(`${url}/counters/visits`)).status).toBe(404);
  });

  it("stops when it is told to, with exit code 0", async () => {
    await restoring();
    expect(await server.stopped("SIGTERM")).toEqual([0, null]);
  });
});

describe("affinity reset", () => {
  it("asks first, and where it cannot ask wants --yes: exit code 2, nothing removed", async () => {
    const { exitCode, stderr } = await inProject("reset");
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining("--yes")]);
    const server = serving();
    expect((await fetch(`${await ready(server)}/counters/visits`)).status).toBe(200);
    await server.stopped();
  });

  it("removes the stored data, so that the project starts with none", async () => {
    expect((await inProject("reset", "--yes")).stdout).toContain("changelog.sqlite");
    const server = serving();
    expect((await fetch(`${await ready(server)}/counters/visits`)).status).toBe(404);
    await server.stopped();
    await inProject("reset", "--yes");
    expect((await inProject("reset", "--yes")).stdout).toContain("nothing is stored");
  });

  it("touches no folder that is not of affinity's making", async () => {
    mkdirSync(join(folder, "precious"));
    writeFileSync(join(folder, "precious/photo"), "");
    for (const dataDir of ["precious", ".", ".."]) {
      configure({ dataDir });
      const { exitCode, stderr } = await inProject("reset", "--yes");
      expect([dataDir, exitCode, stderr]).toEqual([
        dataDir,
        2,
        expect.stringMatching(/holds the project|no data folder/),
      ]);
    }
    expect(readFileSync(join(folder, "precious/photo"), "utf8")).toBe("");
    configure({});
    rmSync(join(folder, "precious"), { recursive: true });
  });
});

describe("affinity doctor", () => {
  it("finds nothing in a project that runs, and ends with 0", async () => {
    const { exitCode, stdout } = await inProject("doctor");
    expect(stdout).toContain("Nothing keeps this project from running");
    expect(exitCode).toBe(0);
  });

  it("names each fault with its cure, and ends with 1", async () => {
    const port = await freePort();
    configure({ http: { port } });
    const server = serving();
    await ready(server);
    await edited(
      "schemas/step.avsc",
      (text) => text.replace('"default": 1', '"default": 2'),
      async () => {
        const { exitCode, stdout } = await inProject("doctor");
        expect(stdout).toMatch(/fault +generated code +is older[^\n]*\n +cure: run `affinity generate`/);
        expect(stdout).toMatch(/fault +port [^\n]*\n +cure: stop it, or set http\.port to a free port/);
        expect(exitCode).toBe(1);
      },
    );
    await server.stopped();
    configure({});
  });
});
