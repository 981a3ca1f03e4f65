import type { Command } from "commander";
import { type CommonOptions, projectCommand, terminalOf } from "./outline.js";

/** `affinity dev`: generate, watch, serve, restart on change. */
export function devCommand(): Command {
  return projectCommand("dev", "generate and serve, again at every change", "affinity dev").action(
    async (options: CommonOptions) => {
      const { dev } = await import("./dev/dev.js");
      await dev(options.config, terminalOf(options));
    },
  );
}
