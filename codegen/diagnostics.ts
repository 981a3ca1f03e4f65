/**
 * Faults in the user's input: collected, sorted and printed, never thrown. Each has a place, a code, a text that names what
 * was found and what was expected, and where possible a suggestion.
 */

/** Where a piece of input stands. Lines and columns count from 1, columns in UTF-16 code units; `offset` from 0. */
export interface SourceRef {
  /** Path as the user would type it: relative to the project, with `/`. */
  readonly file: string;
  /** RFC 6901 pointer to the value within the file. */
  readonly pointer: string;
  readonly line: number;
  readonly column: number;
  /** Length of the piece in code units on its first line, for the code frame; at least 1. */
  readonly length: number;
}

/** One fault. */
export interface Diagnostic {
  readonly at: SourceRef;
  /** `AVRO_…` for schemas, `DEFINITION_…` for definitions, `JSON_…` for text that is no JSON, `NOT_YET`. */
  readonly code: string;
  readonly text: string;
  /** A cure, as a whole sentence: `Did you mean bank.AccountStatus (schemas/status.avsc)?` */
  readonly suggestion?: string;
}

/** One file of input, read by the caller: `codegen` itself touches the disk in `write.ts` and `project.ts` only. */
export interface SourceFile {
  readonly file: string;
  readonly bytes: Uint8Array;
}
