/** Faults in the user's input, printed as every command prints them. */
import type { Diagnostic, SourceFile } from "../codegen/diagnostics.js";
import { printDiagnostics } from "../codegen/diagnostics-print.js";
import { sortDiagnostics } from "../codegen/diagnostics-sort.js";
import type { Terminal } from "./terminal.js";

/** Prints all of them, to standard error, or as JSON lines. */
export function printFindings(
  findings: readonly Diagnostic[],
  files: readonly SourceFile[],
  terminal: Terminal,
  closing?: string,
): void {
  for (const { at, code, text, suggestion } of terminal.isJson ? sortDiagnostics(findings) : [])
    terminal.emit({ event: "diagnostic", severity: "error", ...at, code, text, suggestion });
  const color = terminal.colors.isColorSupported;
  const printed = printDiagnostics(findings, files, { color, ...(closing === undefined ? {} : { closing }) });
  terminal.note(printed.trimEnd());
}
