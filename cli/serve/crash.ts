/** What nobody catches. */
import { stackOf } from "../../runtime/core/errors.js";
import type { Logger } from "../../runtime/core/logger.js";
import { exitCodes } from "../failure.js";

/**
 * Ends the process at an exception or a rejection that nobody catches, logged and with the exit code that says so: what is
 * in memory cannot be trusted after it, and what was acknowledged is on the disk.
 */
export function endOnCrash(logger: Logger): void {
  process.on("uncaughtException", (error, origin) => {
    const stack = stackOf(error);
    logger.error({ origin, stack }, "nobody caught this, so the process ends");
    process.exit(exitCodes.systemFailed);
  });
}
