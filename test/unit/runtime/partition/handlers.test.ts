import { describe, expect, it } from "vitest";
import type { HandlerContext, ReadStoreOf, StoreOf } from "../../../../runtime/partition/context.js";
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
  text,
  value,
  world,
} from "./fixtures.js";

interface Stores {
  readonly counts: StoreOf<string, number>;
  readonly notes: StoreOf<number, string>;
}
type Context = HandlerContext<Stores, "FULL" | "OTHER">;
type Run = (context: Context, key: string, request: number) => unknown;

const notes = {
  name: "notes",
  key: () => number,
  value: () => text,
  topic: "t-notes",
  keySubject: "t-notes-key",
  valueSubject: "t-notes-value",
};

/** A node whose message `go` runs the given function, and whose `look` is a read message. */
function nodeWith(
  go: Run,
  options: { readonly partitions?: number; readonly clock?: MovableClock; readonly look?: Run } = {},
): Promise<Node> {
  const { stores } = counts();
  return openNode(world(), {
    keyspace: counts({
      partitions: options.partitions ?? 1,
      stores: { ...stores, notes },
      messages: {
        go: message("go", { request: () => number, reply: () => number, errors: ["FULL"] }),
        look: message("look", { access: "read", request: () => number, reply: () => number }),
      },
    }),
    handler: { go, look: options.look ?? (() => 0) },
    router: options.clock === undefined ? {} : { clock: options.clock },
  });
}

/** Later than any handler may take. */
const late = { timeoutMs: 30_000 };

async function go({ counts: access }: Node, key = "a", request = 1): Promise<unknown> {
  const { reply } = await access.call(access.address(key), "go", number.encode(request), late);
  return reply === undefined ? undefined : number.decode(reply);
}

async function stored({ counts: access }: Node, key: string): Promise<unknown> {
  return countOf(await access.get(access.address(key), soon));
}

