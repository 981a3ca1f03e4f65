/** Codecs are checked in processes of their own, one for each core. */
import { spawn } from "node:child_process";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import type { Report } from "../report.js";
import type { CheckMessage, CheckRequest, TypeSample } from "./check-values.js";
import type { CorpusProject } from "./workspace.js";

/** What the checking found; failures stand in the report, too. */
export interface Checked {
  /** One value of each type. */
  readonly samples: readonly TypeSample[];
  /** Types without a finite value. */
  readonly infinite: ReadonlySet<string>;
  /** Paths of the schemas that have failed. */
  readonly failed: ReadonlySet<string>;
}

/** Checks every named type of the projects and counts in the report. */
export async function checkInChildren(
  report: Report,
  projects: readonly CorpusProject[],
  size: Omit<CheckRequest, "projects">,
): Promise<Checked> {
  const samples: TypeSample[] = [];
  const infinite = new Set<string>();
  const failed = new Set<string>();
  const hear = (message: CheckMessage): void => {
    if (message.kind === "count") report.count(message.what, message.times);
    else if (message.kind === "fail") {
      report.fail(message.what, message.text);
      failed.add(message.path);
    } else if (message.kind === "infinite") infinite.add(message.text);
    else samples.push(message.sample);
  };
  const parts = cpus().length;
  const runs = Array.from({ length: parts }, (_, part) => {
    const mine = projects.filter((_project, index) => index % parts === part);
    return inChild({ projects: mine, ...size }, hear);
  });
  for (const code of await Promise.all(runs)) {
    report.check("the checking process ends well", code === 0, () => `exit code ${code}`);
  }
  return { samples, infinite, failed };
}

function inChild(request: CheckRequest, hear: (message: CheckMessage) => void): Promise<number | null> {
  const program = fileURLToPath(new URL("./check-values.ts", import.meta.url));
  const child = spawn(process.execPath, ["--import", "tsx", program], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  child.on("message", (message: CheckMessage) => hear(message));
  child.send(request);
  return new Promise((resolve) => child.on("close", resolve));
}
