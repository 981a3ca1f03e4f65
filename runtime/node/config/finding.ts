/** A fault of affinity.json with its place; the command line prints it as it prints the generator's diagnostics. */
import { AffinityError } from "../../core/errors.js";

/** Where a piece of the file stands. Lines and columns count from 1, columns in UTF-16 code units. */
export interface Place {
  /** RFC 6901 pointer. */
  readonly pointer: string;
  readonly line: number;
  readonly column: number;
  /** Length in code units on its first line, at least 1. */
  readonly length: number;
}

/** One fault. No value of a secret, and no value of an environment variable, stands in its text. */
export interface ConfigFinding {
  readonly at: Place & { readonly file: string };
  readonly code: "CONFIG_INVALID" | "NOT_YET";
  /** `http.port: …; …` */
  readonly text: string;
  /** The cure as a whole sentence. */
  readonly suggestion?: string;
}

/** The error of a configuration with findings; NOT_YET when there is nothing else. */
export function configError(findings: readonly ConfigFinding[]): AffinityError {
  const code = findings.every((finding) => finding.code === "NOT_YET") ? "NOT_YET" : "CONFIG_INVALID";
  return new AffinityError(code, findings.map(line).join("\n"), { data: findings });
}

function line({ at, text, suggestion }: ConfigFinding): string {
  return `${at.file}:${at.line}:${at.column}: ${text}${suggestion === undefined ? "" : `. ${suggestion}`}`;
}
