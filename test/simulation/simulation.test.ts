import { describe, expect, it } from "vitest";
import { broken } from "./invariants.js";
import { type Faults, World } from "./world.js";

/** SEED=… repeats one run; SEEDS=… runs so many of each kind, from seed 1 on. */
const only = process.env.SEED === undefined ? undefined : Number(process.env.SEED);
const seeds = Number(process.env.SEEDS ?? 20);

const calm: Faults = {
  refused: 0,
  unknown: 0,
  silent: 0,
  gap: 0,
  crash: 0,
  wipe: 0,
  cut: 0,
  foreign: 0,
  late: 0,
  compact: 0,
  slowHandler: 0.3,
};

const kinds: { readonly [name: string]: { readonly faults: Faults; readonly nodes: number } } = {
  "nothing goes wrong": { nodes: 1, faults: calm },
  "appends fail in every way": {
    nodes: 1,
    faults: { ...calm, refused: 0.05, unknown: 0.12, silent: 0.1, gap: 0.1 },
  },
  "one node crashes and loses its disk": {
    nodes: 1,
    faults: { ...calm, unknown: 0.05, late: 0.5, crash: 0.05, wipe: 0.3, compact: 0.05 },
  },
  "two nodes take mastership from each other": {
    nodes: 2,
    faults: { ...calm, cut: 0.1, unknown: 0.03, silent: 0.03 },
  },
  "everything at once": {
    nodes: 2,
    faults: {
      refused: 0.03,
      unknown: 0.06,
      silent: 0.05,
      gap: 0.05,
      crash: 0.03,
      wipe: 0.3,
      cut: 0.05,
      foreign: 0.1,
      late: 0.2,
      compact: 0.03,
      slowHandler: 0.3,
    },
  },
};

describe("simulation", () => {
  for (const [name, { faults, nodes }] of Object.entries(kinds))
    it(`P1–P7: no promise is broken when ${name}`, async () => {
      const total = new Map<string, number>();
      const list = only === undefined ? Array.from({ length: seeds }, (_, at) => at + 1) : [only];
      for (const seed of list) {
        const world = new World(seed, faults, nodes);
        await world.run();
        const found = await broken(world);
        expect(found, `SEED=${seed}`).toEqual([]);
        for (const [what, count] of world.counts) total.set(what, (total.get(what) ?? 0) + count);
      }
      const counts = [...total].sort(([a], [b]) => (a < b ? -1 : 1)).map(([what, count]) => `${what} ${count}`);
      console.log(`${name}, seeds ${list[0]} to ${list.at(-1)}: ${counts.join(", ")}`);
    }, 300_000);
});
