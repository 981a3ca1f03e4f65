/** affinity.json as a tree whose every node knows its place. */
import { AffinityError, isAffinityError } from "../../core/errors.js";
import { JsonScanner } from "../../schema/json-scanner.js";
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
  if (bytes.length > sizeLimit) return refused(start, `the file is larger than ${sizeLimit} bytes`);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return refused(start, "the file is not UTF-8 text");
  }
  const parser = new SourceParser(text);
  try {
    return { ok: true, root: parser.parse() };
  } catch (error) {
    if (!isAffinityError(error)) throw error;
    // The scanner says the place in its text as well, for callers that have no file.
    return refused(parser.here(), error.detail.replace(/^.*? of the JSON text found /, "found "));
  }
}

function refused(at: Place, text: string): Source {
  return { ok: false, finding: { at, code: "CONFIG_INVALID", text } };
}

class SourceParser {
  readonly #input: JsonScanner;
  readonly #lineStarts: readonly number[];
  /** Where the fault begins, when it is found out after it was read. */
  #start: number | undefined;

  constructor(text: string) {
    this.#input = new JsonScanner(text);
    this.#lineStarts = [0, ...[...text.matchAll(/\r\n|\n|\r/g)].map((end) => end.index + end[0].length)];
  }

  parse(): SourceNode {
    const root = this.#value("", 0);
    this.#input.end();
    return root;
  }

  /** The place that is being read. */
  here(): Place {
    const { position } = this.#input;
    return this.#place(this.#start ?? position, position + 1, "");
  }

  #value(pointer: string, depth: number): SourceNode {
    const start = this.#input.position;
    if (depth > depthLimit) throw this.#input.unexpected(`at most ${depthLimit} brackets within each other`);
    if (this.#input.take("{")) {
      const at = this.#place(start, start + 1, pointer);
      return { kind: "object", at, members: this.#members(pointer, depth + 1) };
    }
    if (this.#input.take("[")) {
      const at = this.#place(start, start + 1, pointer);
      return { kind: "array", at, items: this.#items(pointer, depth + 1) };
    }
    const value = this.#input.scalar();
    const at = this.#place(start, this.#end(start), pointer);
    return { kind: "scalar", at, value: typeof value === "bigint" ? Number(value) : value };
  }

  #members(pointer: string, depth: number): readonly SourceMember[] {
    const members = new Map<string, SourceMember>();
    for (let isFirst = true; this.#input.more(isFirst, "}"); isFirst = false) {
      const start = this.#input.position;
      const name = this.#input.string();
      const inner = `${pointer}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
      const at = this.#place(start, this.#end(start), inner);
      if (members.has(name)) {
        this.#start = start;
        throw new AffinityError(
          "VALUE_INVALID",
          `found a second member ${JSON.stringify(name)}; expected each name once`,
        );
      }
      this.#input.expect(":");
      members.set(name, { name, at, value: this.#value(inner, depth) });
    }
    return [...members.values()];
  }

  #items(pointer: string, depth: number): readonly SourceNode[] {
    const items: SourceNode[] = [];
    while (this.#input.more(items.length === 0, "]")) items.push(this.#value(`${pointer}/${items.length}`, depth));
    return items;
  }

  /** Where the token ends that was just read; the scanner has gone over the white space behind it. */
  #end(start: number): number {
    return start + this.#input.text.slice(start, this.#input.position).trimEnd().length;
  }

  #place(start: number, end: number, pointer: string): Place {
    const line = this.#lineStarts.findLastIndex((lineStart) => lineStart <= start) + 1;
    return { pointer, line, column: start - (this.#lineStarts[line - 1] ?? 0) + 1, length: Math.max(1, end - start) };
  }
}
