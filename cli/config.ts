import type { Command } from "commander";
import { type CommonOptions, projectCommand, terminalOf } from "./outline.js";

interface ConfigOptions extends CommonOptions {
  readonly doc?: boolean;
}

/** `affinity config`: the effective configuration, or every setting there is. */
export function configCommand(): Command {
  return projectCommand(
    "config",
    "print the effective configuration and where each value comes from",
    "affinity config --config production.json",
  )
    .option("--doc", "print every setting with type, default and text")
    .action(async (options: ConfigOptions) => {
      const { printConfig, printDocument } = await import("./config/print-config.js");
      if (options.doc === true) printDocument(terminalOf(options));
      else printConfig(options.config, terminalOf(options));
    });
}
