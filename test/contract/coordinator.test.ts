import { openEmbeddedCoordinator } from "../../runtime/coordinator/embedded-coordinator.js";
import { MemoryCoordinator, MemoryEpochs } from "../../runtime/coordinator/memory-coordinator.js";
import { systemClock } from "../../runtime/core/clock.js";
import { describeCoordinator } from "./coordinator.js";
import { tempFolder } from "./temp-folder.js";

describeCoordinator("memory", async () => {
  const epochs = new MemoryEpochs();
  return { open: async () => new MemoryCoordinator({ epochs }), dispose: async () => undefined };
});

describeCoordinator("embedded", async () => {
  const folder = await tempFolder();
  return {
    open: () => openEmbeddedCoordinator({ dataDir: folder.path, clock: systemClock }),
    dispose: () => folder.remove(),
  };
});
