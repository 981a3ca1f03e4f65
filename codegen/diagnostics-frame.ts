/** The code frame: the line of a fault with marks below it. */
import type { SourceRef } from "./diagnostics.js";
import { excerptLimit, printable } from "./diagnostics-text.js";
import type { SourceText } from "./source-text.js";

/** Two lines of text, as wide as a terminal shows them. */
export interface Frame {
  readonly line: string;
  /** Spaces, then `^` under each character of the fault. */
  readonly marks: string;
}

/** Characters shown before the fault when its line is clipped. */
const lead = 30;

/** The part of the line around the fault, at most `excerptLimit` characters of it; undefined past the end of the text. */
export function frameOf(source: SourceText, at: SourceRef): Frame | undefined {
  if (at.line > source.lineCount) return undefined;
  const line = source.line(at.line);
  const column = Math.min(at.column - 1, line.length);
  const from =
    line.length <= excerptLimit ? 0 : boundary(line, Math.max(0, Math.min(column - lead, line.length - excerptLimit)));
  const to = boundary(line, Math.min(line.length, from + excerptLimit));
  const before = shown(line.slice(from, column), from > 0 ? "…" : "");
  const fault = shown(line.slice(column, Math.min(to, column + at.length)), "");
  const after = shown(line.slice(Math.min(to, column + at.length), to), "") + (to < line.length ? "…" : "");
  const marks = " ".repeat(widthOf(before)) + "^".repeat(Math.max(1, widthOf(fault)));
  return { line: `${before}${fault}${after}`.trimEnd(), marks };
}

/** An offset that splits no surrogate pair. */
function boundary(line: string, offset: number): number {
  return /^[\uDC00-\uDFFF]/.test(line.slice(offset, offset + 1)) && offset > 0 ? offset - 1 : offset;
}

function shown(text: string, start: string): string {
  return start + printable(text.replaceAll("\t", " "));
}

const wide =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\uff01-\uff60]/u;
const combining = /[\p{Mn}\p{Me}]/u;

/** Cells of a terminal, as far as scripts tell. */
function widthOf(text: string): number {
  return Array.from(text).reduce((width, character) => width + cells(character), 0);
}

function cells(character: string): number {
  if (combining.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}
