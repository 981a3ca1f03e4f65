/**
 * What every changelog promises. The suite is shaped by Kafka as much as by the embedded one: it never assumes that offsets
 * are dense, that a failed append is not there, or that all records are ours.
 */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type {
  AppendOutcome,
  Changelog,
  LogRecord,
  NewRecord,
  PartitionLog,
} from "../../runtime/changelog/changelog.js";
import type { MovableClock } from "../../runtime/testing/movable-clock.js";

/** How the next append is to fail. */
export type PlannedFault = "refused" | "unknown-written" | "unknown-lost" | "unknown-late";

/** A changelog under test. */
export interface ChangelogHarness {
  /** The changelog's clock. */
  readonly clock: MovableClock;
  /** Whether the log's timestamps come from a clock of its own, which nobody here can move. */
  readonly hasOwnClock?: boolean;
  /** Opens the changelog; after `close`, on what the one before has left. */
  open(): Promise<Changelog>;
  /** Compacts all that may be compacted. Absent where the log does it by itself at times of its own. */
  readonly compact?: (changelog: Changelog) => Promise<void>;
  /** Appends as another program would. Absent where no other program can. */
  readonly writeForeign?: (
    changelog: Changelog,
    record: { readonly topic: string; readonly key: Uint8Array | null; readonly value: Uint8Array | null },
  ) => Promise<void>;
  /** Whether every record has to have a key, as in Kafka's compacted topics. */
  readonly refusesNullKeys?: boolean;
  /** Makes the next append fail. Absent where faults are made from outside of the process. */
  readonly failNext?: (fault: PlannedFault) => void;
  dispose(): Promise<void>;
}

const topic = "t";
const otherTopic = "u";
const historyMs = 60_000;
const tombstoneMs = 3_600_000;

/** What the suite is about, one after another. */
export type ChangelogSection =
  | "topics"
  | "appending"
  | "reading"
  | "waiting for growth"
  | "fencing"
  | "compaction"
  | "records of others"
  | "appends that fail";

