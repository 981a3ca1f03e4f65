/** What all commands have in common: `--config`, `--json`, an example in the help. */
import { Command } from "commander";
import { processTerminal, type Terminal } from "./terminal.js";

/** Options of every command that reads a project. */
export interface CommonOptions {
  readonly config: string;
  readonly json?: boolean;
}

/** A command that reads a project. */
export function projectCommand(name: string, description: string, example: string): Command {
  return plainCommand(name, description, example).option(
    "-c, --config <file>",
    "the configuration to use",
    "affinity.json",
  );
}

/** A command that needs no project. */
export function plainCommand(name: string, description: string, example: string): Command {
  return new Command(name)
    .description(description)
    .option("--json", "print one JSON object a line, for machines")
    .addHelpText("after", `\nExample:\n  $ ${example}`)
    .showHelpAfterError(`(\`affinity ${name} --help\` shows how it is used)`);
}

/** The terminal that a command's options ask for. */
export function terminalOf(options: { readonly json?: boolean }): Terminal {
  return processTerminal({ isJson: options.json === true });
}
