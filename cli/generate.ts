import type { Command } from "commander";
import { type CommonOptions, projectCommand, terminalOf } from "./outline.js";

interface GenerateOptions extends CommonOptions {
  readonly check?: boolean;
  readonly watch?: boolean;
}

/** `affinity generate`: schemas and definitions become typed code. */
export function generateCommand(): Command {
  return projectCommand("generate", "generate code from schemas and definitions", "affinity generate --watch")
    .option("--check", "write nothing; exit 1 when the generated code is not what it would be")
    .option("--watch", "generate again whenever a schema or a definition changes")
    .action(async (options: GenerateOptions) => {
      const { generate } = await import("./generate/generate.js");
      const { config, check = false, watch = false } = options;
      await generate({ config, check, watch }, terminalOf(options));
    });
}
