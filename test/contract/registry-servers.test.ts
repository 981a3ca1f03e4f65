/** The registry contract where a server is behind it: ours, one of others, and ZooKeeper. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../../runtime/core/clock.js";
import { silentLogger } from "../../runtime/core/logger.js";
import { systemRandom } from "../../runtime/core/random.js";
import { openConfluentRegistry } from "../../runtime/registry/confluent-registry.js";
import type { Registry } from "../../runtime/registry/registry.js";
import { openZookeeperRegistry } from "../../runtime/registry/zookeeper-registry.js";
import { Apicurio } from "../support/servers/apicurio.js";
import { isLeftOut, missingJava } from "../support/servers/java.js";
import { startRegistryServer } from "../support/servers/own-registry.js";
import { Zookeeper } from "../support/servers/zookeeper.js";
import { describeRegistry, noHabits } from "./registry.js";

const parts = { clock: systemClock, random: systemRandom };

function client(url: string): Promise<Registry> {
  return openConfluentRegistry({
    ...parts,
    urls: [url],
    auth: { type: "none" },
    timeoutMs: 30_000,
    retries: 3,
    cacheBytes: 1_048_576,
    logger: silentLogger,
  });
}

describeRegistry("confluent, against our own server", async () => {
  const server = await startRegistryServer();
  return {
    open: () => client(server.url),
    isPersistent: true,
    prefix: "",
    habits: noHabits,
    dispose: () => server.close(),
  };
});

const leftOut = isLeftOut(missingJava());
let runs = 0;

describe.skipIf(leftOut)("with Java and Maven", () => {
  describe("Apicurio Registry", () => {
    let apicurio: Apicurio;
    beforeAll(async () => {
      apicurio = await Apicurio.start();
    }, 300_000);
    afterAll(() => apicurio.stop());

    describeRegistry("confluent, against Apicurio Registry", async () => ({
      open: () => client(apicurio.url),
      isPersistent: true,
      prefix: `run${runs++}-`,
      habits: { hasOwnIds: true, judgesSamenessByItself: true, looksLittleAtNonsense: true, leavesNoLevel: true },
      dispose: async () => undefined,
    }));
  });

  describe("ZooKeeper", () => {
    let zookeeper: Zookeeper;
    beforeAll(async () => {
      zookeeper = await Zookeeper.start(1);
    }, 300_000);
    afterAll(() => zookeeper.stop());

    it("is REGISTRY_UNAVAILABLE while its server is frozen, and goes on when it is back", async () => {
      const connect = `${zookeeper.servers}/run${runs++}`;
      const registry = await openZookeeperRegistry({ ...parts, connect, sessionTimeoutMs: 4_000, timeoutMs: 1_000 });
      const first = await registry.register("s", '"int"');
      await zookeeper.freeze(0);
      await expect(registry.register("s", '"long"')).rejects.toMatchObject({ code: "REGISTRY_UNAVAILABLE" });
      await expect(registry.latest("s")).rejects.toMatchObject({ code: "REGISTRY_UNAVAILABLE" });
      expect(await registry.schemaById(first.id)).toBe('"int"');
      await zookeeper.thaw(0);
      // The frozen server may have kept what nobody heard of; it is the same registration then.
      const second = await registry.register("s", '"long"');
      expect(second).toMatchObject({ version: 2 });
      expect(await registry.versions("s")).toEqual([first, second]);
      await registry.close();
    });

    describeRegistry("zookeeper", async () => {
      const connect = `${zookeeper.servers}/run${runs++}`;
      return {
        open: () => openZookeeperRegistry({ ...parts, connect, sessionTimeoutMs: 4_000, timeoutMs: 30_000 }),
        isPersistent: true,
        prefix: "",
        habits: noHabits,
        dispose: async () => undefined,
      };
    });
  });
});
