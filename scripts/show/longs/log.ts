/** Longs in the changelog: the bytes of its records, as other programs read them, and as `affinity consume` prints them. */
import { join } from "node:path";
import { openSqliteChangelog } from "../../../runtime/changelog/sqlite-changelog.js";
import { systemClock } from "../../../runtime/core/clock.js";
import { systemRandom } from "../../../runtime/core/random.js";
import { plainJson } from "../../../test/support/avro/forms.js";
import { type Json, parseLossless, printLossless } from "../../../test/support/avro/lossless-json.js";
import type { TempProject } from "../../../test/support/project.js";
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

/** `affinity consume`: keys and values with every digit, and conditions that tell neighbours apart. */
export function consumed(report: Report, project: TempProject, longs: readonly bigint[]): void {
  const lines = (...parameters: readonly string[]): readonly { readonly key: string; readonly value: string }[] =>
    project
      .affinity(["consume", "longs-rows", ...parameters])
      .stdout.split("\n")
      .filter((line) => line !== "")
      .map((line) => {
        const { key = null, value = null }: { readonly key?: Json; readonly value?: Json } = Object(
          parseLossless(line),
        );
        return { key: printLossless(key), value: printLossless(value) };
      });
  const newestOf = new Map(lines().map(({ key, value }) => [key, value]));
  const kind = "affinity consume: keys and values";
  for (const number of longs) {
    const [actual, expected] = [
      newestOf.get(`${number}`),
      plainJson(filled(number), everywhere.shape, everywhere.types),
    ];
    report.count(kind);
    report.check(kind, actual === expected, () => `${number}: ${actual} instead of ${expected}`);
  }
  const wanted = 2n ** 53n + 1n;
  const found = lines("--filter", `key=${wanted}`, "--filter", `value.plain=${wanted}`);
  const isOne = found.length > 0 && found.every(({ key }) => key === `${wanted}`);
  report.check("affinity consume: conditions", isOne, () => JSON.stringify(found.map(({ key }) => key)));
}
