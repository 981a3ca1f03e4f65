/** Longs in the changelog: the bytes of its records, as other programs read them. */
import { join } from "node:path";
import { openSqliteChangelog } from "../../../runtime/changelog/sqlite-changelog.js";
import { systemClock } from "../../../runtime/core/clock.js";
import { systemRandom } from "../../../runtime/core/random.js";
import type { Report } from "../report.js";
import { binaryOf, everywhere, filled, varint } from "./values.js";

const partitions = 4;

/** The newest value of each key, without the frames' heads; both in hexadecimal. */
async function newest(folder: string, topic: string): Promise<ReadonlyMap<string, string>> {
  const changelog = await openSqliteChangelog({
    dataDir: join(folder, "data"),
    clock: systemClock,
    random: systemRandom,
  });
  const found = new Map<string, string>();
  const hex = (bytes: Uint8Array | null): string =>
    Buffer.from(bytes ?? [])
      .toString("hex")
      .slice(10);
  try {
    for (let partition = 0; partition < partitions; partition += 1) {
      for (let fromOffset = 0n; ; ) {
        const slice = await changelog.read({ topic, partition, fromOffset });
        for (const { key, value } of slice.records) found.set(hex(key), hex(value));
        if (slice.nextOffset === slice.endOffset) break;
        fromOffset = slice.nextOffset;
      }
    }
  } finally {
    await changelog.close();
  }
  return found;
}

/** Compares the log of a killed service with what was written. */
export async function changelog(report: Report, folder: string, longs: readonly bigint[]): Promise<void> {
  const topics = {
    "longs-numbers": (number: bigint): Buffer => varint(number),
    "longs-rows": (number: bigint): Buffer => binaryOf(filled(number), everywhere),
  };
  for (const [topic, bytesOf] of Object.entries(topics)) {
    const found = await newest(folder, topic);
    const kind = `changelog: keys and values of ${topic}`;
    for (const number of longs) {
      const [actual, expected] = [found.get(varint(number).toString("hex")), bytesOf(number).toString("hex")];
      report.count(kind);
      report.check(kind, actual === expected, () => `${number}: ${actual} instead of ${expected}`);
    }
    report.check(`${kind}, no others`, found.size === longs.length, () => `${found.size} keys`);
  }
}
