import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type App, openApp } from "affinity-data/testing";
import { type Client, createClient } from "../src/generated/client.js";

let app: App;
let client: Client;

before(async () => {
  app = await openApp({ config: "affinity.json" });
  client = createClient({ url: app.url });
});

after(async () => {
  await client.close();
  await app.close();
});

test("deposits add up", async () => {
  await client.accounts.deposit("a-1", { amount: 500n });
  await client.accounts.deposit("a-1", { amount: 250n });
  assert.equal((await client.accounts.get("a-1"))?.balance, 750n);
  assert.equal(await client.accounts.balance("a-1"), 750n);
});

test("a deposit of nothing is refused and changes nothing", async () => {
  await assert.rejects(client.accounts.deposit("a-2", { amount: 0n }), { code: "AMOUNT_INVALID" });
  assert.equal(await client.accounts.get("a-2"), undefined);
});

test("an acknowledged deposit survives a crash", async () => {
  await client.accounts.deposit("a-3", { amount: 100n });
  await app.kill();
  await app.restart();
  assert.equal(await client.accounts.balance("a-3"), 100n);
});

test("accounts are listed in the order of their numbers", async () => {
  const ids = ["b-2", "b-10", "b-1"];
  for (const id of ids) await client.accounts.put(id, { id, owner: "Ada", balance: 0n });
  const listed: string[] = [];
  for await (const [id] of client.accounts.list({ prefix: "b-" })) listed.push(id);
  assert.deepEqual(listed, ["b-1", "b-10", "b-2"]);
});
