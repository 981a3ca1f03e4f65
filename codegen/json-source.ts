/**
 * JSON text of the user's files, with the place of every value (RFC 8259, nothing beyond it). Unlike `JSON.parse` it
 * keeps the digits of numbers, duplicate members and a member called `__proto__`, and it answers hostile text with a
 * diagnostic in bounded time and memory. The runtime's `JsonScanner` is for values: it knows types and no places.
 */
import type { Diagnostic, SourceFile } from "./diagnostics.js";
import { quoted } from "./diagnostics-text.js";
import { cureOf } from "./json-cures.js";
import {
  JsonArray,
  JsonBoolean,
  JsonMember,
  type JsonNode,
  JsonNull,
  JsonNumber,
  JsonObject,
  type JsonParent,
  type JsonSpan,
  JsonString,
} from "./json-node.js";
import { decodeSource, type SourceText } from "./source-text.js";

/** What one file may hold. A file beyond a limit gets one diagnostic and is not read further. */
export const jsonLimits = {
  /** Bytes of the file. */
  bytes: 8 * 1024 * 1024,
  /** Arrays and objects within each other; the number that Jackson, and so Java Avro, has. */
  depth: 1000,
  /** Values, members and items counted. */
  values: 500_000,
  /** Characters of one number; also Jackson's. */
  numberLength: 1000,
  /** Duplicate members that are told. */
  duplicates: 1000,
} as const;

export interface JsonSourceOptions {
  /** `refuse`: a diagnostic for each; `last`: the last one counts, as Java Avro and `JSON.parse` have it. Default `refuse`. */
  readonly duplicates?: "refuse" | "last";
}

/** What a file holds: the root where its text is JSON, and what is wrong with it. */
export interface JsonSource {
  readonly root: JsonNode | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads one file. A byte order mark of UTF-8 is skipped; columns count from after it. Never throws. */
export function parseJsonSource(file: SourceFile, options: JsonSourceOptions = {}): JsonSource {
  if (file.bytes.length > jsonLimits.bytes) return { root: undefined, diagnostics: [tooLarge(file)] };
  const { source, diagnostic } = decodeSource(file);
  if (source === undefined) return { root: undefined, diagnostics: [diagnostic] };
  const parser = new JsonParser(source);
  try {
    const root = parser.document();
    const duplicates = options.duplicates === "last" ? [] : parser.duplicates;
    return { root: duplicates.length === 0 ? root : undefined, diagnostics: duplicates };
  } catch (fault) {
    if (fault instanceof JsonFault) return { root: undefined, diagnostics: [fault.diagnostic] };
    throw fault;
  }
}

function tooLarge({ file, bytes }: SourceFile): Diagnostic {
  const at = { file, pointer: "", line: 1, column: 1, length: 1 };
  const text = `the file has ${bytes.length} bytes; at most ${jsonLimits.bytes} are read`;
  return { at, code: "JSON_TOO_LARGE", text, suggestion: "Split it into several files." };
}

/** Ends the parse of one file; never leaves this module. */
class JsonFault extends Error {
  readonly diagnostic: Diagnostic;

