import type { Command } from "commander";
import { type CommonOptions, projectCommand, terminalOf } from "./outline.js";

interface StatusOptions extends CommonOptions {
  readonly url?: string;
  readonly watch?: boolean;
}

/** `affinity status`: how a running node is. */
export function statusCommand(): Command {
  return projectCommand(
    "status",
    "show a running node: its keyspaces and partitions, and how far those are that restore",
    "affinity status --watch",
  )
    .option("--url <url>", "where the node listens; default as the configuration says")
    .option("-w, --watch", "look again every second, until Ctrl-C")
    .action(async (options: StatusOptions) => {
      const { status } = await import("./status/status.js");
      await status(options, terminalOf(options));
    });
}
