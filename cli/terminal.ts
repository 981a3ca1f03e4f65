/** What people and machines see: text on a terminal, or with `--json` one object a line on standard output. */
import { stripVTControlCharacters } from "node:util";
import pc from "picocolors";

/** Colours as functions; each gives its argument back where colours are off. */
export type Colors = ReturnType<typeof pc.createColors>;

/** Where a command writes. */
export interface Terminal {
  /** Whether `--json` was given. */
  readonly isJson: boolean;
  /** Whether a person sits in front of standard output. */
  readonly isInteractive: boolean;
  readonly colors: Colors;
  /** A result: standard output; nothing under `--json`. */
  print(text: string): void;
  /** Progress, warnings and faults: standard error; nothing under `--json`. */
  note(text: string): void;
  /** A result for machines: standard output, one line; nothing without `--json`. */
  emit(fact: object): void;
}

/** What of a process a terminal is made of. */
export interface Streams {
  readonly env: NodeJS.ProcessEnv;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
}

interface OutputStream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** The process's own streams. Colours follow NO_COLOR, FORCE_COLOR and, for each stream, whether a terminal is there. */
export function processTerminal(options: { readonly isJson: boolean }, streams: Streams = process): Terminal {
  const { isJson } = options;
  const { env, stdout, stderr } = streams;
  const isPlain = (env.NO_COLOR ?? "") !== "" || env.TERM === "dumb";
  const isForced = (env.FORCE_COLOR ?? "0") !== "0";
  const hasColors = !isPlain && (isForced || stdout.isTTY === true || stderr.isTTY === true);
  const write = (stream: OutputStream, text: string): void => {
    stream.write(`${isForced || stream.isTTY === true ? text : stripVTControlCharacters(text)}\n`);
  };
  return {
    isJson,
    isInteractive: stdout.isTTY === true && !isJson,
    colors: pc.createColors(hasColors && !isJson),
    print: (text) => {
      if (!isJson) write(stdout, text);
    },
    note: (text) => {
      if (!isJson) write(stderr, text);
    },
    emit: (fact) => {
      if (isJson) stdout.write(`${JSON.stringify(fact)}\n`);
    },
  };
}

/** Rows in columns that are as wide as their widest cell; the last column is not padded. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, cell.length);
  }
  return rows
    .map((row) =>
      row.map((cell, index) => (index === row.length - 1 ? cell : cell.padEnd(widths[index] ?? 0))).join("  "),
    )
    .join("\n");
}
