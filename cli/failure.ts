/** How commands end: exit codes, and what is printed for whatever a command throws. */
import { isAffinityError, messageOf, stackOf } from "../runtime/core/errors.js";
import type { Terminal } from "./terminal.js";

/** Exit codes of every command. */
export const exitCodes = {
  done: 0,
  /** The input has faults; nothing was written. */
  findings: 1,
  /** The command was not used as its help says. */
  wrongUse: 2,
  /** The system failed: disk, port, data folder, an error of ours. */
  systemFailed: 3,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Ends a command after everything was printed. */
export class CommandEnd extends Error {
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode) {
    super(`exit code ${exitCode}`);
    this.exitCode = exitCode;
  }
}

/** The command was used wrongly; the text says how it is used. */
export class WrongUse extends Error {}

/** The project's own code threw while it was loaded. */
export class ProjectCodeFailure extends Error {
  constructor(cause: unknown) {
    super(messageOf(cause), { cause });
  }
}

/** Codes that speak of the user's input rather than of the system. */
const inputCodes: ReadonlySet<string> = new Set([
  "GENERATED_STALE",
  "HANDLER_MISSING",
  "CONFIG_INVALID",
  "NOT_YET",
  "SCHEMA_INCOMPATIBLE",
  "SCHEMA_NOT_FOUND",
  "VALUE_INVALID",
]);

/** Prints what a command threw, and says how the process ends. */
export function reportFailure(error: unknown, terminal: Terminal): ExitCode {
  if (error instanceof CommandEnd) return error.exitCode;
  if (error instanceof WrongUse) {
    terminal.note(`${terminal.colors.red("error")}: ${error.message}`);
    terminal.emit({ event: "error", code: "WRONG_USE", text: error.message });
    return exitCodes.wrongUse;
  }
  if (error instanceof ProjectCodeFailure) return reportProjectCode(error, terminal);
  const code = isAffinityError(error) ? error.code : (systemCode(error) ?? "INTERNAL");
  const text = isAffinityError(error) ? error.detail : messageOf(error);
  terminal.note(`${terminal.colors.red("error")} ${code}: ${text}`);
  if (code === "INTERNAL" && error instanceof Error && error.stack !== undefined)
    terminal.note(terminal.colors.dim(error.stack));
  terminal.emit({ event: "error", code, text });
  return inputCodes.has(code) ? exitCodes.findings : exitCodes.systemFailed;
}

/** `EACCES` and the like: what the operating system refused needs no stack. */
function systemCode(error: unknown): string | undefined {
  const isRefusal = error instanceof Error && "syscall" in error && "code" in error;
  return isRefusal && typeof error.code === "string" ? error.code : undefined;
}

function reportProjectCode({ message, cause }: ProjectCodeFailure, terminal: Terminal): ExitCode {
  const isMissing = cause instanceof Error && "code" in cause && cause.code === "ERR_MODULE_NOT_FOUND";
  terminal.note(`${terminal.colors.red("error")}: the project's code cannot be loaded: ${message}`);
  if (isMissing) terminal.note("Is everything installed? `npm install` does it.");
  else {
    const frames = projectFrames(cause);
    if (frames !== "") terminal.note(terminal.colors.dim(frames));
  }
  terminal.emit({ event: "error", code: "PROJECT_CODE", text: message });
  return exitCodes.findings;
}

/** Where the project's own code stood; the message is told already, and what lies below it helps nobody. */
function projectFrames(cause: unknown): string {
  const frames = stackOf(cause).match(/^ {4}at .*$/gm) ?? [];
  return frames.filter((frame) => !/node_modules|node:|\(native\)/.test(frame)).join("\n");
}
