/** Balances as another program makes them of the topic. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { bankFiles } from "../project.js";
import { pythonClients } from "../servers/foreign-clients.js";

export interface Fold {
  /** By account. */
  readonly balances: ReadonlyMap<string, bigint>;
  /** Read of the topic. */
  readonly records: number;
}

const printed = z.object({ balances: z.record(z.string(), z.string()), records: z.number() });

export function foldedBalances(brokers: readonly string[], topic: string): Fold {
  const script = fileURLToPath(new URL("./fold.py", import.meta.url));
  const { status, stdout, stderr } = spawnSync("python3", [script, brokers.join(","), topic], {
    env: { ...process.env, PYTHONPATH: pythonClients() },
    input: JSON.stringify(bankFiles["schemas/account.avsc"]),
    encoding: "utf8",
    timeout: 120_000,
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(`the fold of ${topic} failed: ${stderr.slice(-2_000)}`);
  const { balances, records } = printed.parse(JSON.parse(stdout));
  return {
    balances: new Map(Object.entries(balances).map(([account, balance]) => [account, BigInt(balance)])),
    records,
  };
}
