import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type App, openApp } from "affinity-data/testing";
import { type Client, createClient } from "../src/generated/client.js";

let app: App;
let client: Client;

// The real runtime with a data folder of its own, in this process.
before(async () => {
  app = await openApp({ config: "affinity.json" });
  client = createClient({ url: app.url });
});

after(async () => {
  await client.close();
  await app.close();
});

test("steps add up", async () => {
  await client.counters.add("visits", {});
  const counter = await client.counters.add("visits", { by: 41n });
  assert.equal(counter.count, 42n);
  assert.deepEqual(await client.counters.get("visits"), counter);
});

test("a counter does not fall below zero", async () => {
  await assert.rejects(client.counters.add("stock", { by: -1n }), { code: "BELOW_ZERO" });
  assert.equal(await client.counters.get("stock"), undefined);
});

test("what was acknowledged survives a crash", async () => {
  await client.counters.add("orders", { by: 3n });
  await app.kill();
  await app.restart();
  assert.equal((await client.counters.get("orders"))?.count, 3n);
});
