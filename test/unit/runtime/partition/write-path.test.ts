import { describe, expect, it } from "vitest";
import type { AppendAttempt, AppendFault } from "../../../../runtime/changelog/memory-changelog.js";
import type { HandlerContext, StoreOf } from "../../../../runtime/partition/context.js";
import type { KeyspaceAccess } from "../../../../runtime/state/access.js";
import { MovableClock } from "../../../../runtime/testing/movable-clock.js";
import {
  countOf,
  counts,
  errorOf,
  message,
  type Node,
  number,
  openNode,
  soon,
  value,
  type World,
  world,
} from "./fixtures.js";

type Context = HandlerContext<{ readonly counts: StoreOf<string, number> }>;

const late = { timeoutMs: 60_000 };
const add = message("add", { request: () => number, reply: () => number });
const read = message("read", { access: "read", reply: () => number });
const handler = {
  async add({ stores }: Context, key: string, by: number): Promise<number> {
    const sum = ((await stores.counts.get(key)) ?? 0) + by;
    await stores.counts.put(key, sum);
    return sum;
  },
  async read({ stores }: Context, key: string): Promise<number> {
    return (await stores.counts.get(key)) ?? -1;
  },
};

interface Scene extends Node {
  readonly on: World;
  readonly clock: MovableClock;
  /** Appends that were tried. */
  readonly attempts: AppendAttempt[];
  /** What becomes of the next appends; when it is empty they succeed. */
  readonly faults: (AppendFault | undefined)[];
}

/** A node whose appends take `latencyMs` of a clock that the test moves. */
async function scene(
  options: {
    readonly latencyMs?: number;
    readonly limits?: object;
    readonly gapChance?: number;
    readonly isShared?: boolean;
  } = {},
): Promise<Scene> {
  const on = world();
  const clock = new MovableClock();
  const attempts: AppendAttempt[] = [];
  const faults: (AppendFault | undefined)[] = [];
  const node = await openNode(on, {
    keyspace: counts({ messages: { add, read } }),
    handler,
    changelog: {
      clock,
      latencyMs: options.latencyMs ?? 3_600_000,
      gapChance: options.gapChance ?? 0,
      isShared: options.isShared ?? false,
      fault: (attempt) => {
        attempts.push(attempt);
        return faults.shift();
      },
    },
    router: { clock, limits: options.limits ?? {} },
  });
  return { ...node, on, clock, attempts, faults };
}

/** Lets everything run that needs no time. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** Lets the append that is under way end. */
async function acknowledge({ clock }: Scene): Promise<void> {
  await settle();
  clock.advance(3_600_000);
  await settle();
}

async function sum(access: KeyspaceAccess, key: string, by: number): Promise<unknown> {
  const { reply } = await access.call(access.address(key), "add", number.encode(by), { timeoutMs: 1e9 });
  return reply && number.decode(reply);
}

const forever = { timeoutMs: 1e9 };

