import { type AppendFault, MemoryChangelog } from "../../runtime/changelog/memory-changelog.js";
import { MemoryLogStorage } from "../../runtime/changelog/memory-log-storage.js";
import { openSqliteChangelog, SqliteChangelog } from "../../runtime/changelog/sqlite-changelog.js";
import { SeededRandom, systemRandom } from "../../runtime/core/random.js";
import { MovableClock } from "../../runtime/testing/movable-clock.js";
import { type ChangelogHarness, describeChangelog } from "./changelog.js";
import { tempFolder } from "./temp-folder.js";

function memoryHarness(kind: { readonly gapChance: number; readonly fenceTakesOffset: boolean }): ChangelogHarness {
  const clock = new MovableClock();
  const random = new SeededRandom(7);
  const storage = new MemoryLogStorage();
  let changelog: MemoryChangelog | undefined;
  let planned: AppendFault | undefined;
  const fault = (): AppendFault | undefined => {
    const next = planned;
    planned = undefined;
    return next;
  };
  return {
    clock,
    open: async () => {
      changelog = new MemoryChangelog({ clock, random, storage, fault, ...kind });
      return changelog;
    },
    compact: async () => changelog?.compact(),
    writeForeign: async (_changelog, record) => void changelog?.writeForeign({ partition: 0, ...record }),
    failNext: (next) => {
      planned = next;
    },
    dispose: async () => undefined,
  };
}

describeChangelog("memory", async () => memoryHarness({ gapChance: 0, fenceTakesOffset: false }));

describeChangelog("memory with gaps, like Kafka", async () =>
  memoryHarness({ gapChance: 0.5, fenceTakesOffset: true }),
);

describeChangelog("SQLite", async () => {
  const clock = new MovableClock();
  const folder = await tempFolder();
  return {
    clock,
    open: () => openSqliteChangelog({ dataDir: folder.path, clock, random: systemRandom }),
    compact: async (changelog) => {
      if (changelog instanceof SqliteChangelog) await changelog.compact();
    },
    dispose: () => folder.remove(),
  };
});
