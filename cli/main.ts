#!/usr/bin/env node
import { run } from "./program.js";

// Users' code may leave timers behind; what was printed goes out first.
const exitCode = await run(process.argv.slice(2));
process.stdout.write("", () => process.exit(exitCode));
