import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { LogRecord, NewRecord, PartitionLog } from "../../../../runtime/changelog/changelog.js";
import { openSqliteChangelog, type SqliteChangelog } from "../../../../runtime/changelog/sqlite-changelog.js";
import { formatVersion } from "../../../../runtime/changelog/sqlite-file.js";
import { systemRandom } from "../../../../runtime/core/random.js";
import { MovableClock } from "../../../../runtime/testing/movable-clock.js";
import { withWorker } from "../../../contract/last-worker.js";
import { type TempFolder, tempFolder } from "../../../contract/temp-folder.js";

const historyMs = 60_000;
const tombstoneMs = 600_000;

describe("the embedded changelog", () => {
  let folder: TempFolder;
  let file: string;
  let clock: MovableClock;
  beforeEach(async () => {
    folder = await tempFolder();
    file = join(folder.path, "changelog.sqlite");
    clock = new MovableClock();
  });
  afterEach(() => folder.remove());

  const open = (
    options: { readonly queueBytes?: number; readonly compactMs?: number } = {},
  ): Promise<SqliteChangelog> => openSqliteChangelog({ dataDir: folder.path, clock, random: systemRandom, ...options });
  async function openLog(changelog: SqliteChangelog, topic = "t"): Promise<PartitionLog> {
    await changelog.ensureTopics([{ name: topic, partitions: 1, historyMs, tombstoneMs }]);
    const log = await changelog.open({ topics: [topic], partition: 0, epoch: 1, writer: 1n });
    await log.fence(new AbortController().signal);
    return log;
  }

  describe("its file", () => {
    it("of a newer format is DATA_FORMAT_NEWER and stays as it is", async () => {
      await (await open()).close();
      const db = new Database(file);
      db.pragma(`user_version = ${formatVersion + 1}`);
      db.close();
      const before = readFileSync(file);
      await expect(open()).rejects.toMatchObject({ code: "DATA_FORMAT_NEWER" });
      expect(readFileSync(file).equals(before)).toBe(true);
    });

    it("of the first format is taken over, with its records", async () => {
      const first = await open();
      await (await openLog(first)).append([record("a", "1")]);
      await first.close();
      const db = new Database(file);
      db.exec("alter table parts drop column drop_end; alter table parts drop column drop_time");
      db.exec("alter table parts add column tombstone_time integer; pragma user_version = 1");
      db.close();
      const changelog = await open();
      expect((await (await openLog(changelog)).append([record("a", null)])).outcome).toBe("acknowledged");
      clock.advance(historyMs + 1);
      await changelog.compact();
      expect((await readAll(changelog)).map(textOf)).toEqual(["a=null"]);
      await changelog.close();
      const version = new Database(file);
      expect(version.pragma("user_version", { simple: true })).toBe(formatVersion);
      version.close();
    });

    it("that is another database is DATA_DIR_UNUSABLE and stays as it is", async () => {
      const db = new Database(file);
      db.exec("create table mine (x)");
      db.close();
      const before = readFileSync(file);
      await expect(open()).rejects.toThrow(/DATA_DIR_UNUSABLE.*no changelog/);
      expect(readFileSync(file).equals(before)).toBe(true);
    });

    it("that is no database, or a broken one, is DATA_DIR_UNUSABLE with a cure and stays as it is", async () => {
      await (await open()).close();
      const broken = readFileSync(file);
      broken.fill(0xff, 100, 4_096);
      for (const content of [Buffer.from("no database, but long enough to be one".repeat(100)), broken]) {
        writeFileSync(file, content);
        await expect(open()).rejects.toThrow(/DATA_DIR_UNUSABLE.*changelog\.sqlite.*backup/);
        expect(readFileSync(file).equals(content)).toBe(true);
      }
    });

    it("whose folder is missing is DATA_DIR_UNUSABLE", async () => {
      const opening = openSqliteChangelog({ dataDir: join(folder.path, "none"), clock, random: systemRandom });
      await expect(opening).rejects.toMatchObject({ code: "DATA_DIR_UNUSABLE" });
    });

    it("opened twice in one process is DATA_DIR_LOCKED the second time", async () => {
      const changelog = await open();
      await expect(open()).rejects.toMatchObject({ code: "DATA_DIR_LOCKED" });
      await changelog.close();
      await (await open()).close();
    });

    it("loses neither topics nor records when partitions and topics are added", async () => {
      const first = await open();
      await (await openLog(first)).append([record("a", "1")]);
      await first.close();
      const changelog = await open();
      await openLog(changelog, "later");
      await openLog(changelog);
      expect((await readAll(changelog)).map(textOf)).toEqual(["a=1"]);
      await changelog.close();
    });
  });

  it("starts its thread again when it has died: appends under way are unknown, and a fence finds out", async () => {
    const { result: changelog, worker } = await withWorker(() => open());
    const log = await openLog(changelog);
    expect((await log.append([record("a", "1")])).outcome).toBe("acknowledged");
    const underWay = log.append([record("b", "2")]);
    await new Promise((resolve) => setImmediate(resolve));
    await worker.terminate();
    const { outcome } = await underWay;
    expect(["unknown", "acknowledged"]).toContain(outcome);
    await log.fence(new AbortController().signal);
    const found = (await readAll(changelog)).map(textOf);
    expect(found).toEqual(outcome === "acknowledged" || found.length === 2 ? ["a=1", "b=2"] : ["a=1"]);
    expect((await log.append([record("c", "3")])).outcome).toBe("acknowledged");
    expect((await readAll(changelog)).map(textOf)).toEqual([...found, "c=3"]);
    await changelog.close();
  });

  it("closed while its thread is being started again, leaves none behind, and the file free", async () => {
    const { result: changelog, worker } = await withWorker(() => open());
    const log = await openLog(changelog);
    expect((await log.append([record("a", "1")])).outcome).toBe("acknowledged");
    await worker.terminate();
    const { worker: anew } = await withWorker(async () => {
      const reading = changelog.read({ topic: "t", partition: 0, fromOffset: 0n }).catch(() => undefined);
      const ended = changelog.close();
      await Promise.all([reading, ended]);
    });
    // A thread that has ended has no id any more.
    expect(anew.threadId).toBe(-1);
    const again = await open();
    expect((await readAll(again)).map(textOf)).toEqual(["a=1"]);
    await again.close();
  });

  it("P12: refuses what would wait beyond its bound, and takes more when that is written", async () => {
    const changelog = await open({ queueBytes: 1_000_000 });
    const log = await openLog(changelog);
    const large = "x".repeat(300_000);
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, (_, index) => log.append([record(`k${index}`, large)])),
    );
    const kinds = outcomes.map(({ outcome }) => outcome);
    expect(kinds.slice(0, 3)).toEqual(["acknowledged", "acknowledged", "acknowledged"]);
    expect(kinds).toContain("refused");
    expect((await log.append([record("again", large)])).outcome).toBe("acknowledged");
    await changelog.close();
  });

  it("takes records of many sizes, up to megabytes", async () => {
    const changelog = await open();
    const log = await openLog(changelog);
    const values = [0, 1, 850, 900, 950, 4_000, 5_000, 70_000, 3_000_000].map((length) => "v".repeat(length));
    for (const value of values) await log.append([record("k", value), record("l", value)]);
    expect((await readAll(changelog)).map(textOf)).toEqual(values.flatMap((value) => [`k=${value}`, `l=${value}`]));
    await changelog.close();
  });

  describe("compaction", () => {
    it("at any moment reads like the newest records of each key over the untouched history", async () => {
      // By itself it compacts never: when it did is part of what is expected.
      const changelog = await open({ compactMs: 2_000_000_000 });
      let topics = 0;
      const step = fc.oneof(
        { weight: 6, arbitrary: fc.array(fc.tuple(fc.nat(15), fc.boolean()), { minLength: 1, maxLength: 40 }) },
        { weight: 2, arbitrary: fc.constantFrom(historyMs / 2, historyMs + 1, tombstoneMs + historyMs + 1) },
        { weight: 2, arbitrary: fc.constant("compact" as const) },
      );
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
          const topic = `t${topics++}`;
          const log = await openLog(changelog, topic);
          const all: LogRecord[] = [];
          const rounds: Rounds = { cleanEnd: 0n, end: 0n, time: undefined, gone: new Set() };
          for (const what of steps) {
            if (typeof what === "number") clock.advance(what);
            else if (what === "compact") {
              await changelog.compact();
              expectCompacted(await readAll(changelog, topic), all, rounds, clock.now());
            } else {
              await log.append(
                what.map(([key, isPut], index) => record(`k${key}`, isPut ? `${all.length + index}` : null, topic)),
              );
              all.push(...(await readAll(changelog, topic, (all.at(-1)?.offset ?? -1n) + 1n)));
            }
          }
        }),
        { numRuns: 25 },
      );
      await changelog.close();
    });

    it("gives space back: keys that are overwritten ten times leave at most 2.5 times one copy", async () => {
      const keys = 20_000;
      const changelog = await open();
      const log = await openLog(changelog);
      const round = async (number: number): Promise<void> => {
        for (let from = 0; from < keys; from += 64) {
          const batch = Array.from({ length: 64 }, (_, index) =>
            record(`key-${from + index}`, `${number}`.padEnd(100)),
          );
          await log.append(batch);
        }
      };
      await round(0);
      await changelog.close();
      const oneCopy = statSync(file).size;
      const again = await open();
      const more = await openLog(again);
      for (let number = 1; number <= 10; number += 1)
        for (let from = 0; from < keys; from += 64)
          await more.append(
            Array.from({ length: 64 }, (_, index) =>
              record(`key-${((from + index) * 7) % keys}`, `${number}`.padEnd(100)),
            ),
          );
      clock.advance(historyMs + 1);
      await again.compact();
      const records = await readAll(again);
      await again.close();
      expect(records.length).toBeLessThan(keys + 64);
      expect(statSync(file).size).toBeLessThan(oneCopy * 1.5);
    });
  });
});

