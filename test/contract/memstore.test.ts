import { systemClock } from "../../runtime/core/clock.js";
import { MemoryMemStore } from "../../runtime/memstore/memory-memstore.js";
import { openSqliteMemStore } from "../../runtime/memstore/sqlite-memstore.js";
import { FlushControl } from "./flush-control.js";
import { withWorker } from "./last-worker.js";
import { describeMemStore } from "./memstore.js";
import { tempFolder } from "./temp-folder.js";

const snapshotLimit = 10;

describeMemStore("memory", async () => ({
  open: async () => new MemoryMemStore({ snapshotLimit }),
  isPersistent: false,
  snapshotLimit,
  dispose: async () => undefined,
}));

for (const { name, options } of [
  { name: "SQLite", options: {} },
  { name: "SQLite without a cache, flushed after each turn", options: { cacheMb: 0, flushMs: 0 } },
  { name: "SQLite, each change packed at once, behind the one that is being written", options: { flushBytes: 1 } },
])
  describeMemStore(name, async () => {
    const folder = await tempFolder();
    const flushes = new FlushControl();
    return {
      flushes,
      open: async () => {
        const opened = { dataDir: folder.path, clock: systemClock, snapshotLimit, ...options };
        const { result, worker } = await withWorker(() => openSqliteMemStore(opened));
        flushes.attach(worker);
        return result;
      },
      isPersistent: true,
      snapshotLimit,
      dispose: () => folder.remove(),
    };
  });
