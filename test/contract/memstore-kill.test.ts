import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../runtime/core/clock.js";
import { SeededRandom } from "../../runtime/core/random.js";
import { openSqliteMemStore } from "../../runtime/memstore/sqlite-memstore.js";
import { Child } from "./child.js";
import { killedChange, killedStores } from "./memstore-changes.js";
import { contentOf, MemModel, modelContent } from "./memstore-model.js";
import { type TempFolder, tempFolder } from "./temp-folder.js";

const kills = 6;
const seed = 11;

describe("the SQLite memstore under kill -9", () => {
  let folder: TempFolder;
  beforeEach(async () => {
    folder = await tempFolder();
  });
  afterEach(() => folder.remove());

  it(`P7: rows, answers and checkpoint are those of one and the same moment (${kills} kills, seed ${seed})`, async () => {
    const random = new SeededRandom(seed);
    const model = new MemModel();
    const keys: string[] = [];
    let applied = 0;
    for (let kill = 0; kill < kills; kill += 1) {
      const child = new Child("memstore-child", [folder.path, `${seed}`]);
      try {
        const target = applied + 50 + Math.floor(random.next() * 2_000);
        await child.line((line) => line.startsWith("applied ") && Number(line.slice(8)) >= target);
      } finally {
        await child.kill();
      }
      const store = await openSqliteMemStore({ dataDir: folder.path, clock: systemClock });
      const partition = await store.open({ keyspace: "k", partition: 0, stores: killedStores });
      const reached = partition.checkpoint?.batch ?? 0;
      expect(reached).toBeGreaterThanOrEqual(applied);
      while (applied < reached) {
        applied += 1;
        const { change, forgetBefore } = killedChange(seed, applied);
        if (forgetBefore !== undefined) model.forget(forgetBefore);
        model.apply(change);
        keys.push(...change.answers.map(({ key }) => key));
      }
      expect(contentOf(partition, killedStores, keys)).toEqual(modelContent(model, killedStores, keys));
      await store.close();
    }
    expect(applied).toBeGreaterThan(0);
  });
});
