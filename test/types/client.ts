/** What callers may write, and what the compiler must refuse. Never run. */
import { createClient } from "../golden/account/expected/generated/client.js";
import type { Account } from "../golden/account/expected/generated/index.js";
import { createClient as createGraph } from "../golden/messages/expected/generated/client.js";

export async function calls(): Promise<void> {
  const client = createClient({ url: "http://127.0.0.1:8080" });
  const account: Account | undefined = await client.accounts.get("a-1");
  const { position, created } = await client.accounts.put("a-1", { id: "a-1", balance: 0n, tags: [], limits: {} });
  const known: [string, boolean, boolean] = [position, created, await client.accounts.delete("a-1")];
  const next: Account = await client.accounts.deposit("a-1", { amount: 500n });
  for await (const [key, value] of client.accounts.list({ prefix: "a-", limit: 100 })) known[0] = key + value.id;

  // @ts-expect-error A balance is missing.
  await client.accounts.put("a-1", { id: "a-1", tags: [], limits: {} });
  // @ts-expect-error Longs are bigints.
  await client.accounts.deposit("a-1", { amount: 500 });
  // @ts-expect-error Not a symbol of the enum.
  await client.accounts.put("a-1", { id: "a-1", balance: 0n, tags: [], limits: {}, status: "LOST" });
  // @ts-expect-error Keys are text.
  await client.accounts.get(1);
  // @ts-expect-error Values are read-only.
  if (account !== undefined) account.balance = next.balance;
  // @ts-expect-error There is no such keyspace.
  client.orders;
  await client.close();
}

export async function graphCalls(): Promise<void> {
  const client = createGraph({ url: "http://127.0.0.1:8080" });
  const vertex = await client.graph.get({ ts: 1n, id: "a" });
  const degree: number = await client.graph.degree({ ts: 1n, id: "a" }, { days: 3 });
  await client.graph.touch({ ts: 1n, id: "a" });
  const bytes: Uint8Array | undefined = await client.cache.get("a");

  // @ts-expect-error Putting rows is not exposed.
  await client.graph.put({ ts: 1n, id: "a" }, vertex);
  // @ts-expect-error The message is hidden from outside.
  await client.graph.compact({ ts: 1n, id: "a" }, new Date());
  // @ts-expect-error The key is a record of two fields.
  await client.graph.get({ id: "a" });
  void [degree, bytes];
}
