/**
 * A process of its own that compiles mutated schemas and definitions; started with --inspect, so that it can be measured.
 * Its parameter is the folder of a project that was generated before, whose files the mutants take the place of.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compile } from "../../../codegen/generate.js";
import { generate } from "../../../codegen/project.js";
import { changedFiles, snapshot } from "../../../test/support/snapshot.js";
import { optionsOf } from "../corpus/options.js";

/** One project in memory: texts of files in base64. */
export interface CompileRequest {
  readonly id: number;
  readonly schemas: { readonly [file: string]: string };
  readonly definitions: { readonly [file: string]: string };
  /** The file that was mutated; where it is refused, the project on disk is generated with it, too. */
  readonly mutant: string;
}

export interface CompileAnswer {
  readonly id: number;
  readonly isAccepted: boolean;
  readonly diagnostics: readonly {
    readonly file: string;
    readonly line: number;
    readonly column: number;
    readonly code: string;
    readonly text: string;
  }[];
  /** What was thrown, where anything was. */
  readonly thrown?: string;
  /** Files of the project that a refused mutant has changed. */
  readonly changed?: readonly string[];
}

const options = { projectName: "mutants", longs: "bigint", timestamps: "date" } as const;
const folder = process.argv[2] ?? "";
const output = join(folder, "src");
const untouched = snapshot(output);

let last: Promise<void> = Promise.resolve();
process.on("message", (request: CompileRequest) => {
  // One at a time: they share the folder.
  last = last.then(async () => {
    process.send?.(await answerTo(request));
  });
});

async function answerTo({ id, schemas, definitions, mutant }: CompileRequest): Promise<CompileAnswer> {
  const sources = (files: { readonly [file: string]: string }) =>
    Object.entries(files).map(([file, bytes]) => ({ file, bytes: new Uint8Array(Buffer.from(bytes, "base64")) }));
  try {
    const inputs = { schemas: sources(schemas), definitions: sources(definitions), diagnostics: [] };
    const { model, diagnostics } = compile(inputs, options);
    const shown = diagnostics.map(({ at, code, text }) => ({
      file: at.file,
      line: at.line,
      column: at.column,
      code,
      text,
    }));
    const answer = { id, isAccepted: model !== undefined, diagnostics: shown };
    if (answer.isAccepted) return answer;
    const bytes = Buffer.from({ ...schemas, ...definitions }[mutant] ?? "", "base64");
    return { ...answer, changed: await generateWith(mutant, bytes) };
  } catch (error) {
    return {
      id,
      isAccepted: false,
      diagnostics: [],
      thrown: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
}

/** Generates the project on disk with a mutant, which is known to be refused, and tells what has changed. */
async function generateWith(file: string, bytes: Uint8Array): Promise<readonly string[]> {
  const path = join(folder, file);
  const original = readFileSync(path);
  writeFileSync(path, bytes);
  const { diagnostics, written, removed, stubs } = await generate(optionsOf(folder));
  writeFileSync(path, original);
  if (diagnostics.length === 0) throw new Error("what was refused in memory was generated on disk");
  return [...written, ...removed, ...stubs, ...changedFiles(untouched, snapshot(output))];
}