describe("handlers", () => {
  it("get key, request, time, chance and the number of the partition", async () => {
    const clock = new MovableClock();
    const seen: unknown[] = [];
    const node = await nodeWith(
      (context, key, request) => {
        seen.push(key, request, context.partition);
        expect(context.now).toBeGreaterThan(1_600_000_000_000);
        const { random } = context;
        expect(random()).toBeLessThan(1);
        context.log.info({}, "said");
        expect(context.signal.aborted).toBe(false);
        return 7;
      },
      { clock },
    );
    expect(await go(node, "k", 42)).toBe(7);
    expect(seen).toEqual(["k", 42, 0]);
  });

  it("P5: read what they wrote, and what they wrote is there together", async () => {
    const node = await nodeWith(async ({ stores }, key) => {
      await stores.counts.put(key, 1);
      await stores.notes.put(5, "five");
      await stores.counts.put("b", 2);
      expect(await stores.counts.get(key)).toBe(1);
      expect(await stores.counts.delete("b")).toBe(true);
      expect(await stores.counts.get("b")).toBeUndefined();
      expect(await stores.counts.delete("b")).toBe(false);
      return (await stores.notes.get(5))?.length;
    });
    const { position } = await node.counts.call(node.counts.address("a"), "go", number.encode(1), soon);
    expect(position?.offsets).toEqual([
      { topic: "t-counts", offset: 2n },
      { topic: "t-notes", offset: 1n },
    ]);
    expect(await stored(node, "a")).toBe(1);
    expect(await stored(node, "b")).toBeUndefined();
  });

  it("list the rows of the partition in key order, own writes over pending over committed ones", async () => {
    const rows: unknown[] = [];
    const node = await nodeWith(async ({ stores }, _key, request) => {
      if (request === 0) {
        for (let at = 0; at < 250; at++) await stores.counts.put(`k${String(at).padStart(3, "0")}`, at);
        return 0;
      }
      await stores.counts.delete("k001");
      await stores.counts.put("k0015", -1);
      await stores.counts.put("k249", -2);
      for await (const row of stores.counts.list({ from: "k000", to: "k003" })) rows.push(row);
      for await (const row of stores.counts.list({ reverse: true, limit: 2 })) rows.push(row);
      for await (const row of stores.counts.list({ prefix: "k24", reverse: true, limit: 1 })) rows.push(row);
      let all = 0;
      for await (const _ of stores.counts.list()) all += 1;
      return all;
    });
    const calls = [go(node, "a", 0), go(node, "a", 1)];
    expect(await Promise.all(calls)).toEqual([0, 250]);
    expect(rows).toEqual([
      ["k000", 0],
      ["k0015", -1],
      ["k002", 2],
      ["k249", -2],
      ["k248", 248],
      ["k249", -2],
    ]);
  });

  it("reach the keys of their own partition only", async () => {
    const node = await nodeWith(({ stores }) => stores.counts.get("elsewhere"), { partitions: 64 });
    const error = await errorOf(go(node));
    expect(error.code).toBe("HANDLER_FAILED");
    expect(error.detail).toMatch(/the key belongs to partition \d+ of counts, this handler runs in \d+/);
  });

  it("reach any key of a store with keys of its own, which lives in their partition", async () => {
    const node = await nodeWith(
      async ({ stores }, _key, request) => {
        await stores.notes.put(request, "x");
        return 1;
      },
      { partitions: 64 },
    );
    for (let request = 0; request < 10; request++) expect(await go(node, "a", request)).toBe(1);
  });

  it("that read only get stores without put and delete", async () => {
    let methods: string[] = [];
    const node = await nodeWith(() => 0, {
      look: ({ stores }) => {
        const store: ReadStoreOf<string, number> = stores.counts;
        methods = ["get", "list", "put", "delete"].filter((name) => Reflect.has(store, name));
        return 3;
      },
    });
    const { reply, position } = await node.counts.call(node.counts.address("a"), "look", number.encode(1), soon);
    expect(reply && number.decode(reply)).toBe(3);
    expect(position).toBeUndefined();
    expect(methods).toEqual(["get", "list"]);
  });

  it("P5: that throw write nothing; the caller learns no text of theirs", async () => {
    const node = await nodeWith(async ({ stores }, key) => {
      await stores.counts.put(key, 1);
      throw new Error("password is hunter2");
    });
    const error = await errorOf(go(node));
    expect(error).toMatchObject({ code: "HANDLER_FAILED", status: 500, applied: "no" });
    expect(error.message).not.toContain("hunter2");
    expect(await stored(node, "a")).toBeUndefined();
  });

  it("P5: that throw before they return a promise, or return a value, are the same to the caller", async () => {
    const failing = await nodeWith(() => {
      throw new Error("at once");
    });
    expect((await errorOf(go(failing))).code).toBe("HANDLER_FAILED");
    expect(await go(await nodeWith(() => 5))).toBe(5);
  });

  it("P17: a value that does not fit is their fault; the answer names the field, nothing is written", async () => {
    const node = await nodeWith(async ({ stores }, key) => {
      await stores.counts.put(key, 1);
      // Not awaited: the fault is not lost all the same.
      stores.counts.put("b", Object("no number"));
      return 1;
    });
    const error = await errorOf(go(node));
    expect(error.code).toBe("HANDLER_FAILED");
    expect(error.detail).toContain("int");
    expect(await stored(node, "a")).toBeUndefined();
  });

  it("P17: a reply that does not fit its type is their fault, and nothing is written", async () => {
    const node = await nodeWith(async ({ stores }, key) => {
      await stores.counts.put(key, 1);
      return "text";
    });
    const error = await errorOf(go(node));
    expect(error).toMatchObject({ code: "HANDLER_FAILED", applied: "no" });
    expect(error.detail).toContain("the reply of handler go");
    expect(await stored(node, "a")).toBeUndefined();
  });

  it("reject with the codes that the definition lists; nothing is written", async () => {
    const node = await nodeWith(async ({ stores, reject }, key) => {
      await stores.counts.put(key, 1);
      reject("FULL", { status: 409, detail: "no room", data: { free: 0 } });
    });
    const error = await errorOf(go(node));
    expect(error).toMatchObject({
      code: "FULL",
      status: 409,
      detail: "no room",
      applied: "no",
      data: { free: 0 },
      retry: "never",
    });
    expect(await stored(node, "a")).toBeUndefined();
  });

  it("that reject with any other code have failed", async () => {
    const error = await errorOf(go(await nodeWith(({ reject }) => reject("OTHER"))));
    expect(error).toMatchObject({ code: "HANDLER_FAILED", status: 500 });
    expect(error.detail).toContain("OTHER, which the definition does not list");
  });

  it("may catch their own rejection and go on", async () => {
    const node = await nodeWith(async (context, key) => {
      try {
        context.reject("FULL");
      } catch {
        await context.stores.counts.put(key, 9);
      }
      return 9;
    });
    expect(await go(node)).toBe(9);
    expect(await stored(node, "a")).toBe(9);
  });

  it("P12: that take too long lose their writes and their context, and the partition goes on", async () => {
    const clock = new MovableClock();
    let later: unknown;
    let isAborted = false;
    let resume: () => void = () => undefined;
    const node = await nodeWith(
      async (context, key, request) => {
        await context.stores.counts.put(key, request);
        if (request === 2) return 2;
        context.signal.addEventListener("abort", () => {
          isAborted = true;
        });
        await new Promise<void>((resolve) => {
          resume = resolve;
        });
        try {
          await context.stores.counts.put(key, 77);
        } catch (error) {
          later = error;
        }
        return 1;
      },
      { clock },
    );
    const first = errorOf(go(node, "a", 1));
    const second = go(node, "a", 2);
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(4_000);
    expect(isAborted).toBe(false);
    clock.advance(1_011);
    expect(await first).toMatchObject({ code: "HANDLER_TIMEOUT", status: 504, applied: "no" });
    expect(await second).toBe(2);
    expect(isAborted).toBe(true);
    resume();
    await new Promise((resolve) => setImmediate(resolve));
    expect(later).toMatchObject({ code: "HANDLER_FAILED" });
    expect(await stored(node, "a")).toBe(2);
  });

  it("cannot use their context after they have returned", async () => {
    let kept: Context | undefined;
    const node = await nodeWith((context) => {
      kept = context;
      return 1;
    });
    await go(node);
    expect(() => kept?.stores.counts.put("a", 1)).toThrow(/used after it had returned/);
    expect(() => kept?.random()).toThrow(/used after/);
  });

  it("P12: that write too much at once are BATCH_TOO_LARGE, and nothing is written", async () => {
    const { stores } = counts();
    const open = (limits: object) =>
      openNode(world(), {
        keyspace: counts({ stores, messages: { go: message("go", { request: () => number, reply: () => number }) } }),
        handler: {
          async go({ stores: s }: Context, key: string, request: number) {
            for (let at = 0; at < request; at++) await s.counts.put(`${key}${at}`, at);
            return 1;
          },
        },
        router: { limits },
      });
    const byRecords = await open({ maxCallRecords: 10 });
    expect(await go(byRecords, "a", 10)).toBe(1);
    expect(await errorOf(go(byRecords, "b", 11))).toMatchObject({
      code: "BATCH_TOO_LARGE",
      status: 413,
      applied: "no",
    });
    expect(await stored(byRecords, "b0")).toBeUndefined();
    const byBytes = await open({ maxCallBytes: 1_024 });
    expect(await errorOf(go(byBytes, "b", 200))).toMatchObject({ code: "BATCH_TOO_LARGE" });
  });

  it("P5: get values of their own, that nobody else sees changed", async () => {
    const seen: unknown[] = [];
    const node = await nodeWith(async ({ stores }) => {
      await stores.notes.put(1, "one");
      seen.push(await stores.notes.get(1), await stores.notes.get(1));
      return 1;
    });
    await go(node);
    expect(seen).toEqual(["one", "one"]);
  });

  it("a request that is not of its type never reaches the handler", async () => {
    let runs = 0;
    const node = await nodeWith(() => {
      runs += 1;
      return 1;
    });
    const { counts: access } = node;
    const error = await errorOf(access.call(access.address("a"), "go", Uint8Array.of(0x80), soon));
    expect(error.code).toBe("VALUE_INVALID");
    expect(runs).toBe(0);
    expect((await errorOf(access.call(access.address("a"), "none", undefined, soon))).code).toBe("ROUTE_NOT_FOUND");
    expect(await go(node)).toBe(1);
    await access.put(access.address("z"), value(1), soon);
  });
});
