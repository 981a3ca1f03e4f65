/** GET and durable PUT at 64 connections, in alternating rounds. */
import { Pool } from "undici";
import { canPreload, preloaded } from "../test/support/preload.js";
import { type LoadResult, load } from "./load/load.js";
import { atLeast, median, type Row } from "./rows.js";
import { type Contender, freeSyncFolder, startAffinity, startFastify, startRaw } from "./servers.js";

/** How much is measured. */
export interface HttpOptions {
  readonly rounds: number;
  readonly seconds: number;
  /** The program of Node; default the one that runs this. */
  readonly node?: string;
}

const keys = 10_000;
const connections = 64;

/** Every row over HTTP. */
export async function httpRows(options: HttpOptions): Promise<readonly Row[]> {
  const place = { parent: freeSyncFolder(), ...(options.node === undefined ? {} : { node: options.node }) };
  const [affinity, raw, fastify] = await Promise.all([startAffinity(place), startRaw(place), startFastify(place)]);
  const rows: Row[] = [];
  try {
    await Promise.all([affinity, raw, fastify].map(fillKeys));
    const puts = await rounds([affinity, raw, fastify], "put", options);
    const gets = await rounds([affinity, raw, fastify], "get", options);
    rows.push(compare("GET against raw node:http with a Map", 0.85, gets, affinity, raw));
    rows.push(compare("durable PUT against raw node:http PUT into a Map", 0.7, puts, affinity, raw));
    rows.push(compare("durable PUT against fastify + better-sqlite3, syncs nearly free", 1.2, puts, affinity, fastify));
  } finally {
    await Promise.all([affinity, raw, fastify].map((server) => server.stop()));
  }
  if (canPreload()) rows.push(await slowRow(options, place));
  return rows;
}

async function slowRow(options: HttpOptions, place: { readonly parent: string; readonly node?: string }): Promise<Row> {
  const slow = { ...place, env: preloaded(["slowsync"], { FSYNC_US: "1000" }) };
  const [affinity, fastify] = await Promise.all([startAffinity(slow), startFastify(slow)]);
  try {
    const puts = await rounds([affinity, fastify], "put", options);
    return compare("the same, every sync 1 ms slower", 10, puts, affinity, fastify);
  } finally {
    await Promise.all([affinity.stop(), fastify.stop()]);
  }
}

/** Every key once, so that no read is answered 404. */
async function fillKeys({ url }: Contender): Promise<void> {
  const pool = new Pool(url, { connections });
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
  await Promise.all(Array.from({ length: connections }, work));
  await pool.close();
}

type Results = ReadonlyMap<Contender, readonly LoadResult[]>;

/** A B C, A B C, …: what slows the machine down slows all of them. The first round warms up and does not count. */
async function rounds(contenders: readonly Contender[], mode: "get" | "put", options: HttpOptions): Promise<Results> {
  const results = new Map<Contender, LoadResult[]>(contenders.map((contender) => [contender, []]));
  for (let round = 0; round <= options.rounds; round += 1) {
    for (const contender of contenders) {
      const seconds = options.seconds;
      const result = await load({ url: contender.url, mode, connections, seconds, keys, seed: round + 1 });
      if (result.failed > 0) throw new Error(`${contender.name}: ${result.failed} requests failed`);
      if (round > 0) results.get(contender)?.push(result);
    }
  }
  return results;
}

function compare(measure: string, goal: number, results: Results, own: Contender, other: Contender): Row {
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
