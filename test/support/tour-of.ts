/** A page of docs/ that tells a tour beside a clone, done as it says. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { copiedClone, environment, freePort, ran, root } from "../e2e/built.js";
import { tourSteps } from "./tour.js";
import { runTour, type StepOutcome } from "./tour-run.js";

/** The port that pages name; a free one stands for it. */
const shownPort = "8080";

/** Programs of the page's reader that this machine lacks. */
export async function missingPrograms(): Promise<readonly string[]> {
  const tried = await Promise.all(
    ["curl", "git"].map(async (program) => ({ program, ...(await ran(program, ["--version"])) })),
  );
  return tried.filter(({ exitCode }) => exitCode !== 0).map(({ program }) => program);
}

/** @param page `docs/evolution.md`. @param folder Where the clone and what is made beside it shall be. */
export async function* tourOf(page: string, folder: string): AsyncGenerator<StepOutcome> {
  const port = String(await freePort());
  const text = readFileSync(join(root, page), "utf8").replaceAll(`:${shownPort}`, `:${port}`);
  const person = { NAME: "A reader", EMAIL: "reader@example.com" };
  const git = Object.entries(person).flatMap(([what, value]) =>
    ["AUTHOR", "COMMITTER"].map((role): [string, string] => [`GIT_${role}_${what}`, value]),
  );
  const env = environment({ PORT: port, ...Object.fromEntries(git) });
  yield* runTour(tourSteps(text), { cwd: copiedClone(folder), env });
}
