/**
 * Appends to a changelog as it is told, until it is killed. Arguments: folder, epoch, history and tombstones in ms. Lines that
 * it takes:
 *
 *   run                   appends numbered records to all partitions without end; says `ack <partition> <number> <offset>`
 *   churn                 puts and deletes few keys of all partitions without end; says `churned <partition> <number>`
 *   append <n> <text>     appends one record of that key; says `outcome <n> <outcome> <code>`
 *   fence <n>             says `fenced <n> <end offset>` or `failed <n> <code>`
 *   read <n>              says `read <n> <keys, with commas>` or `failed <n> <code>`
 *   open <n>              opens partition 0 under the next epoch; says `opened <n>`
 */
import { createInterface } from "node:readline";
import type { AppendOutcome, PartitionLog } from "../../runtime/changelog/changelog.js";
import { openSqliteChangelog } from "../../runtime/changelog/sqlite-changelog.js";
import { systemClock } from "../../runtime/core/clock.js";
import { isAffinityError } from "../../runtime/core/errors.js";
import { systemRandom } from "../../runtime/core/random.js";
import { childPartitions, childTopics, churnRecord, numberedRecords, plainRecord } from "./changelog-records.js";

const [dataDir = "", epochText = "1", historyText = "3600000", tombstoneText = "3600000"] = process.argv.slice(2);
const historyMs = Number(historyText);
const tombstoneMs = Number(tombstoneText);
let epoch = Number(epochText);
const changelog = await openSqliteChangelog({ dataDir, clock: systemClock, random: systemRandom, compactMs: 5 });
await changelog.ensureTopics(
  childTopics.map((name) => ({ name, partitions: childPartitions, historyMs, tombstoneMs })),
);
const logs: PartitionLog[] = [];
for (let partition = 0; partition < childPartitions; partition += 1) logs.push(await opened(partition));

async function opened(partition: number): Promise<PartitionLog> {
  const log = await changelog.open({ topics: childTopics, partition, epoch, writer: BigInt(epoch) });
  await log.fence(new AbortController().signal);
  return log;
}

async function run(log: PartitionLog, partition: number): Promise<void> {
  const last = await lastNumber(partition);
  for (let number = last + 1; ; number += 1) {
    const outcome: AppendOutcome = await log.append(numberedRecords(epoch, number));
    if (outcome.outcome !== "acknowledged") throw outcome.error;
    console.log(`ack ${partition} ${number} ${outcome.offsets[0]}`);
  }
}

async function churn(log: PartitionLog, partition: number): Promise<void> {
  // Above everything of the runs before: an epoch makes fewer appends than that.
  for (let number = epoch * 1_000_000; ; number += 1) {
    const outcome: AppendOutcome = await log.append([churnRecord(number)]);
    if (outcome.outcome !== "acknowledged") throw outcome.error;
    console.log(`churned ${partition} ${number}`);
  }
}

async function lastNumber(partition: number): Promise<number> {
  let last = 0;
  for (let from = 0n; ; ) {
    const slice = await changelog.read({ topic: childTopics[0] ?? "", partition, fromOffset: from });
    for (const { headers } of slice.records) last = headers?.batch ?? last;
    if (slice.nextOffset === slice.endOffset) return last;
    from = slice.nextOffset;
  }
}

async function obey(line: string): Promise<void> {
  const [word = "", name = "", text = ""] = line.split(" ");
  const log = logs[0];
  if (log === undefined) return;
  try {
    if (word === "run") await Promise.all(logs.map(run));
    else if (word === "churn") await Promise.all(logs.map(churn));
    else if (word === "append") {
      const outcome = await log.append([plainRecord(text)]);
      const code = outcome.outcome !== "acknowledged" && isAffinityError(outcome.error) ? outcome.error.code : "-";
      console.log(`outcome ${name} ${outcome.outcome} ${code}`);
    } else if (word === "fence") {
      const ends = await log.fence(new AbortController().signal);
      console.log(`fenced ${name} ${ends.get(childTopics[0] ?? "")}`);
    } else if (word === "open") {
      epoch += 1;
      logs[0] = await opened(0);
      console.log(`opened ${name}`);
    } else if (word === "read") {
      const slice = await changelog.read({ topic: childTopics[0] ?? "", partition: 0, fromOffset: 0n });
      console.log(`read ${name} ${[...slice.records].map(({ key }) => Buffer.from(key ?? []).toString()).join(",")}`);
    }
  } catch (error) {
    console.log(`failed ${name} ${isAffinityError(error) ? error.code : String(error)}`);
  }
}

createInterface({ input: process.stdin }).on("line", (line) => void obey(line));
console.log("ready");
