/** Diagnostics as people read them. */
import picocolors from "picocolors";
import type { Diagnostic, SourceFile } from "./diagnostics.js";
import { frameOf } from "./diagnostics-frame.js";
import { sortDiagnostics } from "./diagnostics-sort.js";
import { printable } from "./diagnostics-text.js";
import { jsonLimits } from "./json-source.js";
import { decodeLeniently, type SourceText } from "./source-text.js";

/** Diagnostics that are printed at most; the closing line counts all. */
export const printLimit = 200;

export interface PrintOptions {
  /** Escape sequences of terminals. Default false. */
  readonly color?: boolean;
  /** Sentence after the count. Default `Nothing was written.` */
  readonly closing?: string;
}

/**
 * All diagnostics, by file and place, each as `path:line:column - error CODE: text`, the line with the fault marked, and
 * the suggestion; then `2 errors. Nothing was written.` Empty when there are none.
 *
 * @param files The files that diagnostics stand in; without its file a diagnostic has no frame.
 */
export function printDiagnostics(
  diagnostics: readonly Diagnostic[],
  files: readonly SourceFile[],
  options: PrintOptions = {},
): string {
  const sorted = sortDiagnostics(diagnostics);
  if (sorted.length === 0) return "";
  const printer = new Printer(files, options.color ?? false);
  const shown = sorted.slice(0, printLimit).map((diagnostic) => printer.block(diagnostic));
  if (sorted.length > printLimit) shown.push(`… and ${sorted.length - printLimit} more.\n`);
  const count = `${sorted.length} ${sorted.length === 1 ? "error" : "errors"}.`;
  return [...shown, `${count} ${options.closing ?? "Nothing was written."}\n`].join("\n");
}

class Printer {
  readonly #files: ReadonlyMap<string, SourceFile>;
  readonly #sources = new Map<string, SourceText>();
  readonly #colors: ReturnType<typeof picocolors.createColors>;

  constructor(files: readonly SourceFile[], color: boolean) {
    this.#files = new Map(files.map((file) => [file.file, file]));
    this.#colors = picocolors.createColors(color);
  }

  block({ at, code, text, suggestion }: Diagnostic): string {
    const { cyan, red, dim } = this.#colors;
    const place = `${cyan(printable(at.file))}:${at.line}:${at.column}`;
    const lines = [
      `${place} - ${red("error")} ${dim(`${code}:`)} ${printable(text)}`,
      ...this.#frame({ at, code, text }),
    ];
    if (suggestion !== undefined) lines.push(`  ${printable(suggestion)}`);
    return `${lines.join("\n")}\n`;
  }

  #frame({ at }: Diagnostic): string[] {
    const source = this.#sourceOf(at.file);
    const frame = source && frameOf(source, at);
    if (frame === undefined) return [];
    const number = String(at.line);
    const { dim, red } = this.#colors;
    return [
      "",
      `${dim(`  ${number} |`)} ${frame.line}`,
      `${dim(`  ${" ".repeat(number.length)} |`)} ${red(frame.marks)}`,
    ];
  }

  #sourceOf(name: string): SourceText | undefined {
    const file = this.#files.get(name);
    const isReadable = file !== undefined && file.bytes.length <= jsonLimits.bytes;
    const known = this.#sources.get(name) ?? (isReadable ? decodeLeniently(file) : undefined);
    if (known !== undefined) this.#sources.set(name, known);
    return known;
  }
}
