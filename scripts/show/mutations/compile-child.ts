/** A process of its own that compiles mutated schemas and definitions; started with --inspect, so that it can be measured. */
import { compile } from "../../../codegen/generate.js";

/** One project in memory: texts of files in base64. */
export interface CompileRequest {
  readonly id: number;
  readonly schemas: { readonly [file: string]: string };
  readonly definitions: { readonly [file: string]: string };
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
}

const options = { projectName: "mutants", longs: "bigint", timestamps: "date" } as const;

process.on("message", (request: CompileRequest) => process.send?.(answerTo(request)));

function answerTo({ id, schemas, definitions }: CompileRequest): CompileAnswer {
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
    return { id, isAccepted: model !== undefined, diagnostics: shown };
  } catch (error) {
    return {
      id,
      isAccepted: false,
      diagnostics: [],
      thrown: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
}
