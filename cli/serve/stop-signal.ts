/** When to stop: SIGTERM, SIGINT, or the end of the process that started this one. */
import type { Clock } from "../../runtime/core/clock.js";
import { exitCodes } from "../failure.js";
import type { Parent } from "./parent.js";

/** Signals closer than this are one: Ctrl-C under npm arrives twice. */
const sameSignalMs = 1_000;

/** Resolves at the first request to stop. A signal more than a second later ends the process at once. */
export function stopSignal(clock: Clock, parent: Parent): Promise<void> {
  return new Promise((resolve) => {
    let firstAt: number | undefined;
    const stop = (): void => {
      const now = clock.monotonic();
      if (firstAt !== undefined && now - firstAt > sameSignalMs) process.exit(exitCodes.systemFailed);
      firstAt ??= now;
      resolve();
    };
    process.on("SIGINT", stop);
    process.on("SIGTERM", stop);
    parent.onGone(stop);
  });
}
