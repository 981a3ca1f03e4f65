import type { Command } from "commander";
import { type CommonOptions, projectCommand, terminalOf } from "./outline.js";

interface ResetOptions extends CommonOptions {
  readonly yes?: boolean;
}

/** `affinity reset`: removes the stored data. */
export function resetCommand(): Command {
  return projectCommand("reset", "remove the project's stored data", "affinity reset --yes")
    .option("-y, --yes", "do not ask")
    .action(async (options: ResetOptions) => {
      const { reset } = await import("./reset/reset.js");
      await reset({ config: options.config, isConfirmed: options.yes === true }, terminalOf(options));
    });
}
