/** `affinity generate`, once or at every change. */
import { resolve } from "node:path";
import { generate as generateOnce } from "../../codegen/project.js";
import { systemClock } from "../../runtime/core/clock.js";
import { Changes } from "../changes.js";
import { oneAtATime } from "../one-at-a-time.js";
import { readProject } from "../project.js";
import { Parent } from "../serve/parent.js";
import { stopSignal } from "../serve/stop-signal.js";
import type { Terminal } from "../terminal.js";
import { checkGenerated } from "./check.js";
import { frozenKeys } from "./frozen-keys.js";
import { generateOptions } from "./options.js";
import { endOnDiagnostics, printDiagnosticsOf, printGenerated } from "./run.js";

export async function generate(
  request: { readonly config: string; readonly check: boolean; readonly watch: boolean },
  terminal: Terminal,
): Promise<void> {
  if (request.check) await checkGenerated(request.config, terminal);
  else if (request.watch) await watch(request.config, terminal);
  else {
    const { config } = readProject(request.config, terminal);
    const options = generateOptions(config);
    const generated = await generateOnce(options, frozenKeys(config, terminal));
    endOnDiagnostics(options, generated.diagnostics, terminal);
    printGenerated(options, generated, terminal);
  }
}

/** Generates, and again whenever an input changes, until a signal. Faults are printed and mended by the next change. */
async function watch(file: string, terminal: Terminal): Promise<void> {
  const stop = stopSignal(systemClock, new Parent());
  const { config } = readProject(file, terminal);
  const options = generateOptions(config);
  const run = oneAtATime(async () => {
    const generated = await generateOnce(options, frozenKeys(config, terminal));
    if (generated.diagnostics.length > 0) printDiagnosticsOf(options, generated.diagnostics, terminal);
    else printGenerated(options, generated, terminal);
  });
  const changes = new Changes(systemClock);
  for (const folder of [...options.schemas, ...options.definitions])
    changes.folder(resolve(options.root, folder), () => void run());
  await run();
  terminal.print("Watching for changes.");
  await stop;
  changes.close();
}
