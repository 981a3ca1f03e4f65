import { openEmbeddedRegistry } from "../../runtime/registry/embedded-registry.js";
import { MemoryRegistry } from "../../runtime/registry/memory-registry.js";
import { describeRegistry } from "./registry.js";
import { tempFolder } from "./temp-folder.js";

describeRegistry("memory", async () => ({
  open: async () => new MemoryRegistry(),
  isPersistent: false,
  dispose: async () => undefined,
}));

describeRegistry("embedded", async () => {
  const folder = await tempFolder();
  return {
    open: () => openEmbeddedRegistry({ dataDir: folder.path }),
    isPersistent: true,
    dispose: () => folder.remove(),
  };
});
