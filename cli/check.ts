import type { Command } from "commander";
import { type CommonOptions, projectCommand, terminalOf } from "./outline.js";

/** `affinity check`: schemas and definitions, without writing anything. */
export function checkCommand(): Command {
  return projectCommand("check", "check schemas and definitions; writes nothing", "affinity check").action(
    async (options: CommonOptions) => {
      const { check } = await import("./generate/check.js");
      await check(options.config, terminalOf(options));
    },
  );
}