/** Runs the suite, or some of its sections. */
export function describeChangelog(
  name: string,
  makeHarness: () => Promise<ChangelogHarness>,
  sections?: readonly ChangelogSection[],
): void {
  function section(title: ChangelogSection, tests: () => void): void {
    if (sections === undefined || sections.includes(title)) describe(title, tests);
  }
  describe(`the changelog contract: ${name}`, () => {
    let harness: ChangelogHarness;
    let changelog: Changelog;

    beforeEach(async () => {
      harness = await makeHarness();
      changelog = await harness.open();
      await changelog.ensureTopics([spec(topic), spec(otherTopic)]);
    });
    afterEach(async () => {
      await changelog.close();
      await harness.dispose();
    });

    async function restart(): Promise<void> {
      await changelog.close();
      changelog = await harness.open();
      await changelog.ensureTopics([spec(topic), spec(otherTopic)]);
    }
    function openLog(epoch = 1, partition = 0): Promise<PartitionLog> {
      return openedLog(changelog, epoch, partition);
    }
    function readAll(from = 0n, of = topic): Promise<LogRecord[]> {
      return allRecords(changelog, { topic: of, fromOffset: from });
    }

    section("topics", () => {
      it("are made once; the incarnation and the number of partitions stay over a restart", async () => {
        const before = await changelog.ensureTopics([spec(topic)]);
        await restart();
        expect(await changelog.ensureTopics([spec(topic)])).toEqual(before);
        expect(before[0]).toMatchObject({ name: topic, partitions: 2 });
        expect(before[0]?.incarnation).not.toBe("");
      });

      it("have incarnations of their own", async () => {
        const [one, other] = await changelog.ensureTopics([spec(topic), spec(otherTopic)]);
        expect(one?.incarnation).not.toBe(other?.incarnation);
      });

      it("with another number of partitions are CONFIG_INVALID, and nothing of the call is made", async () => {
        const call = changelog.ensureTopics([spec("new"), { ...spec(topic), partitions: 3 }]);
        await expect(call).rejects.toMatchObject({ code: "CONFIG_INVALID" });
        expect((await changelog.ensureTopics([{ ...spec("new"), partitions: 5 }]))[0]?.partitions).toBe(5);
      });

      it("of others are taken as they are, and CONFIG_INVALID where they are not there; nothing of the call is made", async () => {
        const call = changelog.ensureTopics([spec("new"), { ...spec("others"), isExternal: true }]);
        await expect(call).rejects.toMatchObject({ code: "CONFIG_INVALID" });
        await expect(call).rejects.toThrow(/others/);
        expect((await changelog.ensureTopics([{ ...spec("new"), partitions: 5 }]))[0]?.partitions).toBe(5);
        const before = await changelog.ensureTopics([spec(topic)]);
        expect(await changelog.ensureTopics([{ ...spec(topic), isExternal: true }])).toEqual(before);
      });

      it("that nobody made are an error to read and to open", async () => {
        await expect(changelog.read({ topic: "none", partition: 0, fromOffset: 0n })).rejects.toThrow(/none/);
        await expect(changelog.read({ topic, partition: 2, fromOffset: 0n })).rejects.toThrow(/partition 2/);
        await expect(openedLog(changelog, 1, 7)).rejects.toThrow(/partition 7/);
      });
    });

    section("appending", () => {
      it("keeps keys, values, tombstones and headers byte for byte", async () => {
        const log = await openLog();
        const records: NewRecord[] = [
          record("a", "value"),
          { ...record("", null), key: new Uint8Array(0) },
          {
            topic,
            key: new Uint8Array([0, 255, 10]),
            value: new Uint8Array(70_000).fill(7),
            headers: {
              epoch: 4_000_000_000,
              batch: 9_007_199_254_740_991,
              index: 2,
              count: 3,
              writer: 0xffff_ffff_ffff_ffffn,
              time: 12,
              idempotencyKey: "clé-🔑",
              reply: new Uint8Array([1, 2]),
              repair: new Uint8Array(0),
            },
          },
          { ...record("empty", ""), value: new Uint8Array(0) },
        ];
        expect((await log.append(records)).outcome).toBe("acknowledged");
        expect((await readAll()).map(plain)).toEqual(records.map(plain));
      });

      it("does not see what the caller writes into its arrays afterwards", async () => {
        const log = await openLog();
        const mine = record("key", "value");
        const appended = log.append([mine]);
        mine.key.fill(0);
        mine.value?.fill(0);
        await appended;
        expect(textsOf(await readAll())).toEqual(["key=value"]);
      });

      it("gives offsets that grow within a topic, and are those of the records when read", async () => {
        const log = await openLog();
        const offsets: bigint[] = [];
        for (let batch = 0; batch < 20; batch += 1)
          offsets.push(...acknowledged(await log.append([record(`k${batch}`, "1"), record(`k${batch}`, "2")])).offsets);
        expect(offsets).toEqual([...offsets].sort(byOffset));
        expect(new Set(offsets).size).toBe(40);
        expect((await readAll()).map(({ offset }) => offset)).toEqual(offsets);
      });

      it("covers several topics in all or none, with offsets in the order of the records", async () => {
        const log = await openLog();
        await log.append([record("x", "0", otherTopic)]);
        const { offsets } = acknowledged(
          await log.append([
            record("a", "1"),
            record("b", "2", otherTopic),
            record("c", "3"),
            record("d", "4", otherTopic),
          ]),
        );
        const first = await readAll();
        const second = await readAll(0n, otherTopic);
        expect(textsOf(first)).toEqual(["a=1", "c=3"]);
        expect(textsOf(second)).toEqual(["x=0", "b=2", "d=4"]);
        expect([first[0]?.offset, second[1]?.offset, first[1]?.offset, second[2]?.offset]).toEqual(offsets);
      });

      it("of no record at all is acknowledged and writes nothing", async () => {
        const log = await openLog();
        expect(acknowledged(await log.append([])).offsets).toEqual([]);
        expect(await readAll()).toEqual([]);
      });

      it("keeps partitions apart", async () => {
        const logs = await Promise.all([openLog(1, 0), openLog(1, 1)]);
        await Promise.all(logs.map((log, partition) => log.append([record("k", `${partition}`)])));
        expect(textsOf(await readAll())).toEqual(["k=0"]);
        expect(textsOf(await allRecords(changelog, { topic, fromOffset: 0n, partition: 1 }))).toEqual(["k=1"]);
      });

      it("by many partitions at once loses and mixes nothing", async () => {
        const names = Array.from({ length: 30 }, (_, index) => `many-${index}`);
        await changelog.ensureTopics(names.map((name) => ({ ...spec(name), partitions: 1 })));
        const logs = await Promise.all(
          names.map((name) => changelog.open({ topics: [name], partition: 0, epoch: 1, writer: 1n })),
        );
        await Promise.all(logs.map((log) => log.fence(never())));
        await Promise.all(
          logs.map(async (log, index) => {
            for (let batch = 0; batch < 20; batch += 1)
              acknowledged(await log.append([record(`${index}`, `${batch}`, `many-${index}`)]));
          }),
        );
        for (const [index, name] of names.entries()) {
          const expected = Array.from({ length: 20 }, (_, batch) => `${index}=${batch}`);
          expect(textsOf(await allRecords(changelog, { topic: name, fromOffset: 0n }))).toEqual(expected);
        }
      });

      it("gives timestamps by the log's clock, which never go back within a topic", async () => {
        const log = await openLog();
        const before = harness.clock.now();
        const first = acknowledged(await log.append([record("a", "1")]));
        const aheadMs = harness.hasOwnClock === true ? 0 : 5_000;
        harness.clock.advance(aheadMs);
        const second = acknowledged(await log.append([record("a", "2")]));
        expect(first.timestamp).toBeGreaterThanOrEqual(before);
        expect(second.timestamp).toBeGreaterThanOrEqual(first.timestamp + aheadMs);
        expect((await readAll()).map(({ timestamp }) => timestamp)).toEqual([first.timestamp, second.timestamp]);
      });

      it("P3: an acknowledged record is there after a restart, and offsets go on growing", async () => {
        const { offsets } = acknowledged(await (await openLog()).append([record("a", "1"), record("b", "2")]));
        await restart();
        expect(textsOf(await readAll())).toEqual(["a=1", "b=2"]);
        const later = acknowledged(await (await openLog(2)).append([record("c", "3")]));
        expect(later.offsets[0]).toBeGreaterThan(offsets[1] ?? 0n);
        expect(textsOf(await readAll())).toEqual(["a=1", "b=2", "c=3"]);
      });

      it("to a closed log is refused", async () => {
        const log = await openLog();
        await log.close();
        expect((await log.append([record("a", "1")])).outcome).toBe("refused");
        expect(await readAll()).toEqual([]);
      });

      it("under way while the changelog is closed is settled, and then a closed changelog refuses", async () => {
        const log = await openLog();
        const underWay = log.append([record("a", "1")]);
        await changelog.close();
        await changelog.close();
        const { outcome } = await underWay;
        expect((await log.append([record("b", "2")])).outcome).toBe("refused");
        changelog = await harness.open();
        expect(textsOf(await readAll())).toEqual(outcome === "acknowledged" ? ["a=1"] : []);
      });
    });

    section("reading", () => {
      it("of an empty log answers at once and is caught up", async () => {
        const slice = await changelog.read({ topic, partition: 0, fromOffset: 0n });
        expect([...slice.records]).toEqual([]);
        expect(slice.nextOffset).toBe(slice.endOffset);
      });

      it("past the end answers at once with nothing, and shows that it is past the end", async () => {
        const log = await openLog();
        const { offsets } = acknowledged(await log.append([record("a", "1")]));
        const past = (offsets[0] ?? 0n) + 1_000n;
        const slice = await changelog.read({ topic, partition: 0, fromOffset: past });
        expect([...slice.records]).toEqual([]);
        expect(slice.nextOffset).toBe(past);
        expect(slice.endOffset).toBeLessThan(past);
      });

      it("from any offset gives what stands there and behind it, also from within a gap", async () => {
        const log = await openLog();
        for (let batch = 0; batch < 10; batch += 1)
          await log.append([record(`k${batch}`, "1"), record(`l${batch}`, "2")]);
        const all = await readAll();
        const { endOffset } = await changelog.read({ topic, partition: 0, fromOffset: 0n });
        for (let from = 0n; from <= endOffset; from += 1n)
          expect(await readAll(from)).toEqual(all.filter(({ offset }) => offset >= from));
      });

      it("in small slices meets every record once, and each slice moves on", async () => {
        const log = await openLog();
        for (let batch = 0; batch < 5; batch += 1)
          await log.append(Array.from({ length: 40 }, (_, index) => record(`k${index}`, "x".repeat(index * 20))));
        const seen: LogRecord[] = [];
        let from = 0n;
        for (;;) {
          const slice = await changelog.read({ topic, partition: 0, fromOffset: from, maxBytes: 1 });
          seen.push(...slice.records);
          if (slice.nextOffset === slice.endOffset) break;
          expect([...slice.records].length).toBeGreaterThan(0);
          expect(slice.nextOffset).toBeGreaterThan([...slice.records].at(-1)?.offset ?? from);
          from = slice.nextOffset;
        }
        expect(seen).toEqual(await readAll());
        expect(seen.length).toBe(200);
      });

      it("stops with the reason of its signal", async () => {
        const controller = new AbortController();
        controller.abort(new Error("enough"));
        const request = { topic, partition: 0, fromOffset: 0n, signal: controller.signal };
        await expect(changelog.read(request)).rejects.toThrow("enough");
      });
    });

    section("waiting for growth", () => {
      function grown(endOffset: bigint, signal = never(), of = topic, partition = 0): Promise<void> {
        return changelog.grown({ topic: of, partition, endOffset, signal });
      }
      async function end(): Promise<bigint> {
        return (await changelog.read({ topic, partition: 0, fromOffset: 0n })).endOffset;
      }
      /** By when another partition has grown, and a wait for that has ended. */
      async function isSettled(wait: Promise<void>, log: PartitionLog): Promise<boolean> {
        const { endOffset } = await changelog.read({ topic, partition: 1, fromOffset: 0n });
        const other = grown(endOffset, never(), topic, 1);
        await log.append([record("other", "1")]);
        await other;
        return Promise.race([wait.then(() => true), Promise.resolve(false)]);
      }

      it("is over at once when the log ends elsewhere already", async () => {
        const log = await openLog();
        await log.append([record("a", "1")]);
        await grown(0n);
        // A log that is shorter than what was read of it has lost its end, which whoever reads shall find.
        await grown((await end()) + 7n);
      });

      it("is over when a record is acknowledged, and may begin anew behind it", async () => {
        const [log, other] = [await openLog(), await openLog(1, 1)];
        for (let round = 0; round < 5; round += 1) {
          const at = await end();
          const wait = grown(at);
          expect(await isSettled(wait, other)).toBe(false);
          await log.append([record(`k${round}`, "1")]);
          await wait;
          expect([...(await changelog.read({ topic, partition: 0, fromOffset: at })).records].length).toBe(1);
        }
      });

      it("misses nothing that is appended while it begins, by whoever waits", async () => {
        const log = await openLog();
        for (let round = 0; round < 20; round += 1) {
          const at = await end();
          const append = log.append([record(`k${round}`, "1")]);
          await Promise.all([grown(at), grown(at), append]);
        }
      });

      it("ends with the reason of its signal, and other waits go on", async () => {
        const log = await openLog();
        const at = await end();
        const stop = new AbortController();
        const [ended, other] = [grown(at, stop.signal), grown(at)];
        stop.abort(new Error("enough"));
        await expect(ended).rejects.toThrow("enough");
        await expect(grown(at, stop.signal)).rejects.toThrow("enough");
        await log.append([record("a", "1")]);
        await other;
      });

      it("is an error for a log that nobody made, and ends with the changelog", async () => {
        await expect(grown(0n, never(), "none")).rejects.toThrow(/none/);
        const wait = grown(await end());
        const outcome = expect(wait).rejects.toMatchObject({ code: "CHANGELOG_UNAVAILABLE" });
        await changelog.close();
        await outcome;
        await expect(grown(0n)).rejects.toMatchObject({ code: "CHANGELOG_UNAVAILABLE" });
      });

      it("is over when another program has written", async ({ skip }) => {
        const { writeForeign } = harness;
        if (writeForeign === undefined) return skip();
        for (let round = 0; round < 3; round += 1) {
          const wait = grown(await end());
          await writeForeign(changelog, { topic, key: Buffer.from("theirs"), value: Buffer.from("1") });
          await wait;
        }
      });
    });

    section("fencing", () => {
      it("P1: from a later epoch's fence on, earlier epochs' appends are fenced and not there", async () => {
        const early = await openLog(1);
        await early.append([record("a", "1")]);
        const late = await openLog(2);
        await late.fence(never());
        expect((await early.append([record("a", "stale")])).outcome).toBe("fenced");
        acknowledged(await late.append([record("a", "2")]));
        expect((await early.append([record("a", "stale")])).outcome).toBe("fenced");
        expect(textsOf(await readAll())).toEqual(["a=1", "a=2"]);
      });

      it("gives for each topic the offset in front of which everything earlier stands", async () => {
        const early = await openLog(1);
        await early.append([record("a", "1"), record("b", "2", otherTopic)]);
        const late = await openLog(2);
        const ends = await late.fence(never());
        expect([...ends.keys()].sort()).toEqual([topic, otherTopic]);
        const { offsets } = acknowledged(await late.append([record("c", "3"), record("d", "4", otherTopic)]));
        expect(offsets[0]).toBeGreaterThanOrEqual(ends.get(topic) ?? -1n);
        expect(offsets[1]).toBeGreaterThanOrEqual(ends.get(otherTopic) ?? -1n);
        for (const name of [topic, otherTopic]) {
          const before = (await readAll(0n, name)).filter(({ offset }) => offset < (ends.get(name) ?? 0n));
          expect(before.length).toBe(1);
        }
      });

      it("leaves no record", async () => {
        const log = await openLog();
        await log.append([record("a", "1")]);
        await log.fence(never());
        await log.fence(never());
        expect(textsOf(await readAll())).toEqual(["a=1"]);
        acknowledged(await log.append([record("a", "2")]));
      });

      it("is bounded to its partition", async () => {
        const other = await openLog(1, 1);
        await (await openLog(2, 0)).fence(never());
        acknowledged(await other.append([record("a", "1")]));
      });

      it("by an epoch that is itself fenced is refused", async () => {
        const early = await openLog(1);
        await (await openLog(2)).fence(never());
        await expect(early.fence(never())).rejects.toMatchObject({ code: "PARTITION_NOT_MASTER" });
      });

      it("reads up to its end terminate, whatever gaps there are", async () => {
        const log = await openLog();
        await log.append([record("a", "1")]);
        const ends = await log.fence(never());
        let from = 0n;
        for (let rounds = 0; from < (ends.get(topic) ?? 0n); rounds += 1) {
          from = (await changelog.read({ topic, partition: 0, fromOffset: from })).nextOffset;
          expect(rounds).toBeLessThan(10);
        }
      });
    });

    section("compaction", () => {
      it("keeps the newest record of each key, all of the history, and moves no offset", async ({ skip }) => {
        const { compact } = harness;
        if (compact === undefined) return skip("this log is compacted at times of its own");
        const log = await openLog();
        for (let round = 0; round < 10; round += 1)
          for (let batch = 0; batch < 5; batch += 1)
            await log.append(Array.from({ length: 10 }, (_, key) => record(`k${batch}-${key}`, `${round}`)));
        harness.clock.advance(historyMs + 1);
        await log.append([record("k0-0", "young"), record("k0-0", "younger")]);
        const before = await readAll();
        const { endOffset } = await changelog.read({ topic, partition: 0, fromOffset: 0n });
        await compact(changelog);
        const after = await readAll();
        const aged = before.filter((entry) => textsOf([entry])[0]?.endsWith("=9") === true);
        const young = before.slice(-2);
        expect(after).toEqual([...aged, ...young]);
        expect((await changelog.read({ topic, partition: 0, fromOffset: 0n })).endOffset).toBe(endOffset);
        for (const { offset } of before) {
          const slice = await changelog.read({ topic, partition: 0, fromOffset: offset, maxBytes: 1 });
          expect([...slice.records][0]).toEqual(after.find((record) => record.offset >= offset));
        }
      });

      it("changes nothing that is younger than the history", async ({ skip }) => {
        const { compact } = harness;
        if (compact === undefined) return skip("this log is compacted at times of its own");
        const log = await openLog();
        for (let round = 0; round < 10; round += 1) await log.append([record("k", `${round}`)]);
        const before = await readAll();
        harness.clock.advance(historyMs - 1_000);
        await compact(changelog);
        expect(await readAll()).toEqual(before);
      });

      it("keeps tombstones for their time, and then neither they nor what they deleted come back", async ({ skip }) => {
        const { compact } = harness;
        if (compact === undefined) return skip("this log is compacted at times of its own");
        const log = await openLog();
        await log.append([record("a", "1"), record("b", "1"), record("a", null)]);
        harness.clock.advance(historyMs + 1);
        await compact(changelog);
        expect(textsOf(await readAll())).toEqual(["b=1", "a=null"]);
        harness.clock.advance(tombstoneMs + 1);
        await compact(changelog);
        expect(textsOf(await readAll())).toEqual(["b=1"]);
      });

      it("P7: a reader that began before it sees no deleted row come back, whatever rounds pass it", async ({
        skip,
      }) => {
        const { compact } = harness;
        if (compact === undefined) return skip("this log is compacted at times of its own");
        const log = await openLog();
        const large = "x".repeat(4_000);
        await log.append([record("a", large)]);
        for (let filler = 0; filler < 5; filler += 1) await log.append([record(`filler-${filler}`, large)]);
        await log.append([record("a", null)]);
        // The tombstone is old enough, and nothing was compacted yet.
        harness.clock.advance(historyMs + tombstoneMs + 1);
        const rows = new Set<string>();
        let from = 0n;
        const readOn = async (maxBytes: number): Promise<boolean> => {
          const slice = await changelog.read({ topic, partition: 0, fromOffset: from, maxBytes });
          for (const { key, value } of slice.records) {
            const name = Buffer.from(key ?? []).toString();
            if (value === null) rows.delete(name);
            else rows.add(name);
          }
          from = slice.nextOffset;
          return from < slice.endOffset;
        };
        expect(await readOn(1)).toBe(true);
        expect(rows).toContain("a");
        // A reader may take about as long as tombstones live; the clock of the tests moves by itself too.
        for (let round = 0; round < 4; round += 1) {
          await compact(changelog);
          harness.clock.advance(tombstoneMs / 4 - 15_000);
        }
        await compact(changelog);
        while (await readOn(1)) {
          // Up to the end.
        }
        expect([...rows].sort()).toEqual(Array.from({ length: 5 }, (_, filler) => `filler-${filler}`));
        harness.clock.advance(60_001);
        await compact(changelog);
        expect(textsOf(await readAll()).filter((text) => text.startsWith("a="))).toEqual([]);
      });

      it("of all that there was leaves the end where it was, also over a restart", async ({ skip }) => {
        const { compact } = harness;
        if (compact === undefined) return skip("this log is compacted at times of its own");
        const log = await openLog();
        const { offsets } = acknowledged(await log.append([record("a", "1"), record("a", null)]));
        const { endOffset } = await changelog.read({ topic, partition: 0, fromOffset: 0n });
        harness.clock.advance(historyMs + 1);
        await compact(changelog);
        harness.clock.advance(tombstoneMs + 1);
        await compact(changelog);
        expect(await readAll()).toEqual([]);
        await restart();
        const slice = await changelog.read({ topic, partition: 0, fromOffset: 0n });
        expect(slice).toEqual({ records: [], nextOffset: endOffset, endOffset });
        const later = acknowledged(await (await openLog(2)).append([record("a", "2")]));
        expect(later.offsets[0]).toBeGreaterThan(offsets[1] ?? 0n);
      });

      it("goes on while records are appended", async ({ skip }) => {
        const { compact } = harness;
        if (compact === undefined) return skip("this log is compacted at times of its own");
        const log = await openLog();
        const append = (round: number): Promise<AppendOutcome> =>
          log.append(Array.from({ length: 100 }, (_, key) => record(`k${key}`, `${round}`.padEnd(300))));
        for (let round = 0; round < 30; round += 1) await append(round);
        harness.clock.advance(historyMs + 1);
        const [, ...outcomes] = await Promise.all([
          compact(changelog),
          (async () => {
            for (let round = 30; round < 60; round += 1) acknowledged(await append(round));
          })(),
        ]);
        expect(outcomes.length).toBe(1);
        const texts = textsOf(await readAll()).map((text) => text.trimEnd());
        expect(texts.slice(0, 100)).toEqual(Array.from({ length: 100 }, (_, key) => `k${key}=29`));
        expect(texts.length).toBe(100 + 3_000);
      });
    });

    section("records of others", () => {
      it("are read in their place, without headers, with null keys as they are", async ({ skip }) => {
        const { writeForeign } = harness;
        if (writeForeign === undefined) return skip("no other program can write into this log");
        const log = await openLog();
        acknowledged(await log.append([record("a", "1")]));
        const key = harness.refusesNullKeys === true ? Buffer.from("null") : null;
        await writeForeign(changelog, { topic, key, value: Buffer.from("x") });
        await writeForeign(changelog, { topic, key: Buffer.from("a"), value: null });
        const { offsets } = acknowledged(await log.append([record("b", "2")]));
        const records = await readAll();
        expect(textsOf(records)).toEqual(["a=1", "null=x", "a=null", "b=2"]);
        expect(records.map(({ headers }) => headers !== undefined)).toEqual([true, false, false, true]);
        expect(records[3]?.offset).toBe(offsets[0]);
      });
    });

    section("appends that fail", () => {
      it("refused is certain: the records are not there and do not come", async ({ skip }) => {
        const { failNext } = harness;
        if (failNext === undefined) return skip("faults of this log are made from outside of the process");
        const log = await openLog();
        failNext("refused");
        const outcome = await log.append([record("a", "1")]);
        expect(outcome.outcome).toBe("refused");
        acknowledged(await log.append([record("b", "2")]));
        await log.fence(never());
        expect(textsOf(await readAll())).toEqual(["b=2"]);
      });

      const faults = ["unknown-written", "unknown-lost", "unknown-late"] as const;
      it.for(faults.flatMap((fault) => [1, 2].map((topics) => ({ fault, topics }))))(
        "unknown ($fault, topics: $topics): after a fence it is there in front of the fence, or it never comes",
        async ({ fault, topics }, { skip }) => {
          const { failNext } = harness;
          if (failNext === undefined) return skip("faults of this log are made from outside of the process");
          const log = await openLog();
          acknowledged(await log.append([record("a", "1")]));
          failNext(fault);
          const records = [record("b", "2"), record("b", "2", otherTopic)].slice(0, topics);
          const { outcome } = await log.append(records);
          // A log whose appends over several topics are transactions may find out by itself.
          if (topics === 1 || outcome !== "acknowledged") expect(outcome).toBe("unknown");
          const ends = await log.fence(never());
          const found = (await readAll()).filter(({ offset }) => offset < (ends.get(topic) ?? 0n));
          const isThere = textsOf(found).includes("b=2");
          if (outcome === "acknowledged") expect(isThere).toBe(true);
          else if (fault !== "unknown-late") expect(isThere).toBe(fault === "unknown-written");
          acknowledged(await log.append([record("c", "3")]));
          expect(textsOf(await readAll())).toEqual(isThere ? ["a=1", "b=2", "c=3"] : ["a=1", "c=3"]);
          expect(textsOf(await readAll(0n, otherTopic))).toEqual(isThere && topics === 2 ? ["b=2"] : []);
        },
      );
    });
  });
}

