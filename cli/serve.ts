import { type Command, Option } from "commander";
import { type CommonOptions, projectCommand, terminalOf } from "./outline.js";

interface ServeOptions extends CommonOptions {
  readonly loopbackOrigins?: boolean;
}

/** `affinity serve`: runs the project. */
export function serveCommand(): Command {
  return projectCommand("serve", "run the project; generates nothing", "affinity serve --config production.json")
    .addOption(new Option("--loopback-origins", "let pages of every loopback origin call").hideHelp())
    .action(async (options: ServeOptions) => {
      const { serve } = await import("./serve/serve.js");
      await serve({ config: options.config, anyLoopback: options.loopbackOrigins === true }, terminalOf(options));
    });
}
