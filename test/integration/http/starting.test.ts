import { expect, it } from "vitest";
import { MemoryChangelog } from "../../../runtime/changelog/memory-changelog.js";
import { MemoryLogStorage } from "../../../runtime/changelog/memory-log-storage.js";
import { openRouter } from "../../../runtime/cluster/router.js";
import { MemoryCoordinator } from "../../../runtime/coordinator/memory-coordinator.js";
import { systemClock } from "../../../runtime/core/clock.js";
import { silentLogger } from "../../../runtime/core/logger.js";
import { SeededRandom } from "../../../runtime/core/random.js";
import { openGateway } from "../../../runtime/gateway/gateway.js";
import { MemoryMemStore } from "../../../runtime/memstore/memory-memstore.js";
import { service } from "./bank.js";
import { handlers } from "./bank-handlers.js";
import { call, httpDefaults, schemaIds } from "./node.js";

const accountsIn = 3;

it("while a node starts: live, not ready with the lag of each partition, and everything else PARTITION_NOT_READY", async () => {
  const storage = new MemoryLogStorage();
  const random = new SeededRandom(7);
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const openChangelog = (isHeld: boolean): MemoryChangelog => {
    const changelog = new MemoryChangelog({ clock: systemClock, random, storage });
    const read = changelog.read.bind(changelog);
    changelog.read = async (request) => {
      if (isHeld) await held;
      return read(request);
    };
    return changelog;
  };
  const gatewayOf = (): ReturnType<typeof openGateway> =>
    openGateway({ service, http: httpDefaults, clock: systemClock, logger: silentLogger });
  const coordinator = new MemoryCoordinator();
  const parts = { service, handlers, schemaIds: schemaIds(), coordinator, clock: systemClock, random };
  const log = { logger: silentLogger, historyMs: 3_600_000, tombstoneMs: 86_400_000 };

  const before = await openRouter({
    ...parts,
    ...log,
    changelog: openChangelog(false),
    memstore: new MemoryMemStore(),
  });
  const first = await gatewayOf();
  first.serve(before);
  for (let number = 0; number < accountsIn; number += 1) {
    const body = JSON.stringify({ id: `a-${number}`, balance: 1 });
    const headers = { "content-type": "application/json" };
    expect((await call(`${first.url}/accounts/a-${number}`, { method: "PUT", headers, body })).status).toBe(201);
  }
  await first.close();
  await before.stop();

  const gateway = await gatewayOf();
  const { url } = gateway;
  expect(await call(`${url}/_affinity/live`)).toMatchObject({ status: 200, json: { live: true } });
  expect(await call(`${url}/_affinity/ready`)).toMatchObject({ status: 503, json: { ready: false, partitions: [] } });
  const opening = openRouter({
    ...parts,
    ...log,
    changelog: openChangelog(true),
    memstore: new MemoryMemStore(),
    onOpening: (router) => gateway.watch(router),
  });
  try {
    interface Ready {
      readonly partitions: readonly { keyspace: string; state: string; lagRecords: number }[];
    }
    let partitions: Ready["partitions"] = [];
    for (;;) {
      const ready = await call(`${url}/_affinity/ready`);
      expect(ready).toMatchObject({ status: 503, json: { ready: false } });
      expect(ready.headers.get("retry-after")).toBe("1");
      ({ partitions } = JSON.parse(ready.text) as Ready);
      if (partitions.every(({ state }) => state === "restoring" || state === "serving")) break;
    }
    const accounts = partitions.filter(({ keyspace }) => keyspace === "accounts");
    expect(accounts.reduce((sum, { lagRecords }) => sum + lagRecords, 0)).toBe(accountsIn);

    const put = { method: "PUT", headers: { "content-type": "application/json" }, body: '{"id":"b","balance":1}' };
    for (const [path, init] of [
      ["/accounts/a-1", {}],
      ["/accounts", {}],
      ["/nowhere", {}],
      ["/accounts/a-1", { method: "OPTIONS" }],
      ["/accounts/b", put],
      ["/accounts/a-1/deposit", { ...put, method: "POST", body: '{"amount":1}' }],
    ] as const) {
      const refused = await call(url + path, init);
      expect(refused, path).toMatchObject({ status: 503, json: { code: "PARTITION_NOT_READY" } });
      expect(refused.headers.get("retry-after")).toBe("1");
      expect(refused.json).toHaveProperty("detail", expect.stringMatching(/starting: \d+ of \d+ partitions/));
    }
    expect((await call(`${url}/accounts/b`, put)).json).toMatchObject({ applied: "no" });
    expect((await call(`${url}/_affinity/status`)).status).toBe(200);
    expect((await call(`${url}/_affinity/nowhere`)).status).toBe(404);
  } finally {
    release();
  }
  const router = await opening;
  gateway.serve(router);
  expect(await call(`${url}/_affinity/ready`)).toMatchObject({ status: 200, json: { ready: true } });
  expect((await call(`${url}/accounts/a-1`)).status).toBe(200);
  expect((await call(`${url}/nowhere`)).status).toBe(404);
  await gateway.close();
  await router.stop();
});

it("P18: while a node starts, hosts and tokens are guarded as later", async () => {
  const gateway = await openGateway({
    service,
    http: { ...httpDefaults, auth: { type: "bearer", tokens: ["t"] } },
    clock: systemClock,
    logger: silentLogger,
  });
  const authorization = "Bearer t";
  expect((await call(`${gateway.url}/accounts/a`)).status).toBe(401);
  expect((await call(`${gateway.url}/accounts/a`, { headers: { authorization } })).status).toBe(503);
  expect((await call(`${gateway.url}/_affinity/live`)).status).toBe(200);
  await gateway.close();
});
