import type { Command } from "commander";
import { type CommonOptions, projectCommand, terminalOf } from "./outline.js";

interface CheckOptions extends CommonOptions {
  readonly against?: string;
  readonly level: string;
}

/** `affinity check`: schemas and definitions, without writing anything. */
export function checkCommand(): Command {
  return projectCommand("check", "check schemas and definitions; writes nothing", "affinity check --against main")
    .option("--against <earlier>", "say what would break, compared with a folder, a git ref or the url of a registry")
    .option("--level <level>", "compatibility of values with a folder or git ref; a registry has its own", "BACKWARD")
    .action(async (options: CheckOptions) => {
      const { check } = await import("./generate/check.js");
      await check(options.config, options, terminalOf(options));
    });
}
