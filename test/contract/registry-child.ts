/**
 * Registers schemas without end and says what it was answered. Arguments: the adapter, where it is, and a number that makes
 * some of its schemas its own; the others are those of its siblings too.
 */
import { sleep, systemClock } from "../../runtime/core/clock.js";
import { silentLogger } from "../../runtime/core/logger.js";
import { systemRandom } from "../../runtime/core/random.js";
import { openConfluentRegistry } from "../../runtime/registry/confluent-registry.js";
import { openEmbeddedRegistry } from "../../runtime/registry/embedded-registry.js";
import type { Registry } from "../../runtime/registry/registry.js";
import { openZookeeperRegistry } from "../../runtime/registry/zookeeper-registry.js";

const [adapter = "", place = "", run = "0"] = process.argv.slice(2);

async function opened(): Promise<Registry> {
  const parts = { clock: systemClock, random: systemRandom };
  switch (adapter) {
    case "embedded":
      return openEmbeddedRegistry({ dataDir: place, ...parts });
    case "zookeeper":
      return openZookeeperRegistry({ connect: place, sessionTimeoutMs: 4_000, timeoutMs: 3_000, ...parts });
    case "confluent":
      return openConfluentRegistry({
        urls: [place],
        auth: { type: "none" },
        timeoutMs: 10_000,
        retries: 20,
        cacheBytes: 1_048_576,
        logger: silentLogger,
        ...parts,
      });
    default:
      throw new Error(`no adapter ${adapter}`);
  }
}

/**
 * Between two rounds, ms. Without it, whoever begins anew has ever more to read of what the others register meanwhile, on a slow
 * machine so much that he does not come to an end.
 */
const pauseMs = 100;

const registry = await opened();
console.log("ready");
for (let index = 0; ; index += 1) {
  const many = Array.from({ length: 6 }, (_, member) => {
    const owner = member < 3 ? run : "all";
    return registry.register(`s${member % 2}`, `{"type":"string","n":"${owner}-${index}-${member % 3}"}`);
  });
  for (const outcome of await Promise.allSettled(many)) {
    if (outcome.status === "rejected") console.log(`failed ${String(outcome.reason)}`);
    else {
      const { subject, version, id, schema } = outcome.value;
      console.log(`registered ${subject} ${version} ${id} ${schema}`);
    }
  }
  await sleep(systemClock, pauseMs);
}
