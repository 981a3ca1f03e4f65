import type { Command } from "commander";
import { type CommonOptions, projectCommand, terminalOf } from "./outline.js";

/** `affinity doctor`: looks for what would keep the project from running, and says the cures. */
export function doctorCommand(): Command {
  return projectCommand("doctor", "look for what keeps the project from running", "affinity doctor").action(
    async (options: CommonOptions) => {
      const { doctor } = await import("./doctor/doctor.js");
      await doctor(options.config, terminalOf(options));
    },
  );
}
