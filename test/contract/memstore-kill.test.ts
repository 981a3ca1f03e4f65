import { mkdirSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../runtime/core/clock.js";
import { SeededRandom } from "../../runtime/core/random.js";
import { openSqliteMemStore } from "../../runtime/memstore/sqlite-memstore.js";
import { canPreload, preloaded, restoreDurable } from "../support/preload.js";
import { Child } from "./child.js";
import { killedChange, killedStores } from "./memstore-changes.js";
import { contentOf, MemModel, modelContent } from "./memstore-model.js";
import { type TempFolder, tempFolder } from "./temp-folder.js";

const kills = 6;
const seed = 11;

// Each kill starts a process: on a machine that does other things too that takes its time.
describe("the SQLite memstore under kill -9", { timeout: 300_000 }, () => {
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

  it.skipIf(!canPreload())(
    `P7: the same after power failures, while it flushes, copies its write-ahead log and deletes what was cleared (seed ${seed}; needs Linux and gcc)`,
    async () => {
      const data = join(realpathSync(folder.path), "data");
      mkdirSync(data);
      let largest = 0;
      let furthest = 0;
      for (let kill = 1; kill <= 5; kill += 1) {
        const shadows = join(folder.path, `shadows-${kill}`);
        mkdirSync(shadows);
        const variables = { FORGET_DIR: data, FORGET_SHADOW: shadows, FORGET_LEAK: kill % 2 === 0 ? "30" : "0" };
        const env = preloaded(["forgetsync"], { ...variables, FORGET_SEED: `${kill}` });
        const child = new Child("memstore-child", [data, `${seed}`, "clear"], env);
        try {
          const [from = "0"] = (await child.line((line) => line.startsWith("from "))).split(" ").slice(1);
          const target = Number(from) + 1_000 + kill * 777;
          await child.line((line) => line.startsWith("applied ") && Number(line.slice(8)) >= target);
        } finally {
          await child.kill();
        }
        largest = Math.max(largest, statSync(join(data, "memstore.sqlite")).size);
        restoreDurable(data, shadows);
        const store = await openSqliteMemStore({ dataDir: data, clock: systemClock });
        const partition = await store.open({ keyspace: "k", partition: 0, stores: killedStores });
        const reached = partition.checkpoint?.batch ?? 0;
        furthest = Math.max(furthest, reached);
        const model = new MemModel();
        const keys: string[] = [];
        for (let batch = 1; batch <= reached; batch += 1) {
          const { change, forgetBefore, isClearedBefore } = killedChange(seed, batch);
          if (isClearedBefore) model.clear();
          if (forgetBefore !== undefined) model.forget(forgetBefore);
          model.apply(change);
          keys.push(...change.answers.map(({ key }) => key));
        }
        expect(contentOf(partition, killedStores, keys)).toEqual(modelContent(model, killedStores, keys));
        await store.close();
      }
      // Its log was copied into the file under way, or the file would still be empty; and something was kept.
      expect(largest).toBeGreaterThan(100_000);
      expect(furthest).toBeGreaterThan(1_000);
    },
  );
});
