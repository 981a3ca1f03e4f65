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
      const name = scanner.name();
      if (!known.includes(name))
        throw invalid(`member ${abridged(name)} is not known; ${known.join(", ")} would be right`);
      if (members.has(name)) throw invalid(`member ${abridged(name)} stands twice`);
      scanner.expect(":");
      members.set(name, scanner.value());
    } while (scanner.take(","));
    scanner.expect("}");
  }
  scanner.end();
  return members;
}

const space = /[ \t\n\r]*/y;
/** Everything up to the next character that matters: a quote, a bracket, or what ends a member. */
const plain = /[^"{}[\],]*/y;

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
    this.#skip(space);
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  expect(character: string): void {
    if (!this.take(character))
      throw invalid(`is not a JSON object; ${character} would be right at character ${this.#at}`);
  }

  name(): string {
    this.#skip(space);
    const piece = this.#string();
    try {
      const name: unknown = JSON.parse(piece);
      if (typeof name === "string") return name;
    } catch {
      // Told below, with its place.
    }
    throw invalid(`is not a JSON object; a member's name would be right at character ${this.#at}`);
  }

  /** The text of a value, up to the comma or bracket that ends it. */
  value(): string {
    this.#skip(space);
    const start = this.#at;
    let depth = 0;
    for (;;) {
      this.#skip(plain);
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
    this.#skip(space);
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

  #skip(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? "";
    this.#at += found.length;
    return found;
  }
}

function invalid(detail: string): AffinityError {
  return new AffinityError("VALUE_INVALID", `line: ${detail}`, { pointer: "" });
}

function abridged(name: string): string {
  return JSON.stringify(name.length > 60 ? `${name.slice(0, 57)}...` : name);
}
