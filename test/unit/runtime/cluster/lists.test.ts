import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Bounds, MergedRows, type RowSource } from "../../../../runtime/cluster/merge.js";
import type { KeyedRow } from "../../../../runtime/memstore/memstore.js";
import type { KeyspaceAccess, ListedRow } from "../../../../runtime/state/access.js";
import { countOf, counts, errorOf, openNode, soon, value, world } from "../partition/fixtures.js";

const row = { value: value(1), offset: 0n, epoch: 1, batch: 1, time: 0 };

function source(partition: number, keys: readonly string[]): RowSource {
  const sorted = [...keys].sort();
  return {
    partition,
    read({ from, to, reverse }: Bounds, limit: number): readonly KeyedRow[] {
      const inside = sorted.filter((key) => (from === undefined || key >= from) && (to === undefined || key < to));
      if (reverse) inside.reverse();
      return inside.slice(0, limit).map((key) => ({ key, row }));
    },
  };
}

describe("merged rows", () => {
  it("are every row of every partition once, in key order either way, whatever the chunk", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({ unit: fc.constantFrom("\0", "a", "b", "\u00ff"), maxLength: 4 }), { maxLength: 60 }),
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 1, max: 9 }),
        fc.boolean(),
        fc.option(fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 2 }), { nil: undefined }),
        fc.option(fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 2 }), { nil: undefined }),
        (keys, partitions, chunk, reverse, from, to) => {
          const sources = Array.from({ length: partitions }, (_, partition) =>
            source(
              partition,
              keys.filter((_, at) => at % partitions === partition),
            ),
          );
          const rows = new MergedRows(sources, { from, to, reverse }, { chunk, hasDoubles: false });
          const found: string[] = [];
          for (let next = rows.shift(); next !== undefined; next = rows.shift()) found.push(next.key);
          const expected = keys.filter((key) => (from === undefined || key >= from) && (to === undefined || key < to));
          expected.sort();
          if (reverse) expected.reverse();
          expect(found).toEqual(expected);
        },
      ),
    );
  });
});

async function filled(rows: number): Promise<{ readonly access: KeyspaceAccess; readonly keys: readonly string[] }> {
  const { counts: access } = await openNode(world(), { keyspace: counts({ partitions: 5 }) });
  const keys = Array.from({ length: rows }, (_, at) => `k${String(at).padStart(5, "0")}`);
  await Promise.all(keys.map((key, at) => access.put(access.address(key), value(at), { timeoutMs: 60_000 })));
  return { access, keys };
}

const keysOf = (access: KeyspaceAccess, rows: readonly ListedRow[]): unknown[] =>
  rows.map(({ address }) => access.keyOf(address.ordered));

describe("lists", () => {
  it("come in key order over all partitions; pages neither repeat nor skip a row", async () => {
    const { access, keys } = await filled(500);
    for (const reverse of [false, true]) {
      const found: unknown[] = [];
      let from: string | undefined;
      let to: string | undefined;
      for (;;) {
        const page = await access.list({ from, to, reverse, limit: 37 }, soon);
        found.push(...keysOf(access, page));
        const last = page.at(-1);
        if (last === undefined) break;
        if (reverse) to = last.address.ordered;
        else from = `${last.address.ordered}\0`;
      }
      expect(found).toEqual(reverse ? [...keys].reverse() : keys);
    }
  });

  it("give addresses with which a row can be read and written", async () => {
    const { access } = await filled(20);
    const [first] = await access.list({ limit: 1 }, soon);
    if (first === undefined) throw new Error("no row");
    expect(countOf(await access.get(first.address, soon))).toBe(0);
    expect((await access.put(first.address, value(5), soon)).existed).toBe(true);
    expect(first.address).toMatchObject({ partition: access.address("k00000").partition });
    expect(Array.from(first.address.serialized)).toEqual(Array.from(access.address("k00000").serialized));
  });

  it("P4: a stream is one snapshot of each partition, in pages of at most 1,000 rows", async () => {
    const { access, keys } = await filled(2_500);
    const found: unknown[] = [];
    const values: unknown[] = [];
    for await (const page of access.stream({}, { signal: new AbortController().signal })) {
      expect(page.length).toBeLessThanOrEqual(1_000);
      found.push(...keysOf(access, page));
      values.push(...page.map(({ row: { value: bytes } }) => countOf({ value: bytes })));
      await access.put(access.address("k99999"), value(-1), soon);
      await access.put(access.address("k02499"), value(-1), soon);
      await access.delete(access.address("k02498"), soon);
    }
    expect(found).toEqual(keys);
    expect(values).toEqual(keys.map((_, at) => at));
  });

  it("a stream ends when its reader goes, and lets its snapshots go", async () => {
    const { access } = await filled(1_500);
    // Far more streams than snapshots may be open at once.
    for (let round = 0; round < 300; round++)
      for await (const page of access.stream({}, { signal: new AbortController().signal })) {
        expect(page.length).toBe(1_000);
        break;
      }
    const gone = new AbortController();
    const rows = access.stream({ reverse: true }, { signal: gone.signal })[Symbol.asyncIterator]();
    expect((await rows.next()).value?.length).toBe(1_000);
    gone.abort(new Error("gone"));
    await expect(rows.next()).rejects.toThrow("gone");
  });

  it("of a keyspace without a store of its own name are an error", async () => {
    const { counts: access } = await openNode(world(), { keyspace: counts({ stores: {} }) });
    expect((await errorOf(access.list({ limit: 1 }, soon))).code).toBe("ROUTE_NOT_FOUND");
    expect((await errorOf(access.put(access.address("a"), value(1), soon))).code).toBe("ROUTE_NOT_FOUND");
  });
});
