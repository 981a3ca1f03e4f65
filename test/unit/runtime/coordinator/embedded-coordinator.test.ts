import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openEmbeddedCoordinator } from "../../../../runtime/coordinator/embedded-coordinator.js";
import { systemClock } from "../../../../runtime/core/clock.js";
import { type TempFolder, tempFolder } from "../../../contract/temp-folder.js";

describe("the embedded coordinator's file", () => {
  let folder: TempFolder;
  let file: string;
  beforeEach(async () => {
    folder = await tempFolder();
    file = join(folder.path, "coordinator.json");
  });
  afterEach(() => folder.remove());

  const open = (): ReturnType<typeof openEmbeddedCoordinator> =>
    openEmbeddedCoordinator({ dataDir: folder.path, clock: systemClock });
  const keptEpoch = (): number => JSON.parse(readFileSync(file, "utf8")).epoch;

  it("P1: has the epoch before anybody uses it", async () => {
    const coordinator = await open();
    const signal = new AbortController().signal;
    for (let time = 0; time < 3; time += 1) {
      const mastership = await coordinator.becomeMaster({ keyspace: "k", partition: 0, signal });
      expect(keptEpoch()).toBe(mastership.epoch);
      await mastership.release();
    }
    await coordinator.close();
  });

  it("is written once for the first masterships of a start", async () => {
    const coordinator = await open();
    const signal = new AbortController().signal;
    const epochs = await Promise.all(
      Array.from(
        { length: 800 },
        async (_, partition) => (await coordinator.becomeMaster({ keyspace: "k", partition, signal })).epoch,
      ),
    );
    expect(new Set(epochs).size).toBe(1);
    await coordinator.close();
  });

  it("made anew begins above what any log may hold: at the time in seconds", async () => {
    const before = Math.floor(Date.now() / 1000);
    await (await open()).close();
    expect(keptEpoch()).toBeGreaterThanOrEqual(before);
  });

  it("goes on from what it holds, whatever the clock says", async () => {
    writeFileSync(file, '{"format":1,"epoch":9000000000}');
    await (await open()).close();
    expect(keptEpoch()).toBe(9_000_000_001);
  });

  it("of a newer format is refused and stays as it is", async () => {
    writeFileSync(file, '{"format":2,"epoch":"x"}');
    await expect(open()).rejects.toMatchObject({ code: "DATA_FORMAT_NEWER" });
    expect(readFileSync(file, "utf8")).toBe('{"format":2,"epoch":"x"}');
  });

  it.each(["", "{", "null", '{"format":1}', '{"format":1,"epoch":-1}', '{"format":1,"epoch":1.5}'])(
    "with the content %j is DATA_DIR_UNUSABLE with a cure, and stays as it is",
    async (text) => {
      writeFileSync(file, text);
      await expect(open()).rejects.toThrow(/DATA_DIR_UNUSABLE.*remove it/);
      expect(readFileSync(file, "utf8")).toBe(text);
    },
  );
});
