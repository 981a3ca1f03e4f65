import { systemClock } from "../../runtime/core/clock.js";
import { systemRandom } from "../../runtime/core/random.js";
import { openEmbeddedRegistry } from "../../runtime/registry/embedded-registry.js";
import { MemoryRegistry } from "../../runtime/registry/memory-registry.js";
import { describeRegistry, noHabits } from "./registry.js";
import { tempFolder } from "./temp-folder.js";

describeRegistry("memory", async () => ({
  open: async () => new MemoryRegistry(),
  isPersistent: false,
  prefix: "",
  habits: noHabits,
  dispose: async () => undefined,
}));

describeRegistry("embedded", async () => {
  const folder = await tempFolder();
  return {
    open: () => openEmbeddedRegistry({ dataDir: folder.path, clock: systemClock, random: systemRandom }),
    isPersistent: true,
    prefix: "",
    habits: noHabits,
    dispose: () => folder.remove(),
  };
});
