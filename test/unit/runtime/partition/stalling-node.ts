/** A process whose handler blocks its event loop, for the test of the watchdog. */
import { execFileSync } from "node:child_process";
import { counts, message, number, openNode, world } from "./fixtures.js";

const how = process.argv[2] ?? "loop";

function burn(): void {
  for (;;) Math.sqrt(2);
}

const node = await openNode(world(), {
  keyspace: counts({ messages: { spin: message("spin", { request: () => number }), nap: message("nap") } }),
  handler: {
    spin() {
      if (how === "loop") burn();
      // Blocks in native code, where no debugger gets in.
      execFileSync("sleep", ["60"]);
    },
    async nap() {
      await new Promise((resolve) => setTimeout(resolve, 100));
    },
  },
  router: { stallMs: 500 },
});
await node.counts.call(node.counts.address("fine"), "nap", undefined, { timeoutMs: 5_000 });
process.stdout.write("blocks\n");
await node.counts.call(node.counts.address("a-1"), "spin", number.encode(1), { timeoutMs: 5_000 });
