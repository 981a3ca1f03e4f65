import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openEmbeddedRegistry } from "../../../../runtime/registry/embedded-registry.js";
import { Child } from "../../../contract/child.js";
import { type TempFolder, tempFolder } from "../../../contract/temp-folder.js";

describe("the embedded registry's file", () => {
  let folder: TempFolder;
  let file: string;
  beforeEach(async () => {
    folder = await tempFolder();
    file = join(folder.path, "registry.jsonl");
  });
  afterEach(() => folder.remove());

  const open = (): ReturnType<typeof openEmbeddedRegistry> => openEmbeddedRegistry({ dataDir: folder.path });
  async function written(schemas: readonly string[]): Promise<Buffer> {
    const registry = await open();
    for (const schema of schemas) await registry.register("s", schema);
    await registry.close();
    return readFileSync(file);
  }

  it("cut off anywhere opens with the registrations before the cut, and goes on", async () => {
    const whole = await written(['"int"', '"long"', '{"type":"string","doc":"é"}']);
    const ends = [...whole.toString("latin1").matchAll(/\n/g)].map(({ index }) => index + 1);
    for (let length = 0; length <= whole.length; length += 1) {
      writeFileSync(file, whole.subarray(0, length));
      const registry = await open();
      const complete = Math.max(0, ends.filter((end) => end <= length).length - 1);
      expect((await registry.versions("s")).map(({ id }) => id)).toEqual([1, 2, 3].slice(0, complete));
      expect(await registry.register("s", '"bytes"')).toMatchObject({ id: complete + 1, version: complete + 1 });
      await registry.close();
      const again = await open();
      expect((await again.latest("s"))?.schema).toBe('"bytes"');
      await again.close();
    }
  });

  it("whose last line is torn in its middle, but has its end, loses that line only", async () => {
    const whole = await written(['"int"', '"long"']);
    whole.fill(0, whole.length - 20, whole.length - 1);
    writeFileSync(file, whole);
    const registry = await open();
    expect((await registry.versions("s")).map(({ schema }) => schema)).toEqual(['"int"']);
    await registry.close();
  });

  it("damaged before its last line is DATA_DIR_UNUSABLE at that line, and stays as it is", async () => {
    const lines = (await written(['"int"', '"long"'])).toString().split("\n");
    lines[1] = "nonsense";
    writeFileSync(file, lines.join("\n"));
    await expect(open()).rejects.toThrow(/DATA_DIR_UNUSABLE.*registry\.jsonl:2/);
    expect(readFileSync(file, "utf8")).toBe(lines.join("\n"));
  });

  it("of a newer format is DATA_FORMAT_NEWER and stays as it is", async () => {
    writeFileSync(file, '{"format":2}\n{"other":1}\n');
    await expect(open()).rejects.toMatchObject({ code: "DATA_FORMAT_NEWER" });
    expect(readFileSync(file, "utf8")).toBe('{"format":2}\n{"other":1}\n');
  });

  it("that cannot be opened is DATA_DIR_UNUSABLE with its path", async () => {
    mkdirSync(file);
    await expect(open()).rejects.toThrow(/DATA_DIR_UNUSABLE.*registry\.jsonl/);
  });

  it("P3: what was answered survives kill -9, with the same ids", async () => {
    for (let kill = 0; kill < 3; kill += 1) {
      const child = new Child("registry-child", [folder.path, `${kill}`]);
      try {
        await child.line((line) => line.startsWith("registered"), 20 + kill * 7);
      } finally {
        await child.kill();
      }
      const registry = await open();
      for (const line of child.lines.filter((text) => text.startsWith("registered"))) {
        const [, subject = "", version, id, schema] = line.split(" ");
        const found = (await registry.versions(subject))[Number(version) - 1];
        expect(found).toEqual({ subject, version: Number(version), id: Number(id), schema });
      }
      await registry.close();
    }
  });
});
