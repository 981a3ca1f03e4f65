/** Servers under the same load, in alternating rounds. */
import { Pool } from "undici";
import { type LoadResult, load } from "./load/load.js";
import { atLeast, median, type Row } from "./rows.js";
import type { Contender } from "./servers.js";

const keys = 10_000;
const writersAtOnce = 64;

/** What each round does. */
export interface RoundsOptions {
  readonly mode: "get" | "put";
  readonly connections: number;
  /** That count; one more warms up. */
  readonly rounds: number;
  readonly seconds: number;
}

/** Writes every account once, so that no read is answered 404. */
export async function fillAccounts({ url }: Contender): Promise<void> {
  const pool = new Pool(url, { connections: writersAtOnce });
  let next = 1;
  const work = async (): Promise<void> => {
    while (next <= keys) {
      const id = `a-${next}`;
      next += 1;
      const body = JSON.stringify({
        id,
        owner: `owner of ${id}`,
        balance: 1,
        status: "OPEN",
        nickname: null,
        tags: ["retail"],
      });
      const headers = { "content-type": "application/json" };
      const answer = await pool.request({ method: "PUT", path: `/accounts/${id}`, headers, body });
      await answer.body.dump();
    }
  };
  await Promise.all(Array.from({ length: writersAtOnce }, work));
  await pool.close();
}

export type Results = ReadonlyMap<Contender, readonly LoadResult[]>;

/** A B C, A B C, …: what slows the machine down slows all of them. The first round warms up and does not count. */
export async function rounds(contenders: readonly Contender[], options: RoundsOptions): Promise<Results> {
  const results = new Map<Contender, LoadResult[]>(contenders.map((contender) => [contender, []]));
  for (let round = 0; round <= options.rounds; round += 1) {
    for (const contender of contenders) {
      const { mode, connections, seconds } = options;
      const result = await load({ url: contender.url, mode, connections, seconds, keys, seed: round + 1 });
      if (result.failed > 0) throw new Error(`${contender.name}: ${result.failed} requests failed`);
      if (round > 0) results.get(contender)?.push(result);
    }
  }
  return results;
}

/** The ratio of the medians of two contenders. */
export function compare(measure: string, goal: number, results: Results, own: Contender, other: Contender): Row {
  const ours = results.get(own) ?? [];
  const theirs = results.get(other) ?? [];
  const ownRate = median(ours.map(({ perSecond }) => perSecond));
  const otherRate = median(theirs.map(({ perSecond }) => perSecond));
  return atLeast(measure, goal, ownRate / otherRate, {
    affinityPerSecond: Math.round(ownRate),
    otherPerSecond: Math.round(otherRate),
    affinityRounds: ours.map(({ perSecond }) => Math.round(perSecond)),
    otherRounds: theirs.map(({ perSecond }) => Math.round(perSecond)),
    affinityP50Ms: median(ours.map(({ p50Ms }) => p50Ms)),
    affinityP99Ms: median(ours.map(({ p99Ms }) => p99Ms)),
    otherP99Ms: median(theirs.map(({ p99Ms }) => p99Ms)),
  });
}
