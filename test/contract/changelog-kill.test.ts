import { execFileSync } from "node:child_process";
import { mkdirSync, realpathSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { LogRecord } from "../../runtime/changelog/changelog.js";
import { openSqliteChangelog } from "../../runtime/changelog/sqlite-changelog.js";
import { systemClock } from "../../runtime/core/clock.js";
import { SeededRandom, systemRandom } from "../../runtime/core/random.js";
import { canPreload, preloaded, restoreDurable } from "../support/preload.js";
import {
  childPartitions,
  childTopics,
  churnKey,
  churnKeys,
  isChurnDelete,
  numberedRecords,
} from "./changelog-records.js";
import { Child } from "./child.js";
import { type TempFolder, tempFolder } from "./temp-folder.js";

const seed = 5;

// Each kill starts a process: on a machine that does other things too that takes its time.
describe("the SQLite changelog and the disk", { timeout: 300_000 }, () => {
  let folder: TempFolder;
  let data: string;
  beforeEach(async () => {
    folder = await tempFolder();
    data = join(realpathSync(folder.path), "data");
    mkdirSync(data);
  });
  afterEach(() => folder.remove());

  /** Lets a process append until `acks` are acknowledged, kills it, and gives what it acknowledged. */
  async function killedRun(
    epoch: number,
    acks: number,
    env: { readonly [name: string]: string } = {},
  ): Promise<Acked[]> {
    const child = new Child("changelog-child", [data, `${epoch}`], env);
    try {
      await child.line((line) => line === "ready");
      child.send("run");
      for (let count = 0; count < acks; count = ackedOf(child.lines).length)
        await child.line((line) => line.startsWith("ack"), child.lines.length);
    } finally {
      await child.kill();
    }
    return ackedOf(child.lines);
  }

  it(`P3: what was acknowledged is there after kill -9, and appends are there whole (5 kills, seed ${seed})`, async () => {
    const random = new SeededRandom(seed);
    const acked: Acked[] = [];
    for (let kill = 1; kill <= 5; kill += 1) {
      acked.push(...(await killedRun(kill, 20 + Math.floor(random.next() * 500))));
      await expectWhole(data, acked);
    }
  });

  it.skipIf(!canPreload())(
    "P3: what was acknowledged is there after a power failure (needs Linux and gcc)",
    async () => {
      const acked: Acked[] = [];
      // In the longer ones the write-ahead log is copied into the file several times.
      for (const [index, acks] of [200, 2_500, 200].entries()) {
        const kill = index + 1;
        const shadows = join(folder.path, `shadows-${kill}`);
        mkdirSync(shadows);
        const variables = { FORGET_DIR: data, FORGET_SHADOW: shadows, FORGET_LEAK: kill % 2 === 0 ? "30" : "0" };
        acked.push(
          ...(await killedRun(kill, acks, preloaded(["forgetsync"], { ...variables, FORGET_SEED: `${kill}` }))),
        );
        if (acks > 1_000) expect(statSync(join(data, "changelog.sqlite")).size).toBeGreaterThan(500_000);
        restoreDurable(data, shadows);
        await expectWhole(data, acked);
      }
    },
  );

  it.for([
    { how: "kill -9", isForgetting: false },
    { how: "a power failure", isForgetting: true },
  ])(
    "P3: compaction under way at $how takes no newest record of a key and brings no deleted row back",
    async ({ isForgetting }, { skip }) => {
      if (isForgetting && !canPreload()) return skip("needs Linux and gcc");
      const newest: number[] = [];
      for (let kill = 1; kill <= 4; kill += 1) {
        const shadows = join(folder.path, `shadows-${kill}`);
        mkdirSync(shadows);
        const forgetting = { FORGET_DIR: data, FORGET_SHADOW: shadows, FORGET_LEAK: "20", FORGET_SEED: `${kill}` };
        const env = isForgetting ? preloaded(["forgetsync"], forgetting) : {};
        const child = new Child("changelog-child", [data, `${kill}`, "20", "60"], env);
        try {
          await child.line((line) => line === "ready");
          child.send("churn");
          await child.line((line) => line.startsWith("churned"), 3_000 + kill * 137);
        } finally {
          await child.kill();
        }
        for (const line of child.lines.filter((text) => text.startsWith("churned"))) {
          const [, partition, number] = line.split(" ");
          newest[Number(partition)] = Number(number);
        }
        if (isForgetting) restoreDurable(data, shadows);
        await expectNewest(data, newest);
      }
    },
  );

  it.skipIf(!canPreload())(
    "a full disk refuses appends, reads go on, and it heals by itself (needs Linux and gcc)",
    async () => {
      const flag = join(folder.path, "full");
      const child = new Child(
        "changelog-child",
        [data, "1"],
        preloaded(["enospc"], { ENOSPC_DIR: data, ENOSPC_FLAG: flag }),
      );
      try {
        await child.line((line) => line === "ready");
        child.send("append 1 a");
        expect(await child.line((line) => line.startsWith("outcome 1 "))).toBe("outcome 1 acknowledged -");
        writeFileSync(flag, "");
        child.send("append 2 b");
        expect(await child.line((line) => line.startsWith("outcome 2 "))).toBe(
          "outcome 2 refused CHANGELOG_UNAVAILABLE",
        );
        child.send("append 3 c");
        expect(await child.line((line) => line.startsWith("outcome 3 "))).toBe(
          "outcome 3 refused CHANGELOG_UNAVAILABLE",
        );
        child.send("read 4");
        expect(await child.line((line) => line.startsWith("read 4"))).toBe("read 4 a");
        rmSync(flag);
        child.send("append 5 d");
        expect(await child.line((line) => line.startsWith("outcome 5 "))).toBe("outcome 5 acknowledged -");
        child.send("read 6");
        expect(await child.line((line) => line.startsWith("read 6"))).toBe("read 6 a,d");
      } finally {
        await child.kill();
      }
    },
  );

  it.skipIf(!canPreload())(
    "a sync that fails leaves no false certainty: unknown until a fence finds out (needs Linux and gcc)",
    async () => {
      const flag = join(folder.path, "failing");
      const child = new Child("changelog-child", [data, "1"], {
        LD_PRELOAD: failsync(folder.path),
        FAILSYNC_FLAG: flag,
      });
      try {
        await child.line((line) => line === "ready");
        child.send("append 1 a");
        expect(await child.line((line) => line.startsWith("outcome 1 "))).toBe("outcome 1 acknowledged -");
        writeFileSync(flag, "");
        child.send("append 2 b");
        expect(await child.line((line) => line.startsWith("outcome 2 "))).toBe(
          "outcome 2 unknown CHANGELOG_UNAVAILABLE",
        );
        child.send("fence 3");
        expect(await child.line((line) => / 3( |$)/.test(line))).toBe("failed 3 CHANGELOG_UNAVAILABLE");
        child.send("append 4 c");
        expect(await child.line((line) => line.startsWith("outcome 4 "))).toBe(
          "outcome 4 refused CHANGELOG_UNAVAILABLE",
        );
        rmSync(flag);
        child.send("fence 5");
        const fenced = await child.line((line) => / 5( |$)/.test(line));
        child.send("read 6");
        const isThere = (await child.line((line) => line.startsWith("read 6"))) === "read 6 a,b";
        expect(fenced).toBe(`fenced 5 ${isThere ? 2 : 1}`);
        child.send("append 7 d");
        expect(await child.line((line) => line.startsWith("outcome 7 "))).toBe("outcome 7 acknowledged -");
        child.send("read 8");
        expect(await child.line((line) => line.startsWith("read 8"))).toBe(isThere ? "read 8 a,b,d" : "read 8 a,d");
      } finally {
        await child.kill();
      }
    },
  );

  it("a second process is DATA_DIR_LOCKED, and free when the first is killed", async () => {
    const child = new Child("changelog-child", [data, "1"]);
    const open = (): ReturnType<typeof openSqliteChangelog> =>
      openSqliteChangelog({ dataDir: data, clock: systemClock, random: systemRandom });
    try {
      await child.line((line) => line === "ready");
      await expect(open()).rejects.toMatchObject({ code: "DATA_DIR_LOCKED" });
      child.send("append 1 a");
      expect(await child.line((line) => line.startsWith("outcome 1 "))).toBe("outcome 1 acknowledged -");
    } finally {
      await child.kill();
    }
    await (await open()).close();
  });
});

interface Acked {
  readonly partition: number;
  readonly number: number;
  readonly offset: bigint;
}

function ackedOf(lines: readonly string[]): Acked[] {
  return lines
    .filter((line) => line.startsWith("ack "))
    .map((line) => {
      const [, partition, number, offset = "0"] = line.split(" ");
      return { partition: Number(partition), number: Number(number), offset: BigInt(offset) };
    });
}

/** Opens the data and checks: all that was acknowledged is there at its offset; appends are whole and without gaps. */
async function expectWhole(dataDir: string, acked: readonly Acked[]): Promise<void> {
  const changelog = await openSqliteChangelog({ dataDir, clock: systemClock, random: systemRandom });
  try {
    for (let partition = 0; partition < childPartitions; partition += 1) {
      const records = new Map<string, LogRecord[]>();
      for (const topic of childTopics) {
        const found: LogRecord[] = [];
        for (let from = 0n; ; ) {
          const slice = await changelog.read({ topic, partition, fromOffset: from });
          found.push(...slice.records);
          if (slice.nextOffset === slice.endOffset) break;
          from = slice.nextOffset;
        }
        records.set(topic, found);
      }
      const mine = acked.filter((ack) => ack.partition === partition);
      const last = Math.max(0, ...(records.get(childTopics[0] ?? "") ?? []).map(({ headers }) => headers?.batch ?? 0));
      expect(last).toBeGreaterThanOrEqual(Math.max(0, ...mine.map(({ number }) => number)));
      const expected = Array.from({ length: last }, (_, index) => numberedRecords(1, index + 1)).flat();
      for (const topic of childTopics) {
        const texts = (records.get(topic) ?? []).map(({ key }) => Buffer.from(key ?? []).toString());
        expect(texts).toEqual(expected.filter((record) => record.topic === topic).map(({ key }) => key.toString()));
      }
      const offsets = new Map(
        (records.get(childTopics[0] ?? "") ?? []).map((r) => [r.headers?.batch, r.offset] as const).reverse(),
      );
      for (const { number, offset } of mine) expect(offsets.get(number)).toBe(offset);
    }
  } finally {
    await changelog.close();
  }
}

/**
 * Opens the data and checks that reading gives, for each partition, the state after the newest number that was heard to be
 * acknowledged, or after one of the few that may have been written behind it.
 */
async function expectNewest(dataDir: string, newest: readonly number[]): Promise<void> {
  const changelog = await openSqliteChangelog({ dataDir, clock: systemClock, random: systemRandom });
  try {
    for (let partition = 0; partition < childPartitions; partition += 1) {
      const found = new Map<string, number>();
      let count = 0;
      for (let from = 0n; ; ) {
        const slice = await changelog.read({ topic: childTopics[0] ?? "", partition, fromOffset: from });
        for (const { key, value, headers } of slice.records) {
          const name = Buffer.from(key ?? []).toString();
          const number = headers?.time ?? 0;
          expect(number).toBeGreaterThan(found.get(name) ?? 0);
          if (value === null) found.delete(name);
          else found.set(name, number);
          count += 1;
        }
        if (slice.nextOffset === slice.endOffset) break;
        from = slice.nextOffset;
      }
      const state = textOfState(found);
      const last = newest[partition] ?? 0;
      const mayBe = Array.from({ length: unheard }, (_, more) => textOfState(churnState(last + more)));
      expect(mayBe).toContain(state);
      // Compaction has been at work: far fewer records than offsets.
      const { endOffset } = await changelog.read({ topic: childTopics[0] ?? "", partition, fromOffset: 0n });
      expect(count).toBeLessThan(Number(endOffset) * 0.9);
    }
  } finally {
    await changelog.close();
  }
}

/** Numbers that may have been written without their line being read before the kill. */
const unheard = 500;

/** The rows after all numbers up to one. */
function churnState(last: number): ReadonlyMap<string, number> {
  const rows = new Map<string, number>();
  for (let number = last - churnKeys + 1; number <= last; number += 1)
    if (!isChurnDelete(number)) rows.set(churnKey(number), number);
  return rows;
}

function textOfState(rows: ReadonlyMap<string, number>): string {
  return [...rows]
    .map(([key, number]) => `${key}=${number}`)
    .sort()
    .join(" ");
}

function failsync(folder: string): string {
  const object = join(folder, "failsync.so");
  const source = fileURLToPath(new URL("./preload/failsync.c", import.meta.url));
  execFileSync("gcc", ["-O2", "-Wall", "-Werror", "-shared", "-fPIC", "-o", object, source, "-ldl"]);
  return object;
}