  constructor(diagnostic: Diagnostic) {
    super(diagnostic.text);
    this.diagnostic = diagnostic;
  }
}

const whitespace = /[ \t\r\n]*/y;
/** All but quotes, backslashes and control characters. */
const plainText = /[ !#-[\]-\uffff]*/y;
const numberText = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
/** What stands where a number or word was meant, up to something that ends it. */
const wordText = /[^\s,:[\]{}"]*/y;
const surrogate = /\p{Surrogate}/u;
const escapes: { readonly [letter: string]: string } = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

/** Recursive descent; its depth is bounded by `jsonLimits.depth`. */
class JsonParser {
  readonly #source: SourceText;
  readonly #text: string;
  readonly duplicates: Diagnostic[] = [];
  #at = 0;
  #depth = 0;
  #values = 0;

  constructor(source: SourceText) {
    this.#source = source;
    this.#text = source.text;
  }

  document(): JsonNode {
    this.#skipSpace();
    if (this.#at === this.#text.length) throw this.#fault("the file is empty; expected a JSON value");
    const root = this.#value(undefined);
    this.#skipSpace();
    if (this.#at < this.#text.length)
      throw this.#fault(`expected the end of the file after its value, found ${this.#found()}`);
    return root;
  }

  #value(parent: JsonParent | undefined): JsonNode {
    if (++this.#values > jsonLimits.values) {
      const text = `the file holds more than ${jsonLimits.values} values`;
      throw this.#fault(text, { code: "JSON_TOO_LARGE", suggestion: "Split it into several files." });
    }
    const span: JsonSpan = { source: this.#source, start: this.#at, parent };
    switch (this.#text[this.#at]) {
      case "{":
        return this.#nested(() => this.#object(new JsonObject(span)));
      case "[":
        return this.#nested(() => this.#array(new JsonArray(span)));
      case '"': {
        const value = this.#string();
        return new JsonString(span, this.#at, value);
      }
      default:
        return this.#word(span);
    }
  }

  #nested(read: () => JsonNode): JsonNode {
    if (this.#depth === jsonLimits.depth) {
      const text = `arrays and objects stand in each other more than ${jsonLimits.depth} deep`;
      throw this.#fault(text, { code: "JSON_TOO_DEEP" });
    }
    this.#depth++;
    const node = read();
    this.#depth--;
    return node;
  }

  #object(object: JsonObject): JsonObject {
    this.#at++;
    this.#skipSpace();
    if (!this.#take("}")) {
      do {
        this.#skipSpace();
        this.#member(object);
        this.#skipSpace();
      } while (this.#more("}", "an object"));
    }
    object.end = this.#at;
    return object;
  }

  #member(object: JsonObject): void {
    const start = this.#at;
    if (this.#text[start] !== '"') throw this.#misfit(`expected a name in double quotes, found ${this.#found()}`);
    const name = this.#string();
    const end = this.#at;
    this.#skipSpace();
    if (!this.#take(":")) throw this.#fault(`expected : after the name ${quoted(name)}, found ${this.#found()}`);
    this.#skipSpace();
    const member = new JsonMember(name, this.#value({ node: object, step: name }), { start, end });
    const earlier = object.add(member);
    if (earlier === undefined || this.duplicates.length === jsonLimits.duplicates) return;
    const text = `the object has ${quoted(name)} twice, here and on line ${earlier.nameAt.line}`;
    this.duplicates.push({ at: member.nameAt, code: "JSON_DUPLICATE_MEMBER", text, suggestion: "Remove one of them." });
  }

  #array(array: JsonArray): JsonArray {
    this.#at++;
    this.#skipSpace();
    if (!this.#take("]")) {
      do {
        this.#skipSpace();
        array.items.push(this.#value({ node: array, step: array.items.length }));
        this.#skipSpace();
      } while (this.#more("]", "an array"));
    }
    array.end = this.#at;
    return array;
  }

  /** After a member or item: whether another follows. */
  #more(close: "}" | "]", what: string): boolean {
    const comma = this.#at;
    if (this.#take(",")) {
      this.#skipSpace();
      if (this.#text[this.#at] !== close) return true;
      throw this.#fault(`${what} has a comma before its ${close}`, { from: comma, suggestion: "Remove the comma." });
    }
    if (this.#take(close)) return false;
    const text = `expected , or ${close} in ${what}, found ${this.#found()}`;
    throw this.#fault(text, /^["{[\d-]/.test(this.#next()) ? { suggestion: "A comma is missing before it." } : {});
  }

  #string(): string {
    const start = this.#at++;
    let value = "";
    for (;;) {
      value += this.#match(plainText);
      const character = this.#text[this.#at];
      if (character === '"') break;
      if (character === "\\") value += this.#escape();
      else if (character === undefined || character === "\n" || character === "\r") {
        throw this.#fault("the text has no closing quote on its line", { from: start });
      } else throw this.#fault(`the text holds a control character, which JSON writes as ${controlEscape(character)}`);
    }
    this.#at++;
    if (!surrogate.test(value)) return value;
    const text = "the text holds half of a surrogate pair, which is no character and has no UTF-8";
    throw this.#fault(text, { from: start, code: "JSON_ENCODING" });
  }

  #escape(): string {
    const start = this.#at;
    const letter = this.#text[start + 1] ?? "";
    const simple = Object.hasOwn(escapes, letter) ? escapes[letter] : undefined;
    this.#at += 2;
    if (simple !== undefined) return simple;
    const digits = this.#text.slice(this.#at, this.#at + 4);
    if (letter === "u" && /^[0-9a-fA-F]{4}$/.test(digits)) {
      this.#at += 4;
      return String.fromCharCode(Number.parseInt(digits, 16));
    }
    const text = `${quoted(`\\${letter}`)} begins no escape of JSON; they are \\" \\\\ \\/ \\b \\f \\n \\r \\t and \\u with four hex digits`;
    throw this.#fault(text, { from: start });
  }

  #word(span: JsonSpan): JsonNode {
    const word = this.#match(wordText);
    if (word === "null") return new JsonNull(span, this.#at);
    if (word === "true" || word === "false") return new JsonBoolean(span, this.#at, word === "true");
    this.#at = span.start;
    if (word.length > jsonLimits.numberLength && /^[-\d]/.test(word)) {
      throw this.#fault(`the number has more than ${jsonLimits.numberLength} characters`, { code: "JSON_TOO_LARGE" });
    }
    if (word !== "" && this.#match(numberText) === word) return new JsonNumber(span, this.#at);
    this.#at = span.start;
    throw this.#misfit(`expected a JSON value, found ${this.#found()}`);
  }

  #skipSpace(): void {
    this.#match(whitespace);
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const [found = ""] = pattern.exec(this.#text) ?? [];
    this.#at += found.length;
    return found;
  }

  /** The word or character that stands here; empty at the end. */
  #next(): string {
    wordText.lastIndex = this.#at;
    const [word = ""] = wordText.exec(this.#text) ?? [];
    if (word !== "" || this.#at >= this.#text.length) return word;
    return String.fromCodePoint(this.#text.codePointAt(this.#at) ?? 0);
  }

  /** What stands here, for a sentence. */
  #found(): string {
    const next = this.#next();
    if (next === "") return "the end of the file";
    return next === '"' ? "a text" : /^[,:[\]{}]$/.test(next) ? next : quoted(next);
  }

  /** A fault at what stands here, or at what was read since `from`. */
  #fault(text: string, facts: FaultFacts = {}): JsonFault {
    const next = this.#next();
    const [start, end] = facts.from === undefined ? [this.#at, this.#at + next.length] : [facts.from, this.#at];
    const suggestion = facts.suggestion ?? (/^(?:\/[/*]|#)/.test(next) ? "JSON has no comments." : undefined);
    return new JsonFault({
      at: this.#source.ref("", start, end),
      code: facts.code ?? "JSON_SYNTAX",
      text,
      ...(suggestion === undefined ? {} : { suggestion }),
    });
  }

  /** A fault where a value or name was meant. */
  #misfit(text: string): JsonFault {
    const suggestion = cureOf(this.#next());
    return this.#fault(text, suggestion === undefined ? {} : { suggestion });
  }
}

interface FaultFacts {
  readonly code?: string;
  /** Offset where the fault begins, when not where the parser stands. */
  readonly from?: number;
  readonly suggestion?: string;
}

function controlEscape(character: string): string {
  const named = Object.entries(escapes).find(([, meaning]) => meaning === character);
  return named === undefined ? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}` : `\\${named[0]}`;
}
