/** What a line of proof prints: what was tried, counted by kind, what failed, the seed, and the verdict. */
import { execFileSync } from "node:child_process";
import { cpus } from "node:os";
import { parseArgs } from "node:util";

/** How the line was called. */
export interface ShowOptions {
  /** The smaller size that continuous integration runs. */
  readonly isCi: boolean;
  readonly seed: number;
}

/** Failures printed of each kind; the rest are only counted. */
const printedFailures = 10;

export function showOptions(): ShowOptions {
  const { values } = parseArgs({ options: { ci: { type: "boolean", default: false }, seed: { type: "string" } } });
  const seed = values.seed === undefined ? (Date.now() & 0x7fffffff) >>> 0 : Number(values.seed);
  if (!Number.isSafeInteger(seed)) throw new Error(`--seed ${values.seed}: a whole number`);
  return { isCi: values.ci, seed };
}

export class Report {
  readonly #line: string;
  readonly #options: ShowOptions;
  readonly #started = performance.now();
  readonly #counts = new Map<string, number>();
  readonly #failures = new Map<string, number>();
  readonly #skipped: string[] = [];
  #checks = 0;

  constructor(line: string, title: string, options: ShowOptions) {
    this.#line = line;
    this.#options = options;
    const commit = git(["rev-parse", "--short", "HEAD"]);
    const size = options.isCi ? "size for CI" : "full size";
    console.log(`${line}: ${title}`);
    console.log(
      `${size}, seed ${options.seed}, commit ${commit}, Node ${process.versions.node}, ${cpus().length} cores`,
    );
    console.log("");
  }

  /** Counts what was tried. */
  count(kind: string, times = 1): void {
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + times);
  }

  /** A fact to print at once. */
  say(text: string): void {
    const seconds = ((performance.now() - this.#started) / 1000).toFixed(1).padStart(6);
    console.log(`${seconds} s  ${text}`);
  }

  /** A check that counts; what failed is printed with its kind. Returns whether it held. */
  check(kind: string, holds: boolean, explain: () => string): boolean {
    this.#checks += 1;
    if (!holds) this.fail(kind, explain());
    return holds;
  }

  fail(kind: string, text: string): void {
    const times = (this.#failures.get(kind) ?? 0) + 1;
    this.#failures.set(kind, times);
    if (times <= printedFailures) this.say(`FAILED ${kind}: ${text}`);
    if (times === printedFailures) this.say(`(more of "${kind}" are only counted)`);
  }

  /** Something that this machine cannot try. */
  skip(text: string): void {
    this.#skipped.push(text);
    this.say(`skipped: ${text}`);
  }

  /** Prints the counts and the verdict, and sets the exit code. */
  finish(): void {
    console.log("\ntried:");
    for (const [kind, times] of this.#counts) console.log(`  ${times.toString().padStart(9)}  ${kind}`);
    if (this.#skipped.length > 0) console.log(`skipped:\n${this.#skipped.map((text) => `  ${text}`).join("\n")}`);
    const failures = [...this.#failures];
    if (failures.length > 0) {
      console.log("failed:");
      for (const [kind, times] of failures) console.log(`  ${times.toString().padStart(9)}  ${kind}`);
    }
    const seconds = ((performance.now() - this.#started) / 1000).toFixed(0);
    const verdict = failures.length === 0 ? "PASS" : "FAIL";
    console.log(`\n${this.#line} ${verdict}: ${this.#checks} checks, seed ${this.#options.seed}, ${seconds} s`);
    process.exitCode = failures.length === 0 ? 0 : 1;
  }
}

function git(parameters: readonly string[]): string {
  try {
    return execFileSync("git", parameters, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return "unknown";
  }
}
