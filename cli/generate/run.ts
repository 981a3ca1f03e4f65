/** One run of the generator, and what is said about it. */
import type { Diagnostic } from "../../codegen/diagnostics.js";
import { readInputs } from "../../codegen/inputs.js";
import type { GenerateOptions } from "../../codegen/options.js";
import type { Generated } from "../../codegen/project.js";
import { CommandEnd, exitCodes } from "../failure.js";
import { printFindings } from "../findings.js";
import type { Terminal } from "../terminal.js";

/** Prints diagnostics with their code frames. */
export function printDiagnosticsOf(
  options: GenerateOptions,
  diagnostics: readonly Diagnostic[],
  terminal: Terminal,
): void {
  const { schemas, definitions } = readInputs(options);
  printFindings(diagnostics, [...schemas, ...definitions], terminal);
}

/** Prints diagnostics and ends the command, where there are any. */
export function endOnDiagnostics(
  options: GenerateOptions,
  diagnostics: readonly Diagnostic[],
  terminal: Terminal,
): void {
  if (diagnostics.length === 0) return;
  printDiagnosticsOf(options, diagnostics, terminal);
  throw new CommandEnd(exitCodes.findings);
}

/** Says what a run did. */
export function printGenerated(options: GenerateOptions, generated: Generated, terminal: Terminal): void {
  const { written, removed, stubs, unchanged } = generated;
  terminal.emit({ event: "generated", written, removed, stubs, unchanged });
  const counts = [
    count(written.length, "written"),
    count(removed.length, "removed"),
    count(unchanged, "unchanged"),
  ].filter((text) => text !== "");
  terminal.print(`${options.output}: ${counts.join(", ")}`);
  for (const stub of stubs) terminal.print(`${stub}: created; yours from now on`);
}

function count(files: number, what: string): string {
  return files === 0 ? "" : `${files} ${files === 1 ? "file" : "files"} ${what}`;
}
