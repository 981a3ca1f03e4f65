/**
 * Words of an Avro IDL text, with their places. Comments are no words; a documentation comment belongs to the word that
 * follows it.
 *
 * Source: Avro 1.12 specification, "IDL Language", and the grammar that Java's parser is made from, `Idl.g4`.
 */
import type { Diagnostic, SourceRef } from "../../diagnostics.js";
import { quoted } from "../../diagnostics-text.js";
import { jsonLimits } from "../../json-source.js";
import type { SourceText } from "../../source-text.js";
import { docText } from "./doc-comment.js";

export interface IdlToken {
  /** `mark`: a bracket or other punctuation. */
  readonly kind: "word" | "text" | "number" | "mark" | "end";
  /** A word without its backticks; anything else as it is written. */
  readonly text: string;
  /** Of a word: whether a part stood in backticks, so that it is no word of the language. */
  readonly isQuoted: boolean;
  readonly start: number;
  readonly end: number;
  /** The last documentation comment before it. */
  readonly doc: string | undefined;
}

/** Ends the reading of one file. */
export class IdlFault extends Error {
  readonly diagnostic: Diagnostic;

  constructor(diagnostic: Diagnostic) {
    super(diagnostic.text);
    this.diagnostic = diagnostic;
  }
}

const blank = /[ \t\n\r\f]+/y;
const lineComment = /\/\/[^\n\r]*/y;
const part = "(?:`[_\\p{XIDS}]\\p{XIDC}*`|[_\\p{XIDS}]\\p{XIDC}*)";
const word = new RegExp(`${part}(?:[.-]${part})*`, "uy");
const text = /"(?:[^"\\\n\r\b\f\t]|\\.)*"/y;
const number = /[+-]?(?:NaN|Infinity)\b|-?0[xX][\da-fA-F]+[lL]?|[+-]?(?:\d+\.\d*|\.\d+|\d+)(?:[eE][+-]?\d+)?[fFdDlL]?/y;

/** The words of a text, one after the other. */
export class IdlTokens {
  readonly source: SourceText;
  readonly #text: string;
  #at = 0;
  #count = 0;
  #next: IdlToken;

  constructor(source: SourceText) {
    this.source = source;
    // The ASCII character SUB ends a file, as in Java; JSON's place would be `indexOf`.
    const sub = source.text.indexOf("\u001a");
    this.#text = sub < 0 ? source.text : source.text.slice(0, sub);
    this.#next = this.#read();
  }

  /** The next word, not taken. */
  get next(): IdlToken {
    return this.#next;
  }

  take(): IdlToken {
    const token = this.#next;
    if (token.kind !== "end") this.#next = this.#read();
    return token;
  }

  /** Takes a mark if it is the next word. */
  takes(mark: string): boolean {
    if (!this.isMark(mark)) return false;
    this.take();
    return true;
  }

  isMark(mark: string): boolean {
    return this.#next.kind === "mark" && this.#next.text === mark;
  }

  /** Whether the next word is that word of the language. */
  isWord(text: string): boolean {
    return this.#next.kind === "word" && !this.#next.isQuoted && this.#next.text === text;
  }

  expect(mark: string, where: string): IdlToken {
    if (this.isMark(mark)) return this.take();
    throw this.unexpected(`${mark} ${where}`);
  }

  word(what: string): IdlToken {
    if (this.#next.kind === "word") return this.take();
    throw this.unexpected(what);
  }

  /** The fault of a next word that is not what was expected. */
  unexpected(expected: string, suggestion?: string): IdlFault {
    const { kind, text: written } = this.#next;
    const found = kind === "end" ? "the end of the file" : kind === "mark" ? written : quoted(written);
    return this.fault("IDL_SYNTAX", this.#next, `expected ${expected}, found ${found}`, suggestion);
  }

  fault(
    code: string,
    { start, end }: { readonly start: number; readonly end: number },
    message: string,
    suggestion?: string,
  ): IdlFault {
    const at = this.ref(start, end);
    return new IdlFault({ at, code, text: message, ...(suggestion === undefined ? {} : { suggestion }) });
  }

  ref(start: number, end: number): SourceRef {
    return this.source.ref("", start, end);
  }

  #read(): IdlToken {
    const doc = this.#skip();
    const start = this.#at;
    this.#count += 1;
    if (this.#count > jsonLimits.values) {
      const message = `the file holds more than ${jsonLimits.values} words`;
      throw this.fault("IDL_TOO_LARGE", { start, end: start + 1 }, message, "Split it into several files.");
    }
    const made = (kind: IdlToken["kind"], written: string, isQuoted = false): IdlToken => {
      return { kind, text: written, isQuoted, start, end: this.#at, doc };
    };
    if (start === this.#text.length) return made("end", "");
    const digits = this.#match(number);
    if (digits !== "") return made("number", digits);
    const name = this.#match(word);
    if (name !== "") return made("word", name.replaceAll("`", ""), name.includes("`"));
    const literal = this.#match(text);
    if (literal !== "") return made("text", literal);
    const character = this.#text[start] ?? "";
    this.#at += 1;
    if ("(){}[]:;,@=?<>".includes(character)) return made("mark", character);
    const message =
      character === '"' ? "the text has no closing quote on its line" : `${quoted(character)} begins no word of IDL`;
    throw this.fault("IDL_SYNTAX", { start, end: start + 1 }, message);
  }

  /** Skips white space and comments; gives the last documentation comment. */
  #skip(): string | undefined {
    let doc: string | undefined;
    for (;;) {
      if (this.#match(blank) !== "" || this.#match(lineComment) !== "") continue;
      if (!this.#text.startsWith("/*", this.#at)) return doc;
      const start = this.#at;
      const end = this.#text.indexOf("*/", start + 2);
      if (end < 0) {
        throw this.fault("IDL_SYNTAX", { start, end: start + 2 }, "the comment has no end", "Write */ after it.");
      }
      this.#at = end + 2;
      const comment = this.#text.slice(start, this.#at);
      if (comment.startsWith("/**") && comment.length > 4) doc = docText(comment);
    }
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const [found = ""] = pattern.exec(this.#text) ?? [];
    this.#at += found.length;
    return found;
  }
}