/** What a part remembers of its rounds: tombstones below `end` may go after `time`. */
interface Rounds {
  cleanEnd: bigint;
  end: bigint;
  time: number | undefined;
  readonly gone: Set<bigint>;
}

/** The reading must be what a round of compaction may leave of all records: see the port's promises. */
function expectCompacted(found: readonly LogRecord[], all: readonly LogRecord[], rounds: Rounds, now: number): void {
  const isAged = ({ timestamp }: LogRecord): boolean => timestamp < now - historyMs;
  const newest = new Map(all.filter(isAged).map((one) => [textOf(one).split("=")[0], one.offset]));
  const isDue = rounds.time !== undefined && rounds.time < now;
  const tombstones = all.filter(
    (one) => isAged(one) && one.value === null && newest.get(textOf(one).split("=")[0]) === one.offset,
  );
  if (isDue) for (const { offset } of tombstones) if (offset < rounds.end) rounds.gone.add(offset);
  const agedEnd = all.find((one) => !isAged(one))?.offset ?? BigInt(all.length);
  if (isDue || agedEnd > rounds.cleanEnd) {
    rounds.cleanEnd = agedEnd;
    if (isDue || rounds.time === undefined) Object.assign(rounds, { end: agedEnd, time: now + tombstoneMs });
    if (tombstones.every(({ offset }) => rounds.gone.has(offset))) rounds.time = undefined;
  }
  const expected = all.filter(
    (one) => !isAged(one) || (newest.get(textOf(one).split("=")[0]) === one.offset && !rounds.gone.has(one.offset)),
  );
  expect(found.map(textOf)).toEqual(expected.map(textOf));
  expect(found.map(({ offset }) => offset)).toEqual(expected.map(({ offset }) => offset));
}

async function readAll(changelog: SqliteChangelog, topic = "t", fromOffset = 0n): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  for (let from = fromOffset; ; ) {
    const slice = await changelog.read({ topic, partition: 0, fromOffset: from });
    records.push(...slice.records);
    if (slice.nextOffset === slice.endOffset) return records;
    from = slice.nextOffset;
  }
}

function record(key: string, value: string | null, topic = "t"): NewRecord {
  const headers = { epoch: 1, batch: 1, index: 0, count: 1, writer: 1n, time: 1_000 };
  return { topic, key: Buffer.from(key), value: value === null ? null : Buffer.from(value), headers };
}

function textOf({ key, value }: LogRecord): string {
  return `${Buffer.from(key ?? []).toString()}=${value === null ? "null" : Buffer.from(value).toString()}`;
}
