/** The command line as a whole. Only commander and the commands' outlines load here; each command loads its work itself. */
import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { checkCommand } from "./check.js";
import { configCommand } from "./config.js";
import { consumeCommand } from "./consume.js";
import { devCommand } from "./dev.js";
import { doctorCommand } from "./doctor.js";
import { exitCodes, reportFailure } from "./failure.js";
import { generateCommand } from "./generate.js";
import { initCommand } from "./init.js";
import { inspectCommand } from "./inspect.js";
import { packageRoot } from "./package-root.js";
import { registryCommand } from "./registry.js";
import { resetCommand } from "./reset.js";
import { serveCommand } from "./serve.js";
import { statusCommand } from "./status.js";
import { processTerminal } from "./terminal.js";

/** Runs one command line, without the program's own name in it. Never rejects. */
export async function run(args: readonly string[]): Promise<number> {
  try {
    await program().parseAsync(args, { from: "user" });
    return exitCodes.done;
  } catch (error) {
    // commander has printed its own: exit code 0 is help or version.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.wrongUse;
    return reportFailure(error, processTerminal({ isJson: args.includes("--json") }));
  }
}

function program(): Command {
  const affinity = new Command("affinity")
    .description("Avro schemas and definitions in; a durable, typed data API out.")
    .version(version(), "-v, --version", "print the version")
    .helpCommand(false)
    .showHelpAfterError("(`affinity --help` shows every command)")
    .addHelpText("after", "\nExample:\n  $ affinity init my-api && cd my-api && npm install && npx affinity dev");
  for (const outline of [
    initCommand,
    generateCommand,
    checkCommand,
    serveCommand,
    statusCommand,
    devCommand,
    inspectCommand,
    configCommand,
    consumeCommand,
    registryCommand,
    resetCommand,
    doctorCommand,
  ]) {
    affinity.addCommand(outline());
  }
  return exitOverridden(affinity);
}

// Without this commander ends the process itself, with exit code 1 for wrong use.
function exitOverridden(command: Command): Command {
  command.exitOverride();
  for (const child of command.commands) exitOverridden(child);
  return command;
}

function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(`${packageRoot()}/package.json`, "utf8"));
  return typeof manifest === "object" && manifest !== null && "version" in manifest ? String(manifest.version) : "";
}
