/** `affinity doctor`: each check says what it saw and, where that is a fault, the cure. */
import { CommandEnd, exitCodes } from "../failure.js";
import type { Terminal } from "../terminal.js";
import { allChecks } from "./checks.js";
import type { Health } from "./health.js";

/** Exit code 1 when a check found a fault; a warning is none. */
export async function doctor(configFile: string, terminal: Terminal): Promise<void> {
  let faults = 0;
  for await (const health of allChecks(configFile)) {
    terminal.emit(health);
    terminal.print(line(health, terminal));
    if (health.state === "fault") faults += 1;
  }
  if (faults > 0) {
    terminal.print(`\n${faults === 1 ? "1 fault" : `${faults} faults`}.`);
    throw new CommandEnd(exitCodes.findings);
  }
  terminal.print("\nNothing keeps this project from running.");
}

function line({ check, state, seen, cure }: Health, { colors }: Terminal): string {
  const marks = { ok: colors.green("ok     "), warning: colors.yellow("warning"), fault: colors.red("fault  ") };
  const first = `${marks[state]}  ${check.padEnd(14)}  ${seen}`;
  return cure === undefined ? first : `${first}\n${" ".repeat(25)}${colors.bold("cure")}: ${cure}`;
}
