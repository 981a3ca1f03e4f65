import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const door = (name: string): string => fileURLToPath(new URL(`./runtime/doors/${name}.ts`, import.meta.url));

export default defineConfig({
  resolve: {
    // Tests run the sources; spawned processes run the built package.
    alias: [
      {
        find: /^affinity-data\/(schema|client|testing|plugin)$/,
        replacement: `${door("$1").replace(/\$1\.ts$/, "")}$1.ts`,
      },
      { find: /^affinity-data$/, replacement: door("node") },
      // As runtime/disk/sqlite.ts chooses, and for its reason.
      ...(Number(process.versions.node.split(".")[0]) >= 22
        ? [{ find: /^better-sqlite3$/, replacement: "better-sqlite3-13" }]
        : []),
    ],
  },
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/servers/shared.ts"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    reporters: ["default", "./test/support/closing-line.ts"],
    maxWorkers: 2,
  },
});