describe("write path", () => {
  it("P2: nothing is visible before it is durable, and the next handler runs on it all the same", async () => {
    const on = await scene();
    const { counts: access } = on;
    const address = access.address("a");
    let answered = 0;
    const sums = [1, 2, 3].map(async (by) => {
      const result = await sum(access, "a", by);
      answered += 1;
      return result;
    });
    await settle();
    expect(await access.get(address, soon)).toBeUndefined();
    expect(await access.list({ limit: 10 }, soon)).toEqual([]);
    expect(answered).toBe(0);
    await acknowledge(on);
    expect(await Promise.all(sums)).toEqual([1, 3, 6]);
    expect(countOf(await access.get(address, soon))).toBe(6);
  });

  it("P2: one append is in flight; what queues meanwhile is the next one, whole calls in order of arrival", async () => {
    const on = await scene();
    const { counts: access } = on;
    const puts = [access.put(access.address("a"), value(0), forever)];
    await settle();
    for (let at = 1; at <= 5; at++) puts.push(access.put(access.address("a"), value(at), forever));
    await settle();
    expect(on.attempts.map(({ records }) => records.length)).toEqual([1]);
    await acknowledge(on);
    expect(on.attempts.map(({ records }) => records.length)).toEqual([1, 5]);
    await acknowledge(on);
    const offsets = (await Promise.all(puts)).map(({ position }) => position.offsets[0]?.offset);
    expect(offsets).toEqual([1n, 2n, 3n, 4n, 5n, 6n]);
    expect(on.attempts[1]?.records.map(({ headers }) => [headers.batch, headers.index, headers.count])).toEqual([
      [2, 0, 5],
      [2, 1, 5],
      [2, 2, 5],
      [2, 3, 5],
      [2, 4, 5],
    ]);
  });

  it("P2: an answer waits for what it has read, also a refusal and an answer that wrote nothing", async () => {
    const on = await scene();
    const { counts: access } = on;
    const address = access.address("a");
    const answers: string[] = [];
    const note = (name: string, call: Promise<unknown>): Promise<void> =>
      call.then(
        () => void answers.push(name),
        () => void answers.push(`${name} refused`),
      );
    const calls = [note("put", access.put(address, value(1), forever))];
    await settle();
    calls.push(note("create", access.put(address, value(2), { ...forever, ifNoneMatch: "*" })));
    calls.push(note("read", access.call(address, "read", undefined, forever)));
    calls.push(note("other", access.call(access.address("b"), "read", undefined, forever)));
    calls.push(note("delete", access.delete(access.address("b"), forever)));
    await settle();
    // What depends on committed rows alone is answered at once.
    expect(answers).toEqual(["other", "delete"]);
    await acknowledge(on);
    await Promise.all(calls);
    expect(answers).toEqual(["other", "delete", "put", "create refused", "read"]);
  });

  it("P2: a refused append undoes its batch and all that ran on top of it; each caller is told `no`", async () => {
    const on = await scene();
    const { counts: access } = on;
    on.faults.push("refused");
    const first = errorOf(sum(access, "a", 1));
    await settle();
    const second = errorOf(sum(access, "a", 2));
    const reader = errorOf(access.call(access.address("a"), "read", undefined, forever));
    await acknowledge(on);
    for (const error of await Promise.all([first, second]))
      expect(error).toMatchObject({ code: "CHANGELOG_UNAVAILABLE", status: 503, applied: "no", retryAfterS: 1 });
    expect((await reader).code).toBe("CHANGELOG_UNAVAILABLE");
    expect(on.attempts).toHaveLength(1);
    const third = sum(access, "a", 4);
    await acknowledge(on);
    expect(await third).toBe(4);
    expect(countOf(await access.get(access.address("a"), soon))).toBe(4);
  });

  it("P2: a handler that runs on a state that is undone meanwhile is undone too", async () => {
    const on = world();
    const clock = new MovableClock();
    const faults: AppendFault[] = ["refused"];
    let resume: () => void = () => undefined;
    const node = await openNode(on, {
      keyspace: counts({ messages: { add, read } }),
      handler: {
        ...handler,
        async read({ stores }: Context, key: string) {
          const seen = await stores.counts.get(key);
          await new Promise<void>((resolve) => {
            resume = resolve;
          });
          return seen ?? -1;
        },
      },
      changelog: { clock, latencyMs: 1_000, fault: () => faults.shift() },
      router: { clock },
    });
    const put = errorOf(node.counts.put(node.counts.address("a"), value(1), forever));
    const reader = errorOf(node.counts.call(node.counts.address("a"), "read", undefined, forever));
    await settle();
    clock.advance(1_000);
    await settle();
    expect((await put).code).toBe("CHANGELOG_UNAVAILABLE");
    resume();
    expect((await reader).code).toBe("CHANGELOG_UNAVAILABLE");
  });

  for (const fault of ["unknown-written", "unknown-lost", "unknown-late"] as const)
    it(`P3: an append of unknown outcome (${fault}) is looked for in the log, and never sent again`, async () => {
      const on = await scene({ latencyMs: 1_000 });
      const { counts: access } = on;
      const before = sum(access, "a", 1);
      await acknowledge(on);
      await before;
      on.faults.push(fault);
      const unknown = sum(access, "a", 2).catch((error: unknown) => error);
      await settle();
      const onTop = sum(access, "a", 4).catch((error: unknown) => error);
      await acknowledge(on);
      const tried = on.attempts.length;
      await acknowledge(on);
      const [first, second] = await Promise.all([unknown, onTop]);
      const stored = countOf(await access.get(access.address("a"), soon));
      if (typeof first === "number") {
        expect([first, second, stored]).toEqual([3, 7, 7]);
        expect(tried).toBe(3);
      } else {
        expect([first, second]).toMatchObject([{ applied: "no" }, { applied: "no" }]);
        expect(stored).toBe(1);
        expect(tried).toBe(2);
      }
      if (fault === "unknown-written") expect(first).toBe(3);
      if (fault === "unknown-lost") expect(first).toMatchObject({ code: "CHANGELOG_UNAVAILABLE" });
    });

  it("P2: reads and calls are held while the partition does not know its log, and answered then", async () => {
    const on = await scene({ latencyMs: 1_000 });
    const { counts: access } = on;
    const address = access.address("a");
    on.faults.push("unknown-written");
    const put = access.put(address, value(1), forever);
    // The log is silent for a while.
    let isSilent = true;
    const { fence } = on.changelog;
    on.changelog.fence = (log) => {
      if (isSilent) throw Object.assign(errorUnavailable());
      return fence.call(on.changelog, log);
    };
    await acknowledge(on);
    const got = access.get(address, forever);
    const listed = access.list({ limit: 5 }, forever);
    const summed = sum(access, "a", 1);
    const lost = errorOf(access.put(address, value(9), { timeoutMs: 10 }));
    expect(got).toBeInstanceOf(Promise);
    await acknowledge(on);
    expect(await lost).toMatchObject({ code: "ASK_TIMEOUT", applied: "no" });
    isSilent = false;
    await acknowledge(on);
    await acknowledge(on);
    expect((await put).existed).toBe(false);
    expect(countOf(await got)).toBe(1);
    expect((await listed).length).toBe(1);
    expect(await summed).toBe(2);
  });

  it("P2: a caller whose time is over is told `no` when its call never ran, and `unknown` otherwise", async () => {
    const on = await scene();
    const { counts: access, clock } = on;
    const sent = errorOf(access.put(access.address("a"), value(1), { timeoutMs: 100 }));
    await settle();
    const queued = errorOf(access.put(access.address("a"), value(2), { timeoutMs: 200 }));
    const reads = errorOf(access.call(access.address("a"), "read", undefined, { timeoutMs: 200 }));
    clock.advance(150);
    expect(await sent).toMatchObject({ code: "ASK_TIMEOUT", applied: "unknown", status: 504, retry: "if-idempotent" });
    clock.advance(100);
    expect(await queued).toMatchObject({ code: "ASK_TIMEOUT", applied: "unknown" });
    expect((await reads).applied).toBeUndefined();
    await acknowledge(on);
    await acknowledge(on);
    expect(countOf(await access.get(access.address("a"), soon))).toBe(2);
  });

  it("P2: a call whose time is over, or whose caller has gone, before its turn is never run", async () => {
    const clock = new MovableClock();
    let resume: () => void = () => undefined;
    let runs = 0;
    const node = await openNode(world(), {
      keyspace: counts({ messages: { add } }),
      handler: {
        async add() {
          runs += 1;
          await new Promise<void>((resolve) => {
            resume = resolve;
          });
          return 1;
        },
      },
      router: { clock },
    });
    const { counts: access } = node;
    const gone = new AbortController();
    const first = sum(access, "a", 1);
    const timedOut = errorOf(access.call(access.address("a"), "add", number.encode(1), { timeoutMs: 50 }));
    const aborted = errorOf(
      access.call(access.address("a"), "add", number.encode(1), { ...forever, signal: gone.signal }),
    );
    gone.abort();
    clock.advance(100);
    expect(await timedOut).toMatchObject({ code: "ASK_TIMEOUT", applied: "no" });
    resume();
    expect(await first).toBe(1);
    expect(await aborted).toMatchObject({ code: "ASK_TIMEOUT", applied: "no" });
    expect(runs).toBe(1);
  });

  it("P12: more calls than the mailbox holds are MAILBOX_FULL with Retry-After, and the others are answered", async () => {
    const on = await scene({ limits: { mailboxLimit: 3 } });
    const { counts: access } = on;
    const puts = [1, 2, 3].map((at) => access.put(access.address(`k${at}`), value(at), forever));
    const error = await errorOf(access.put(access.address("k4"), value(4), forever));
    expect(error).toMatchObject({ code: "MAILBOX_FULL", status: 503, applied: "no", retryAfterS: 1, retry: "later" });
    await acknowledge(on);
    await Promise.all(puts);
    const again = access.put(access.address("k4"), value(4), forever);
    await acknowledge(on);
    expect((await again).existed).toBe(false);
  });

  it("P12: a call beyond the bound is BATCH_TOO_LARGE before it joins, and does not fail its neighbours", async () => {
    const on = await scene({ limits: { maxCallBytes: 100, maxBatchBytes: 50 } });
    const { counts: access } = on;
    const small = access.put(access.address("a"), value(1), forever);
    const large = errorOf(access.put(access.address("b"), Buffer.alloc(200), forever));
    expect(await large).toMatchObject({ code: "BATCH_TOO_LARGE", status: 413, applied: "no" });
    const more = [1, 2, 3, 4].map((at) => access.put(access.address(`k${at}`), Buffer.alloc(20), forever));
    for (let round = 0; round < 5; round++) await acknowledge(on);
    await Promise.all([small, ...more]);
    // 50 bytes hold one call of 26 and one of 14, or one of 26.
    expect(Math.max(...on.attempts.map(({ records }) => records.length))).toBeLessThanOrEqual(2);
  });

  it("P3: what others wrote before an acknowledged record is applied first", async () => {
    const on = await scene();
    const { counts: access } = on;
    const mine = access.put(access.address("a"), value(1), forever);
    await settle();
    const theirs = access.address("b").serialized;
    on.changelog.writeForeign({
      topic: "t-counts",
      partition: 0,
      key: access.address("a").serialized,
      value: value(70),
    });
    on.changelog.writeForeign({ topic: "t-counts", partition: 0, key: theirs, value: value(71) });
    on.changelog.writeForeign({ topic: "t-counts", partition: 0, key: Buffer.from("no key"), value: value(72) });
    on.changelog.writeForeign({ topic: "t-counts", partition: 0, key: null, value: value(73) });
    await acknowledge(on);
    expect((await mine).position.offsets).toEqual([{ topic: "t-counts", offset: 5n }]);
    expect(countOf(await access.get(access.address("a"), soon))).toBe(1);
    expect(countOf(await access.get(access.address("b"), soon))).toBe(71);
    expect((await access.list({ limit: 10 }, soon)).length).toBe(2);
  });

  it("P3: offsets with gaps of nothing are no obstacle", async () => {
    const on = await scene({ gapChance: 0.7, latencyMs: 0 });
    for (let at = 0; at < 50; at++) {
      const put = on.counts.put(on.counts.address(`k${at % 7}`), value(at), forever);
      await acknowledge(on);
      await put;
    }
    for (let at = 43; at < 50; at++)
      expect(countOf(await on.counts.get(on.counts.address(`k${at % 7}`), soon))).toBe(at);
  });

  it("P1: a master without writes is told that others wrote, where they may, and needs no look for it", async () => {
    const on = await scene({ latencyMs: 0, isShared: true, limits: { idleLookMs: 2_000_000_000 } });
    const { counts: access, clock } = on;
    const address = access.address("a");
    const stored = async (): Promise<unknown> => {
      await settle();
      return countOf(await access.get(address, soon));
    };
    const write = (count: number): bigint =>
      on.changelog.writeForeign({ topic: "t-counts", partition: 0, key: address.serialized, value: value(count) });
    await settle();
    write(70);
    expect(await stored()).toBe(70);
    // What comes right behind is read together, a moment later.
    write(71);
    write(72);
    expect(await stored()).toBe(70);
    clock.advance(20);
    expect(await stored()).toBe(72);
    // Appends of our own end the wait too, and it is taken up again.
    for (let at = 0; at < 10; at++) {
      await access.put(address, value(at), late);
      await settle();
      clock.advance(100);
    }
    for (let pause = 0; pause < 2; pause++) {
      await settle();
      clock.advance(500);
    }
    expect(await stored()).toBe(9);
    write(73);
    expect(await stored()).toBe(73);
  });

  it("P12: a master that writes all the time waits for no growth, which each of its appends would end", async () => {
    const on = await scene({ latencyMs: 0, isShared: true });
    const { grown } = on.changelog;
    let waits = 0;
    on.changelog.grown = (request) => {
      waits += 1;
      return grown.call(on.changelog, request);
    };
    for (let at = 0; at < 200; at++) {
      await on.counts.put(on.counts.address("a"), value(at), late);
      await settle();
      on.clock.advance(10);
    }
    expect(waits).toBeLessThan(5);
  });

  it("P1: a master without writes looks now and then whether others wrote", async () => {
    const on = await scene({ latencyMs: 0, limits: { idleLookMs: 1_000 } });
    on.changelog.writeForeign({
      topic: "t-counts",
      partition: 0,
      key: on.counts.address("a").serialized,
      value: value(70),
    });
    expect(await on.counts.get(on.counts.address("a"), soon)).toBeUndefined();
    on.clock.advance(2_000);
    await settle();
    expect(countOf(await on.counts.get(on.counts.address("a"), soon))).toBe(70);
    const put = on.counts.put(on.counts.address("a"), value(71), late);
    await settle();
    expect((await put).existed).toBe(true);
  });
});

function errorUnavailable(): Error {
  return Object.assign(new Error("silent"), { name: "AffinityError", code: "CHANGELOG_UNAVAILABLE", retry: "later" });
}
