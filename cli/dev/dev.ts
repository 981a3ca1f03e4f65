/** `affinity dev`: generates and serves, again at every change, until a signal. */
import { resolve } from "node:path";
import { systemClock } from "../../runtime/core/clock.js";
import { Changes } from "../changes.js";
import { CommandEnd } from "../failure.js";
import { type ReadProject, readProject } from "../project.js";
import { Parent } from "../serve/parent.js";
import { stopSignal } from "../serve/stop-signal.js";
import type { Terminal } from "../terminal.js";
import { DevSession } from "./session.js";

export async function dev(file: string, terminal: Terminal): Promise<void> {
  const stopped = stopSignal(systemClock, new Parent()).then(() => "stop" as const);
  for (;;) {
    const changes = new Changes(systemClock);
    const changed = new Promise<"again">((tell) => changes.file(resolve(file), () => tell("again")));
    const project = tryRead(file, terminal);
    const session = project && new DevSession({ file, config: project.config, clock: systemClock, terminal });
    const opened = session?.open();
    const next = await Promise.race([stopped, changed, failureOf(opened)]);
    changes.close();
    await session?.close();
    if (next === "stop") return;
    terminal.print(`${file} changed.`);
  }
}

/** A configuration with findings is waited out: they were printed, and the next change may mend them. */
function tryRead(file: string, terminal: Terminal): ReadProject | undefined {
  try {
    return readProject(file, terminal);
  } catch (error) {
    if (!(error instanceof CommandEnd)) throw error;
    return undefined;
  }
}

/** Rejects when the promise does; never resolves. */
function failureOf(opened: Promise<void> | undefined): Promise<never> {
  return new Promise((_, reject) => opened?.catch(reject));
}
