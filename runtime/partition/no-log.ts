/** The log of a partition that has nothing to write: others write all its topics. */
import type { PartitionLog } from "../changelog/changelog.js";

export const noLog: PartitionLog = {
  fence: async () => new Map(),
  append: async () => ({ outcome: "refused", error: new Error("assertion failed: all stores are external") }),
  close: async () => undefined,
};
