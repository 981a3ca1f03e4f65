/** The text of one file of input, and the places within it. */
import type { Diagnostic, SourceFile, SourceRef } from "./diagnostics.js";

/** A file's text without its byte order mark. Lines end in `\n`, `\r\n` or `\r`. */
export class SourceText {
  readonly file: string;
  readonly text: string;
  #lineStarts: Uint32Array | undefined;

  constructor(file: string, text: string) {
    this.file = file;
    this.text = text;
  }

  get lineCount(): number {
    return this.#starts().length;
  }

  /** A line's characters without its end; empty past the last line. Counts from 1. */
  line(line: number): string {
    return this.text.slice(this.#start(line), this.#end(line));
  }

  /** The place of the characters from `start` up to `end`; `length` covers those of the first line. */
  ref(pointer: string, start: number, end: number): SourceRef {
    const line = this.#lineAt(start);
    const length = Math.max(1, Math.min(end, this.#end(line)) - start);
    return { file: this.file, pointer, line, column: start - this.#start(line) + 1, length };
  }

  /** Found at the first question: most texts have no fault. */
  #starts(): Uint32Array {
    this.#lineStarts ??= lineStartsOf(this.text);
    return this.#lineStarts;
  }

  /** The end of the text for the line after the last. */
  #start(line: number): number {
    return this.#starts()[line - 1] ?? this.text.length;
  }

  #end(line: number): number {
    const next = this.#start(line + 1);
    if (line >= this.lineCount) return next;
    return this.text.startsWith("\r\n", next - 2) ? next - 2 : next - 1;
  }

  #lineAt(offset: number): number {
    const starts = this.#starts();
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  }
}

function lineStartsOf(text: string): Uint32Array {
  const lineEnd = /\r\n|\n|\r/g;
  let count = 1;
  while (lineEnd.test(text)) count++;
  const starts = new Uint32Array(count);
  for (let line = 1; line < count; line++) {
    lineEnd.test(text);
    starts[line] = lineEnd.lastIndex;
  }
  return starts;
}

/** What came of the bytes. */
export type Decoded =
  | { readonly source: SourceText; readonly diagnostic?: undefined }
  | { readonly source?: undefined; readonly diagnostic: Diagnostic };

/** The text of a file's bytes: UTF-8, a byte order mark allowed. @param language of the text, for the diagnostic. */
export function decodeSource({ file, bytes }: SourceFile, language: "JSON" | "IDL" = "JSON"): Decoded {
  const wide = wideEncoding(bytes);
  if (wide !== undefined) {
    const at = { file, pointer: "", line: 1, column: 1, length: 1 };
    const text = `the file is ${wide}; ${language} files are UTF-8`;
    return { diagnostic: { at, code: `${language}_ENCODING`, text, suggestion: "Save it as UTF-8." } };
  }
  try {
    return { source: new SourceText(file, new TextDecoder("utf-8", { fatal: true }).decode(bytes)) };
  } catch {
    return { diagnostic: notUtf8(file, bytes, language) };
  }
}

/** The text as far as it can be shown: bytes that are not UTF-8 stand as U+FFFD. */
export function decodeLeniently({ file, bytes }: SourceFile): SourceText {
  return new SourceText(file, new TextDecoder("utf-8").decode(bytes));
}

/** JSON begins with an ASCII character, so a zero among its first bytes tells a wider encoding also without a mark. */
function wideEncoding(bytes: Uint8Array): string | undefined {
  const [a = -1, b = -1, c = -1, d = -1] = bytes;
  if (a === 0 && b === 0 && (c === 0xfe || c === 0) && d > 0) return "UTF-32";
  if (b === (a === 0xff ? 0xfe : 0) && c === 0 && d === 0) return "UTF-32";
  if ((a === 0xfe && b === 0xff) || (a === 0xff && b === 0xfe)) return "UTF-16";
  return (a === 0 && b > 0) || (a > 0 && b === 0) ? "UTF-16" : undefined;
}

function notUtf8(file: string, bytes: Uint8Array, language: string): Diagnostic {
  const offset = validPrefix(bytes);
  const before = new TextDecoder("utf-8").decode(bytes.subarray(0, offset));
  const at = new SourceText(file, before).ref("", before.length, before.length);
  const byte = `0x${(bytes[offset] ?? 0).toString(16).padStart(2, "0")}`;
  const text = `byte ${offset} of the file (${byte}) is not UTF-8; ${language} files are UTF-8`;
  return { at, code: `${language}_ENCODING`, text, suggestion: "Save it as UTF-8." };
}

/** Number of leading bytes that are whole UTF-8 characters (Unicode 15, table 3-7). */
function validPrefix(bytes: Uint8Array): number {
  let at = 0;
  while (at < bytes.length) {
    const size = characterSize(bytes, at);
    if (size === 0) return at;
    at += size;
  }
  return at;
}

function characterSize(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  const size = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  const second = bytes[at + 1] ?? 0;
  const lowest = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const highest = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (size === 0 || second < lowest || second > highest) return 0;
  for (let next = at + 2; next < at + size; next++) if (((bytes[next] ?? 0) & 0xc0) !== 0x80) return 0;
  return size;
}
