import type { Command } from "commander";
import { plainCommand, terminalOf } from "./outline.js";

/** `affinity init [folder]`: writes a complete small project. */
export function initCommand(): Command {
  return plainCommand("init", "write a complete small project", "affinity init my-api")
    .argument("[folder]", "where; made when it is not there", ".")
    .option("-t, --template <name>", "what to start from: project (counters) or bank (accounts)", "project")
    .action(async (folder: string, options: { readonly template: string; readonly json?: boolean }) => {
      const { initProject } = await import("./init/init-project.js");
      initProject({ folder, template: options.template }, terminalOf(options));
    });
}
