/** `affinity check`, and `affinity generate --check`. */
import { readInputs } from "../../codegen/inputs.js";
import { check as checkOutput } from "../../codegen/project.js";
import { CommandEnd, exitCodes } from "../failure.js";
import { readProject } from "../project.js";
import type { Terminal } from "../terminal.js";
import { frozenKeys } from "./frozen-keys.js";
import { generateOptions } from "./options.js";
import { endOnDiagnostics } from "./run.js";

/** What `check` is asked beside the faults of the input itself. */
export interface CheckRequest {
  /** What to compare with: a folder, a git ref or the url of a registry. */
  readonly against?: string;
  readonly level: string;
}

/** Looks at schemas and definitions alone; writes nothing. */
export async function check(file: string, { against, level }: CheckRequest, terminal: Terminal): Promise<void> {
  const { config } = readProject(file, terminal);
  const options = generateOptions(config);
  const { compile } = await import("../../codegen/generate.js");
  const { model, diagnostics } = compile(readInputs(options), options);
  endOnDiagnostics(options, diagnostics, terminal);
  if (against !== undefined && model !== undefined) {
    const { diagnosticsAgainst, shownAgainst } = await import("../check/against.js");
    endOnDiagnostics(options, await diagnosticsAgainst(against, model, { options, level, config, terminal }), terminal);
    terminal.emit({ event: "checked", diagnostics: 0, against: shownAgainst(against) });
    terminal.print(`No errors; nothing breaks, compared with ${shownAgainst(against)}.`);
    return;
  }
  terminal.emit({ event: "checked", diagnostics: 0 });
  terminal.print("No errors.");
}

/** Compares the output with what would be written; exit code 1 where they differ. */
export async function checkGenerated(file: string, terminal: Terminal): Promise<void> {
  const { config } = readProject(file, terminal);
  const options = generateOptions(config);
  const { diagnostics, drift } = await checkOutput(options, frozenKeys(config, terminal));
  endOnDiagnostics(options, diagnostics, terminal);
  for (const { path, kind } of drift) {
    terminal.emit({ event: "drift", path, kind });
    terminal.print(`${path}: ${kind}`);
  }
  if (drift.length === 0) {
    terminal.print(`${options.output}: is up to date`);
    return;
  }
  terminal.note(
    `${drift.length === 1 ? "1 file is" : `${drift.length} files are`} not as they would be generated; run \`affinity generate\``,
  );
  throw new CommandEnd(exitCodes.findings);
}
