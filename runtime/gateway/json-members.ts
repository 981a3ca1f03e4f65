/**
 * The members of a JSON object as pieces of its text, so that each piece goes to the codec of its own type with every
 * digit of its numbers. The pieces themselves are checked by those codecs; here only brackets and strings are followed.
 */
import { AffinityError } from "../core/errors.js";

/** @throws VALUE_INVALID when the text is no object, or names a member twice or one that is not in `known`. */
export function jsonMembers(text: string, known: readonly string[]): ReadonlyMap<string, string> {
  const scanner = new Scanner(text);
  const members = new Map<string, string>();
  scanner.expect("{");
  if (!scanner.take("}")) {
    do {
      const name = scanner.name(known);
      if (members.has(name)) throw invalid(`member ${abridged(name)} stands twice`);
      scanner.expect(":");
      members.set(name, scanner.value());
    } while (scanner.take(","));
    scanner.expect("}");
  }
  scanner.end();
  return members;
}

/** Characters that matter outside of strings: a quote, brackets, and what ends a member. */
const marks = new Set('"{}[],');
const isMark = Uint8Array.from({ length: 128 }, (_, unit) => (marks.has(String.fromCharCode(unit)) ? 1 : 0));

function isSpace(unit: number): boolean {
  return unit === 0x20 || unit === 0x09 || unit === 0x0a || unit === 0x0d;
}

class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  take(character: string): boolean {
    this.#skipSpace();
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  expect(character: string): void {
    if (!this.take(character))
      throw invalid(`is not a JSON object; ${character} would be right at character ${this.#at}`);
  }

  /** One of those that are known. */
  name(known: readonly string[]): string {
    this.#skipSpace();
    const piece = this.#string();
    // Nearly always without escapes, and then no text is made.
    const plain = known.find((name) => piece.length === name.length + 2 && piece.startsWith(name, 1));
    if (plain !== undefined) return plain;
    let name: unknown;
    try {
      name = JSON.parse(piece);
    } catch {
      // Told below, with its place.
    }
    if (typeof name === "string") {
      if (known.includes(name)) return name;
      throw invalid(`member ${abridged(name)} is not known; ${known.join(", ")} would be right`);
    }
    throw invalid(`is not a JSON object; a member's name would be right at character ${this.#at}`);
  }

  /** The text of a value, up to the comma or bracket that ends it. */
  value(): string {
    this.#skipSpace();
    const start = this.#at;
    let depth = 0;
    for (;;) {
      this.#skipToMark();
      const character = this.#text[this.#at];
      if (character === undefined) throw invalid("is not a JSON object; it ends within a value");
      if (character === '"') {
        this.#string();
        continue;
      }
      if (depth === 0 && (character === "," || character === "}" || character === "]")) break;
      if (character === "{" || character === "[") depth += 1;
      else if (character !== ",") depth -= 1;
      this.#at += 1;
    }
    // Not trim(), which takes more for white space than JSON does.
    let end = this.#at;
    while (end > start && isSpace(this.#text.charCodeAt(end - 1))) end -= 1;
    return this.#text.slice(start, end);
  }

  end(): void {
    this.#skipSpace();
    if (this.#at < this.#text.length) throw invalid(`goes on after its end, at character ${this.#at}`);
  }

  // A pattern for strings would keep a place to go back to for each of their characters.
  #string(): string {
    const start = this.#at;
    if (this.#text[start] !== '"') return "";
    let end = start;
    do {
      end = this.#text.indexOf('"', end + 1);
      if (end < 0) throw invalid("is not a JSON object; it ends within a string");
    } while (this.#isEscaped(end));
    this.#at = end + 1;
    return this.#text.slice(start, this.#at);
  }

  #isEscaped(at: number): boolean {
    let backslashes = 0;
    while (this.#text[at - 1 - backslashes] === "\\") backslashes += 1;
    return backslashes % 2 === 1;
  }

  #skipSpace(): void {
    while (isSpace(this.#text.charCodeAt(this.#at))) this.#at += 1;
  }

  #skipToMark(): void {
    const text = this.#text;
    let at = this.#at;
    while (at < text.length && isMark[text.charCodeAt(at)] !== 1) at += 1;
    this.#at = at;
  }
}

function invalid(detail: string): AffinityError {
  return new AffinityError("VALUE_INVALID", `line: ${detail}`, { pointer: "" });
}

function abridged(name: string): string {
  return JSON.stringify(name.length > 60 ? `${name.slice(0, 57)}...` : name);
}
