/** `affinity reset`. */
import { WrongUse } from "../failure.js";
import { readProject } from "../project.js";
import type { Terminal } from "../terminal.js";
import { confirmed } from "./confirmed.js";
import { removeData, storedEntries } from "./remove-data.js";

export async function reset(
  request: { readonly config: string; readonly isConfirmed: boolean },
  terminal: Terminal,
): Promise<void> {
  const { config } = readProject(request.config, terminal);
  const entries = await storedEntries(config);
  if (entries.length === 0) {
    terminal.emit({ event: "reset", dataDir: config.dataDir, removed: [] });
    terminal.print(`${config.dataDir}: nothing is stored`);
    return;
  }
  if (!request.isConfirmed) {
    if (!terminal.isInteractive) throw new WrongUse("reset removes stored data and cannot ask here; add --yes");
    if (!(await confirmed(`Remove ${entries.join(", ")} from ${config.dataDir} for good?`))) {
      terminal.print("Nothing was removed.");
      return;
    }
  }
  const removed = await removeData(config);
  terminal.emit({ event: "reset", dataDir: config.dataDir, removed });
  terminal.print(`${config.dataDir}: removed ${removed.join(", ")}`);
}
