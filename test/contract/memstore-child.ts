/**
 * Applies numbered changes to a memstore, from its checkpoint on, until it is killed. Arguments: folder, seed, and `clear` to
 * clear it now and then.
 */
import { systemClock } from "../../runtime/core/clock.js";
import { openSqliteMemStore } from "../../runtime/memstore/sqlite-memstore.js";
import { killedChange, killedStores } from "./memstore-changes.js";

const [dataDir = "", seed = "0", clear = ""] = process.argv.slice(2);
const store = await openSqliteMemStore({
  dataDir,
  clock: systemClock,
  flushMs: 3,
  flushBytes: 64 * 1024,
  walPages: 200,
});
const partition = await store.open({ keyspace: "k", partition: 0, stores: killedStores });
const from = partition.checkpoint?.batch ?? 0;
console.log(`from ${from}`);
for (let batch = from + 1; ; batch += 1) {
  const { change, forgetBefore, isClearedBefore } = killedChange(Number(seed), batch);
  if (clear !== "" && isClearedBefore) await partition.clear();
  if (forgetBefore !== undefined) partition.forgetAnswers(forgetBefore);
  partition.apply(change);
  if (batch % 50 === 0) console.log(`applied ${batch}`);
  if (batch % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
  await partition.pressure();
}
