/** GET and durable PUT at 64 connections, in alternating rounds. */
import { canPreload, preloaded } from "../test/support/preload.js";
import { compare, fillAccounts, rounds } from "./rounds.js";
import type { Row } from "./rows.js";
import { freeSyncFolder, startAffinity, startFastify, startRaw } from "./servers.js";

/** How much is measured. */
export interface HttpOptions {
  readonly rounds: number;
  readonly seconds: number;
  /** The program of Node; default the one that runs this. */
  readonly node?: string;
}

const connections = 64;

/** Every row over HTTP. */
export async function httpRows(options: HttpOptions): Promise<readonly Row[]> {
  const place = { parent: freeSyncFolder(), ...(options.node === undefined ? {} : { node: options.node }) };
  const [affinity, raw, fastify] = await Promise.all([startAffinity(place), startRaw(place), startFastify(place)]);
  const rows: Row[] = [];
  try {
    await Promise.all([affinity, raw, fastify].map(fillAccounts));
    const puts = await rounds([affinity, raw, fastify], { mode: "put", connections, ...options });
    const gets = await rounds([affinity, raw, fastify], { mode: "get", connections, ...options });
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
    const puts = await rounds([affinity, fastify], { mode: "put", connections, ...options });
    return compare("the same, every sync 1 ms slower", 10, puts, affinity, fastify);
  } finally {
    await Promise.all([affinity.stop(), fastify.stop()]);
  }
}
