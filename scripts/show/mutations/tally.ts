/** What became of the mutants. */
import type { Report } from "../report.js";

export type MutantKind = "HTTP" | "JSON" | "NDJSON" | "Avro frame" | "definition" | "schema";

/** The share of all mutants that one code may have. */
const largestShare = 0.4;

export class Tally {
  readonly #report: Report;
  readonly #codes = new Map<string, number>();
  #total = 0;
  #deeper = 0;

  constructor(report: Report) {
    this.#report = report;
  }

  get total(): number {
    return this.#total;
  }

  /** @param passedFirst whether the first parser (of HTTP, of JSON, of the frame's head) took it */
  refused(kind: MutantKind, code: string, passedFirst: boolean): void {
    this.#add(`${kind}: refused`, code);
    if (passedFirst) this.#deeper += 1;
  }

  accepted(kind: MutantKind): void {
    this.#add(`${kind}: accepted, and the judge agrees`, "(accepted)");
  }

  #add(what: string, code: string): void {
    this.#total += 1;
    this.#report.count(what);
    this.#codes.set(code, (this.#codes.get(code) ?? 0) + 1);
  }

  /** Prints the histogram and checks the shares. */
  finish(): void {
    const sorted = [...this.#codes].sort(([, left], [, right]) => right - left);
    console.log("\ncodes:");
    for (const [code, times] of sorted) {
      const share = times / this.#total;
      const bar = "#".repeat(Math.ceil(share * 60));
      console.log(
        `  ${code.padEnd(26)} ${times.toString().padStart(6)}  ${(share * 100).toFixed(1).padStart(5)} %  ${bar}`,
      );
    }
    const [most] = sorted;
    const share = (most?.[1] ?? 0) / this.#total;
    this.#report.check(
      "no code above 40 %",
      share <= largestShare,
      () => `${most?.[0]} has ${(share * 100).toFixed(1)} %`,
    );
    const deeper = this.#deeper / this.#total;
    console.log(
      `\npassed the first parser and failed deeper: ${this.#deeper} of ${this.#total} (${(deeper * 100).toFixed(1)} %)`,
    );
    this.#report.check("at least half fail behind the first parser", deeper >= 0.5, () => `${deeper}`);
  }
}
