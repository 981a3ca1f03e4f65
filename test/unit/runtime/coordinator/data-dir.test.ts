import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openDataDir } from "../../../../runtime/coordinator/data-dir.js";
import { Child } from "../../../contract/child.js";
import { type TempFolder, tempFolder } from "../../../contract/temp-folder.js";

describe("the data folder", () => {
  let folder: TempFolder;
  let path: string;
  beforeEach(async () => {
    folder = await tempFolder();
    path = join(folder.path, "some", "data");
  });
  afterEach(() => folder.remove());

  function content(): Record<string, string> {
    return Object.fromEntries(readdirSync(path).map((name) => [name, readFileSync(join(path, name), "utf8")]));
  }

  it("is made with the folders above it, and says its format", async () => {
    const dataDir = await openDataDir(path);
    expect(JSON.parse(content()["format.json"] ?? "")).toMatchObject({ format: 1 });
    await dataDir.close();
    await dataDir.close();
    await (await openDataDir(path)).close();
  });

  it("is DATA_DIR_LOCKED for the second, who changes nothing, and free after a close", async () => {
    const dataDir = await openDataDir(path);
    const before = content();
    await expect(openDataDir(path)).rejects.toMatchObject({ code: "DATA_DIR_LOCKED" });
    await expect(openDataDir(path)).rejects.toThrow(`${process.pid}`);
    expect(content()).toEqual(before);
    await dataDir.close();
    await (await openDataDir(path)).close();
  });

  it("is locked against other processes, also through another name, until kill -9 ends the first", async () => {
    const child = new Child("data-dir-child", [path]);
    try {
      await child.line((line) => line === "held");
      await expect(openDataDir(join(path, "..", "data"))).rejects.toMatchObject({ code: "DATA_DIR_LOCKED" });
    } finally {
      await child.kill();
    }
    await (await openDataDir(path)).close();
  });

  it("of a newer format is DATA_FORMAT_NEWER and stays as it is", async () => {
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, "format.json"), '{"format":2}');
    await expect(openDataDir(path)).rejects.toMatchObject({ code: "DATA_FORMAT_NEWER" });
    expect(content()).toEqual({ "format.json": '{"format":2}' });
  });

  it.each(["", "{", "[]", '{"format":"1"}'])(
    "with the format file %j is DATA_DIR_UNUSABLE and stays as it is",
    async (text) => {
      mkdirSync(path, { recursive: true });
      writeFileSync(join(path, "format.json"), text);
      await expect(openDataDir(path)).rejects.toMatchObject({ code: "DATA_DIR_UNUSABLE" });
      expect(content()).toEqual({ "format.json": text });
    },
  );

  it("that is a file, stands under one, or where no folder can be made is DATA_DIR_UNUSABLE with path and cure", async () => {
    const file = join(folder.path, "file");
    writeFileSync(file, "mine");
    for (const bad of [file, join(file, "data"), "/proc/affinity-data"]) {
      const error = await openDataDir(bad).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: "DATA_DIR_UNUSABLE" });
      expect(String(error)).toContain(bad);
      expect(String(error)).toContain("choose another `dataDir`");
    }
    expect(readFileSync(file, "utf8")).toBe("mine");
  });

  it("whose lock file is no database is DATA_DIR_UNUSABLE", async () => {
    mkdirSync(path, { recursive: true });
    mkdirSync(join(path, "lock"));
    await expect(openDataDir(path)).rejects.toMatchObject({ code: "DATA_DIR_UNUSABLE" });
    rmSync(join(path, "lock"), { recursive: true });
    await (await openDataDir(path)).close();
  });
});
