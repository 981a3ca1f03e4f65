import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../../../runtime/core/clock.js";
import { systemRandom } from "../../../../runtime/core/random.js";
import { openEmbeddedRegistry } from "../../../../runtime/registry/embedded-registry.js";
import { faultsOf, registerAndKill } from "../../../contract/registry-kill.js";
import { type TempFolder, tempFolder } from "../../../contract/temp-folder.js";

describe("the embedded registry's file", () => {
  let folder: TempFolder;
  let file: string;
  let lines: string;
  beforeEach(async () => {
    folder = await tempFolder();
    file = join(folder.path, "registry.sqlite");
    lines = join(folder.path, "registry.jsonl");
  });
  afterEach(() => folder.remove());

  const open = (): ReturnType<typeof openEmbeddedRegistry> =>
    openEmbeddedRegistry({ dataDir: folder.path, clock: systemClock, random: systemRandom });

  it("P3: ids and versions survive kill -9 of processes that register at once", async () => {
    const answers = await registerAndKill("embedded", folder.path, { processes: 4, kills: 4, answers: 5 });
    const registry = await open();
    expect(answers.failed).toEqual([]);
    expect(await faultsOf(answers, registry)).toEqual([]);
    await registry.close();
  }, 120_000);

  it("shows a registration of one process to another that has it open", async () => {
    const [one, other] = [await open(), await open()];
    expect(await other.subjects()).toEqual([]);
    const registered = await one.register("s", '"int"');
    expect(await other.latest("s")).toEqual(registered);
    expect(await other.register("t", '"int"')).toMatchObject({ id: registered.id });
    expect(await one.subjects()).toEqual(["s", "t"]);
    await Promise.all([one.close(), other.close()]);
  });

  it("takes over what the first version kept as lines, a torn last one left out", async () => {
    const kept = [
      { "x-generated-by": "affinity", format: 1 },
      { subject: "s", version: 1, id: 1, schema: '"int"' },
      { subject: "s", version: 2, id: 2, schema: '"long"' },
      { subject: "t", version: 1, id: 1 },
    ];
    writeFileSync(lines, `${kept.map((line) => `${JSON.stringify(line)}\n`).join("")}{"subject":"torn`);
    for (let start = 0; start < 2; start += 1) {
      const registry = await open();
      expect((await registry.versions("s")).map(({ id, schema }) => [id, schema])).toEqual([
        [1, '"int"'],
        [2, '"long"'],
      ]);
      expect((await registry.latest("t"))?.id).toBe(1);
      await registry.close();
      expect(existsSync(lines)).toBe(false);
    }
  });

  it("refuses lines that are damaged before their end, and leaves them as they are", async () => {
    writeFileSync(lines, '{"format":1}\nnonsense\n{"subject":"s","version":1,"id":1,"schema":"\\"int\\""}\n');
    await expect(open()).rejects.toThrow(/DATA_DIR_UNUSABLE.*registry\.jsonl:2/);
    expect(readFileSync(lines, "utf8")).toContain("nonsense");
  });

  it("with an entry that cannot be understood is DATA_DIR_UNUSABLE with its number", async () => {
    const registry = await open();
    await registry.register("s", '"int"');
    await registry.close();
    const db = new Database(file);
    db.prepare("insert into entries values (1, 'nonsense')").run();
    db.close();
    await expect(open()).rejects.toThrow(/DATA_DIR_UNUSABLE.*registry\.sqlite: entry 1/);
  });

  it("of a newer format is DATA_FORMAT_NEWER and stays as it is", async () => {
    const db = new Database(file);
    db.pragma("user_version = 99");
    db.close();
    const before = readFileSync(file);
    await expect(open()).rejects.toMatchObject({ code: "DATA_FORMAT_NEWER" });
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it("that is a database of somebody else's is DATA_DIR_UNUSABLE and stays as it is", async () => {
    const db = new Database(file);
    db.exec("create table theirs (a)");
    db.close();
    const before = readFileSync(file);
    await expect(open()).rejects.toMatchObject({ code: "DATA_DIR_UNUSABLE" });
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it("that is removed under a process takes nothing any more", async () => {
    const registry = await open();
    await registry.register("s", '"int"');
    rmSync(file);
    await expect(registry.register("s", '"long"')).rejects.toThrow(/REGISTRY_UNAVAILABLE.*removed/);
    await registry.close();
  });

  it("that cannot be opened is DATA_DIR_UNUSABLE with its path", async () => {
    mkdirSync(file);
    await expect(open()).rejects.toThrow(/DATA_DIR_UNUSABLE.*registry\.sqlite/);
  });

  it("that is no database is DATA_DIR_UNUSABLE and stays as it is", async () => {
    writeFileSync(file, "nonsense ".repeat(1000));
    await expect(open()).rejects.toMatchObject({ code: "DATA_DIR_UNUSABLE" });
    expect(readFileSync(file, "utf8")).toMatch(/^nonsense/);
  });
});
