/** The node's log on standard error: one JSON object a line, or a short line a person reads on a terminal. */
import type { Logger } from "../../runtime/core/logger.js";
import type { Colors, Terminal } from "../terminal.js";

export type LogLevel = "debug" | "info" | "warn" | "error";

/** A logger of the process. Lines are written as they are logged, so that none is lost at the end. */
export async function processLogger(level: LogLevel, terminal: Terminal): Promise<Logger> {
  const { pino } = await import("pino");
  const isPretty = process.stderr.isTTY === true && !terminal.isJson;
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: levelName } };
  const pretty = { write: (line: string): unknown => process.stderr.write(`${prettyLine(line, terminal.colors)}\n`) };
  const log = isPretty ? pino(options, pretty) : pino(options, pino.destination({ dest: 2, sync: true }));
  // Not the logger itself: its type could have a method `then`, which no promise may resolve to.
  return {
    debug: (facts, text) => log.debug(facts, text),
    info: (facts, text) => log.info(facts, text),
    warn: (facts, text) => log.warn(facts, text),
    error: (facts, text) => log.error(facts, text),
  };
}

function levelName(label: string): object {
  return { level: label };
}

/**
 * `12:30:05.123 warn  accounts/3: … partition=3`, and below it, indented, facts of several lines as stacks are. A line that
 * is no JSON object stays as it is.
 */
export function prettyLine(line: string, colors: Colors): string {
  const record = parsed(line);
  if (record === undefined) return line.trimEnd();
  const { time, level, msg, ...facts } = record;
  const paint = level === "error" ? colors.red : level === "warn" ? colors.yellow : colors.dim;
  const clockTime = typeof time === "string" ? time.slice(11, 23) : "";
  const words = [colors.dim(clockTime), paint(String(level).padEnd(5)), String(msg ?? "")];
  const below: string[] = [];
  for (const [name, value] of Object.entries(facts)) {
    if (typeof value !== "string" || !value.includes("\n")) words.push(colors.dim(`${name}=${shown(value)}`));
    else below.push(...value.split("\n").map((text) => `\n    ${colors.dim(text)}`));
  }
  return words.join(" ") + below.join("");
}

function shown(value: unknown): string {
  return typeof value === "string" && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
}

function parsed(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
