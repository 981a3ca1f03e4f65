import type { Command } from "commander";
import { type CommonOptions, projectCommand, terminalOf } from "./outline.js";

/** `affinity inspect`: the model that code is generated from. */
export function inspectCommand(): Command {
  return projectCommand("inspect", "print the model of the project as JSON", "affinity inspect | jq .keyspaces").action(
    async (options: CommonOptions) => {
      const { inspect } = await import("./generate/inspect.js");
      await inspect(options.config, terminalOf(options));
    },
  );
}
