/** affinity.json as a tree whose every node knows its place. */
import { messageOf } from "../../core/errors.js";
import type { ConfigFinding, Place } from "./finding.js";

export type SourceNode =
  | { readonly kind: "object"; readonly at: Place; readonly members: readonly SourceMember[] }
  | { readonly kind: "array"; readonly at: Place; readonly items: readonly SourceNode[] }
  | { readonly kind: "scalar"; readonly at: Place; readonly value: string | number | boolean | null };

export interface SourceMember {
  readonly name: string;
  /** Place of the name. */
  readonly at: Place;
  readonly value: SourceNode;
}

/** A finding before the file's name is put in. */
export type Finding = Omit<ConfigFinding, "at"> & { readonly at: Place };

/** The tree, or the first thing that is no JSON. */
export type Source =
  | { readonly ok: true; readonly root: SourceNode }
  | { readonly ok: false; readonly finding: Finding };

/** Arrays and objects within each other; the configuration needs four. */
const depthLimit = 32;
/** Bytes of the file. */
const sizeLimit = 1_048_576;

/** Parses JSON text (RFC 8259), a byte order mark allowed. Duplicate members are refused. */
export function parseSource(bytes: Uint8Array): Source {
  const start: Place = { pointer: "", line: 1, column: 1, length: 1 };
  if (bytes.length > sizeLimit) return refused({ at: start, text: `the file is larger than ${sizeLimit} bytes` });
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return { ok: true, root: new SourceParser(text).parse() };
  } catch (error) {
    if (error instanceof SourceFault) return refused(error);
    return refused({ at: start, text: `the file is not UTF-8 text: ${messageOf(error)}` });
  }
}

function refused({ at, text }: { readonly at: Place; readonly text: string }): Source {
  return { ok: false, finding: { at, code: "CONFIG_INVALID", text } };
}

/** Thrown and caught within this file. */
class SourceFault extends Error {
  readonly at: Place;
  readonly text: string;

  constructor(at: Place, text: string) {
    super(text);
    this.at = at;
    this.text = text;
  }
}

interface Token {
  readonly text: string;
  readonly start: number;
}

// Whatever stands between white space and punctuation is a token; JSON.parse says whether a string or a word is right.
const token = /"(?:[^"\\\n]|\\.)*"?|[{}[\],:]|[^\s{}[\],:"]+/y;

class SourceParser {
  readonly #text: string;
  readonly #lineStarts: readonly number[];
  #next: Token | undefined;

  constructor(text: string) {
    this.#text = text;
    this.#lineStarts = [0, ...[...text.matchAll(/\r\n|\n|\r/g)].map((end) => end.index + end[0].length)];
    this.#next = this.#tokenFrom(0);
  }

  parse(): SourceNode {
    const root = this.#value("", 0);
    if (this.#next !== undefined) this.#fail("the end of the file");
    return root;
  }

  #value(pointer: string, depth: number): SourceNode {
    if (depth > depthLimit) this.#fail(`at most ${depthLimit} objects within each other`);
    const first = this.#take("a value");
    const at = this.#place(first, pointer);
    if (first.text === "{") return { kind: "object", at, members: this.#members(pointer, depth + 1) };
    if (first.text === "[") return { kind: "array", at, items: this.#items(pointer, depth + 1) };
    return { kind: "scalar", at, value: this.#scalar(first, at) };
  }

  #members(pointer: string, depth: number): readonly SourceMember[] {
    const members = new Map<string, SourceMember>();
    this.#sequence("}", () => {
      const word = this.#take("a member's name in double quotes");
      const at = this.#place(word, pointer);
      const name = this.#scalar(word, at);
      if (typeof name !== "string")
        throw new SourceFault(at, `${word.text} is no name; one in double quotes would be right`);
      if (members.has(name)) throw new SourceFault(at, `member ${word.text} stands twice`);
      this.#expect(":");
      const inner = `${pointer}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
      members.set(name, { name, at: { ...at, pointer: inner }, value: this.#value(inner, depth) });
    });
    return [...members.values()];
  }

  #items(pointer: string, depth: number): readonly SourceNode[] {
    const items: SourceNode[] = [];
    this.#sequence("]", () => items.push(this.#value(`${pointer}/${items.length}`, depth)));
    return items;
  }

  /** Elements with commas between them, up to `close`. */
  #sequence(close: "}" | "]", element: () => void): void {
    if (this.#next?.text !== close) {
      element();
      while (this.#next?.text === ",") {
        this.#expect(",");
        element();
      }
    }
    this.#expect(close);
  }

  #scalar({ text }: Token, at: Place): string | number | boolean | null {
    try {
      const value: unknown = JSON.parse(text);
      if (value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean")
        return value;
    } catch {
      // Said below.
    }
    throw new SourceFault(at, `${text.slice(0, 40)} is no JSON value`);
  }

  #expect(text: string): void {
    if (this.#next?.text !== text) this.#fail(JSON.stringify(text));
    this.#take(text);
  }

  #take(wanted: string): Token {
    const taken = this.#next;
    if (taken === undefined) this.#fail(wanted);
    this.#next = this.#tokenFrom(taken.start + taken.text.length);
    return taken;
  }

  #fail(wanted: string): never {
    const found = this.#next ?? { text: "", start: this.#text.length };
    const seen = found.text === "" ? "the file ends" : `${found.text.slice(0, 40)} stands`;
    throw new SourceFault(this.#place(found, ""), `${seen} where ${wanted} would be right`);
  }

  #tokenFrom(offset: number): Token | undefined {
    const blank = /[ \t\r\n]*/y;
    blank.lastIndex = offset;
    blank.exec(this.#text);
    token.lastIndex = blank.lastIndex;
    const [text] = token.exec(this.#text) ?? [];
    if (text !== undefined) return { text, start: blank.lastIndex };
    // A character that JSON knows no more than we do (a form feed, say) is a token of its own.
    const rest = this.#text.slice(blank.lastIndex, blank.lastIndex + 1);
    return rest === "" ? undefined : { text: rest, start: blank.lastIndex };
  }

  #place({ text, start }: Token, pointer: string): Place {
    const line = this.#lineStarts.findLastIndex((lineStart) => lineStart <= start) + 1;
    return { pointer, line, column: start - (this.#lineStarts[line - 1] ?? 0) + 1, length: Math.max(1, text.length) };
  }
}
