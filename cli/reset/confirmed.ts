import { createInterface } from "node:readline/promises";

/** Asks a person; anything but yes is no, also the end of the input. */
export async function confirmed(question: string, signal?: AbortSignal): Promise<boolean> {
  // `terminal: false` leaves Ctrl-C to the process.
  const lines = createInterface({ input: process.stdin, output: process.stdout, terminal: false });
  const ended = new Promise<string>((resolve) => lines.once("close", () => resolve("")));
  try {
    const answer = lines.question(`${question} [y/N] `, signal === undefined ? {} : { signal });
    return /^y(es)?$/i.test((await Promise.race([answer, ended])).trim());
  } catch {
    return false;
  } finally {
    lines.close();
  }
}
