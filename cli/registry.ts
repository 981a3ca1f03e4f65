import { Command } from "commander";
import { type CommonOptions, projectCommand, terminalOf } from "./outline.js";

interface ServeOptions extends CommonOptions {
  readonly host: string;
  readonly port: string;
}

/** `affinity registry`: the schema registry of a project. */
export function registryCommand(): Command {
  const registry = new Command("registry")
    .description("serve, read and fill the project's schema registry")
    .helpCommand(false)
    .addHelpText("after", "\nExample:\n  $ affinity registry serve --port 8081");
  for (const command of [serveCommand(), listCommand(), showCommand(), registerCommand()]) registry.addCommand(command);
  return registry;
}

function serveCommand(): Command {
  return projectCommand("serve", "serve the registry over HTTP, as Confluent's interface", "affinity registry serve")
    .option("-p, --port <port>", "port to listen on; 0 takes a free one", "8081")
    .option("--host <host>", "where to listen; what is not loopback needs http.auth with tokens", "127.0.0.1")
    .action(async (options: ServeOptions) => {
      const { serve } = await import("./registry/serve.js");
      await serve(options, terminalOf(options));
    });
}

function listCommand(): Command {
  return projectCommand("list", "list subjects with their versions and level", "affinity registry list").action(
    async (options: CommonOptions) => {
      const { list } = await import("./registry/list.js");
      await list(options.config, terminalOf(options));
    },
  );
}

function showCommand(): Command {
  return projectCommand("show", "print a schema", "affinity registry show accounts-value 2")
    .argument("<subject>", "the subject, or the id of a schema")
    .argument("[version]", "its version; default the latest")
    .action(async (subject: string, version: string | undefined, options: CommonOptions) => {
      const { show } = await import("./registry/show.js");
      await show({ config: options.config, subject, version }, terminalOf(options));
    });
}

function registerCommand(): Command {
  return projectCommand(
    "register",
    "register the project's schemas, or one file under a subject",
    "affinity registry register --config production.json",
  )
    .argument("[subject]", "the subject of the file; without one, every schema of the project")
    .argument("[file]", "an .avsc file that stands alone")
    .action(async (subject: string | undefined, file: string | undefined, options: CommonOptions) => {
      const { register } = await import("./registry/register.js");
      await register({ config: options.config, subject, file }, terminalOf(options));
    });
}
