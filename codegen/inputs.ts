/**
 * Reads a project's schemas and definitions, and hashes what the output depends on. Loads no compiler. Files are read one
 * after the other: of small ones a synchronous read costs a third of what an asynchronous one does.
 */
import { createHash } from "node:crypto";
import { type Dirent, readdirSync, readFileSync, type Stats, statSync } from "node:fs";
import { isAbsolute, join, relative, resolve, sep } from "node:path";
import type { Diagnostic, SourceFile } from "./diagnostics.js";
import { byCodeUnits } from "./diagnostics-sort.js";
import { jsonLimits } from "./json-source.js";
import type { GenerateOptions } from "./options.js";

/** Number of the output's format: raised whenever the same input gives other bytes, so that old output counts as stale. */
export const outputFormat = 1;

/** Files of input that are read at most; more is a wrong folder. */
const fileLimit = 20_000;

/** What the output is made from. */
export interface Inputs {
  readonly schemas: readonly SourceFile[];
  readonly definitions: readonly SourceFile[];
  /** Faults of folders, not of what stands in files. */
  readonly diagnostics: readonly Diagnostic[];
}

export type InputOptions = Pick<GenerateOptions, "root" | "schemas" | "definitions" | "output">;

/** Reads all files of input. A folder that is absent is empty; having none of both is a fault. */
export function readInputs(options: InputOptions): Inputs {
  const finder = new Finder(options);
  const schemas = finder.find(options.schemas, /\.av(?:sc|pr|dl)$/);
  const definitions = finder.find(options.definitions, /\.json$/);
  const diagnostics = [...finder.diagnostics];
  if (schemas.length + definitions.length === 0 && diagnostics.length === 0) {
    const folders = [...options.schemas, ...options.definitions].join(", ");
    diagnostics.push(
      fault(options.schemas[0] ?? ".", "INPUT_EMPTY", `there is neither a schema nor a definition in ${folders}`),
    );
  }
  return { schemas, definitions, diagnostics };
}

/** SHA-256 (hex) over everything that the output depends on. */
export function hashInputs(
  inputs: Inputs,
  options: Pick<GenerateOptions, "projectName" | "longs" | "timestamps" | "importEnding" | "typeNames">,
): string {
  const { projectName, longs, timestamps, importEnding, typeNames = [] } = options;
  const hash = createHash("sha256");
  const add = (part: string | Uint8Array): void => {
    hash.update(`${part.length}:`);
    hash.update(part);
  };
  const named = typeNames.length === 0 ? [] : [typeNames];
  add(JSON.stringify([outputFormat, projectName, longs, timestamps, importEnding, ...named]));
  for (const [kind, files] of [
    ["schemas", inputs.schemas],
    ["definitions", inputs.definitions],
  ] as const) {
    add(kind);
    for (const { file, bytes } of files) {
      add(file);
      add(bytes);
    }
  }
  return hash.digest("hex");
}

/** The hash that generated code of these inputs bears as `service.inputs`: another one there means GENERATED_STALE. */
export async function inputsHash(options: GenerateOptions): Promise<string> {
  return hashInputs(readInputs(options), options);
}

class Finder {
  readonly #root: string;
  readonly #output: string;
  readonly diagnostics: Diagnostic[] = [];
  #count = 0;

  constructor(options: InputOptions) {
    this.#root = options.root;
    this.#output = resolve(options.root, options.output);
  }

  find(places: readonly string[], ending: RegExp): readonly SourceFile[] {
    const sizes = new Map<string, number>();
    for (const place of places) this.#visit(resolve(this.#root, place), { ending, sizes });
    const sorted = [...sizes]
      .map(([path, size]) => ({ path, size, file: this.#shown(path) }))
      .sort((a, b) => byCodeUnits(a.file, b.file));
    return sorted.map(({ path, size, file }) => ({ file, bytes: readBounded(path, size) }));
  }

  /** The path as diagnostics print it. */
  #shown(path: string): string {
    const shown = relative(this.#root, path);
    return (isAbsolute(shown) ? path : shown).split(sep).join("/");
  }

  #visit(path: string, search: { readonly ending: RegExp; readonly sizes: Map<string, number> }): void {
    // The output's own JSON files are no definitions.
    if (path === this.#output || this.#count > fileLimit) return;
    const found = statOf(path);
    if (found?.isFile() === true) {
      this.#count += 1;
      if (this.#count > fileLimit) {
        const text = `there are more than ${fileLimit} files of input`;
        this.diagnostics.push(fault(this.#shown(path), "INPUT_TOO_MANY", text));
      } else search.sizes.set(path, found.size);
    }
    if (found?.isDirectory() !== true) return;
    const entries = readdirSync(path, { withFileTypes: true });
    for (const entry of entries.sort((a, b) => byCodeUnits(a.name, b.name))) {
      if (isSkipped(entry)) continue;
      if (entry.isDirectory() || search.ending.test(entry.name)) this.#visit(join(path, entry.name), search);
    }
  }
}

/** Hidden files, packages, and links to folders, which could lead in circles. */
function isSkipped(entry: Dirent): boolean {
  return entry.name.startsWith(".") || entry.name === "node_modules";
}

/** What stands at a path; undefined where nothing does that can be looked at. */
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

/** The file's bytes; of one that is too large only so many that the parser sees it. */
function readBounded(path: string, size: number): Uint8Array {
  return size <= jsonLimits.bytes ? readFileSync(path) : new Uint8Array(jsonLimits.bytes + 1);
}

function fault(file: string, code: string, text: string): Diagnostic {
  return { at: { file, pointer: "", line: 1, column: 1, length: 1 }, code, text };
}
