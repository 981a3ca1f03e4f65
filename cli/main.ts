#!/usr/bin/env node
import { exitCodes } from "./failure.js";
import { run } from "./program.js";

/** Node's own exit code for a module that waits for something that nothing is left to bring about. */
const unsettledExitCode = 13;

process.once("exit", (code) => {
  if (code !== unsettledExitCode) return;
  process.stderr.write("error INTERNAL: the command waits for something that can no longer happen\n");
  process.exitCode = exitCodes.systemFailed;
});

// `affinity inspect | head` ends when head does.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(exitCodes.done);
});

// Users' code may leave timers behind; what was printed goes out first.
const exitCode = await run(process.argv.slice(2));
process.stdout.write("", () => process.exit(exitCode));
