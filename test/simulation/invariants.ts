/** What must hold when a world has come to rest. */
import type { OpenRouter } from "../../runtime/cluster/router.js";
import { intType } from "../../runtime/schema/primitive-types.js";
import { countIn, topics } from "./bank.js";
import { notLinearizable } from "./linearizable.js";
import { accounts, foreignKey, type World } from "./world.js";

/** Every broken promise, as text. */
export async function broken(world: World): Promise<readonly string[]> {
  const found = [...world.complaints];
  const [master, ...others] = world.masters();
  if (master === undefined) return [...found, "no node serves at rest"];
  if (others.length > 0) return [...found, "P1: at rest a node that was deposed still holds itself to be master"];
  found.push(...(await differences(world, master, "the master")));
  found.push(...(await depositFaults(world, master)));
  for (const [register, history] of world.histories) {
    const order = notLinearizable(history);
    if (order !== undefined) found.push(`P4: ${register} is not linearizable: ${order}`);
  }
  found.push(...(await differences(world, await world.fresh(), "a restore from the log")));
  world.compact();
  found.push(...(await differences(world, await world.fresh(), "a restore from the compacted log")));
  return found;
}

/** Rows of a router that are not those of the log. */
async function differences(world: World, router: OpenRouter, who: string): Promise<string[]> {
  const found: string[] = [];
  const access = router.keyspaces.get("bank");
  if (access === undefined) return [`${who} has no keyspace`];
  const rows = new Map<string, number>();
  for await (const page of access.stream({}, { signal: new AbortController().signal }))
    for (const { address, row } of page)
      rows.set(`${address.partition}/${Buffer.from(address.serialized).toString("hex")}`, countIn(row.value));
  for (let partition = 0; partition < access.descriptor.partitions; partition++)
    for (const [key, { value }] of world.oracle.rows(topics[0], partition)) {
      const name = `${partition}/${key}`;
      if (rows.get(name) !== countIn(value))
        found.push(`P3: ${who} has ${rows.get(name)} for ${name}, the log ${countIn(value)}`);
      rows.delete(name);
    }
  for (const [name, count] of rows) found.push(`P3: ${who} has ${count} for ${name}, the log nothing`);
  const foreign = await access.get(access.address(foreignKey), { timeoutMs: 1_000 });
  if (world.foreign !== undefined && (foreign === undefined || countIn(foreign.value) !== world.foreign))
    found.push(`${who} has not the newest record of the other program`);
  return found;
}

/** Balances that are not the sum of what was deposited, and deposits that count twice. */
async function depositFaults(world: World, router: OpenRouter): Promise<string[]> {
  const found: string[] = [];
  const access = router.keyspaces.get("bank");
  if (access === undefined) return [];
  const applied = new Map<number, number>();
  for (let partition = 0; partition < access.descriptor.partitions; partition++)
    for (const [key, { value }] of world.oracle.rows(topics[1], partition))
      applied.set(intType.decode(Buffer.from(key, "hex").subarray(5)), countIn(value));
  for (const account of accounts) {
    let sum = 0;
    for (const { id, outcome, amount } of world.deposits.filter((deposit) => deposit.account === account)) {
      const times = applied.get(id) ?? 0;
      sum += times * amount;
      if (times > 1) found.push(`P5: deposit ${id} was applied ${times} times`);
      if (outcome === "applied" && times === 0) found.push(`P3: deposit ${id} was acknowledged and is lost`);
      if (outcome === "not applied" && times > 0) found.push(`P2: deposit ${id} was not to be applied, and is`);
    }
    const row = await access.get(access.address(account), { timeoutMs: 1_000 });
    const balance = row === undefined ? 0 : countIn(row.value);
    if (balance !== sum) found.push(`P5: ${account} has ${balance}, its deposits are ${sum}`);
  }
  return found;
}
