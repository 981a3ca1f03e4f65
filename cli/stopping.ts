/** For commands that go on until they are told to stop, and leave nothing behind that has to be handed over. */
import { type Clock, sleep } from "../runtime/core/clock.js";

/** Aborted at the first SIGINT or SIGTERM. */
export function stoppedBySignals(): AbortController {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  return stop;
}

/** Waits. Being stopped ends the wait, and is no error. */
export async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  await sleep(clock, ms, signal).catch(() => undefined);
}