function spec(name: string): { name: string; partitions: number; historyMs: number; tombstoneMs: number } {
  return { name, partitions: 2, historyMs, tombstoneMs };
}

/** A record whose headers nobody looks at. */
export function record(key: string, value: string | null, of = topic): NewRecord {
  const headers = { epoch: 1, batch: 1, index: 0, count: 1, writer: 1n, time: 1_000 };
  return { topic: of, key: Buffer.from(key), value: value === null ? null : Buffer.from(value), headers };
}

/** A record for comparison, whichever kind of byte array an adapter gives. */
function plain(record: NewRecord | LogRecord): object {
  const hex = (bytes: Uint8Array | null | undefined): string | null | undefined =>
    bytes === null || bytes === undefined ? bytes : Buffer.from(bytes).toString("hex");
  const { key, value, headers } = record;
  return {
    key: hex(key),
    value: hex(value),
    headers: { ...headers, reply: hex(headers?.reply), repair: hex(headers?.repair) },
  };
}

/** Opens and fences a log of both topics. */
async function openedLog(changelog: Changelog, epoch: number, partition: number): Promise<PartitionLog> {
  const log = await changelog.open({ topics: [topic, otherTopic], partition, epoch, writer: 1n });
  await log.fence(never());
  return log;
}

function acknowledged(outcome: AppendOutcome): Extract<AppendOutcome, { readonly outcome: "acknowledged" }> {
  if (outcome.outcome !== "acknowledged") throw new Error(`${outcome.outcome}: ${outcome.error.message}`);
  return outcome;
}

async function allRecords(
  changelog: Changelog,
  request: { readonly topic: string; readonly fromOffset: bigint; readonly partition?: number },
): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  for (let from = request.fromOffset; ; ) {
    const slice = await changelog.read({ partition: 0, ...request, fromOffset: from });
    records.push(...slice.records);
    if (slice.nextOffset >= slice.endOffset) return records;
    from = slice.nextOffset;
  }
}

function textsOf(records: readonly LogRecord[]): string[] {
  const text = (bytes: Uint8Array | null): string => (bytes === null ? "null" : Buffer.from(bytes).toString());
  return records.map(({ key, value }) => `${text(key)}=${text(value)}`);
}

function byOffset(one: bigint, other: bigint): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

function never(): AbortSignal {
  return new AbortController().signal;
}
