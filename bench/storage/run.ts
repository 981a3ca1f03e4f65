/**
 * node --import tsx bench/storage/run.ts [--rounds N] [--seconds N] [--keys N]
 *
 * The embedded changelog and memstore alone: medians of alternating rounds, as ratios against bare better-sqlite3.
 */
import { parseArgs } from "node:util";
import { median } from "../rows.js";
import { bareInserts, changelogAppends } from "./changelog.js";
import { memstoreTimes } from "./memstore.js";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "2" },
    keys: { type: "string", default: "200000" },
  },
});
const rounds = Number(values.rounds);
const durationMs = Number(values.seconds) * 1_000;

const appends: number[] = [];
const single: number[] = [];
const grouped: number[] = [];
for (let round = 0; round < rounds; round += 1) {
  appends.push(await changelogAppends(durationMs));
  single.push(bareInserts(durationMs, 1));
  grouped.push(bareInserts(durationMs, 64));
}
const rate = median(appends);
console.log(`changelog, 64 appenders over 8 partitions: ${Math.round(rate)} records/s`);
console.log(
  `  against a transaction a record (${Math.round(median(single))}/s): ${(rate / median(single)).toFixed(2)}`,
);
console.log(
  `  against a transaction for 64 (${Math.round(median(grouped))}/s): ${(rate / median(grouped)).toFixed(2)}`,
);

const times = await memstoreTimes(Number(values.keys), Math.min(Number(values.keys), 200_000));
console.log(`memstore, ${values.keys} rows of 100 bytes: apply ${times.apply.toFixed(0)} ns`);
console.log(
  `  get from the cache: ${times.hit.toFixed(0)} ns, ${(times.hit / times.map).toFixed(1)} times a Map's get`,
);
console.log(
  `  get from the file: ${times.miss.toFixed(0)} ns, ${(times.miss / times.bareGet).toFixed(2)} times a bare statement's`,
);
console.log(`  an answer that is not there: ${times.absentAnswer.toFixed(0)} ns`);
