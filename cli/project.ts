/** The project that a command works on. */
import { existsSync, readFileSync } from "node:fs";
import { type ConfigReading, readConfig } from "../runtime/node/config/load.js";
import { CommandEnd, exitCodes, WrongUse } from "./failure.js";
import { printFindings } from "./findings.js";
import type { Terminal } from "./terminal.js";

/** A configuration without findings. */
export type ReadProject = Extract<ConfigReading, { ok: true }>;

/** Reads the configuration; prints its findings and ends the command where there are any. */
export function readProject(file: string, terminal: Terminal): ReadProject {
  if (!existsSync(file))
    throw new WrongUse(
      `${file}: there is no such file; run this in a project's folder, name its configuration with --config, or make a project with \`affinity init\``,
    );
  const reading = readConfig(file, process.env);
  if (reading.ok) return reading;
  const closing = "The configuration is not used.";
  printFindings(reading.findings, [{ file, bytes: readFileSync(file) }], terminal, closing);
  throw new CommandEnd(exitCodes.findings);
}
