/** What became of the mutants. */
import type { Report } from "../report.js";

export type MutantKind = "HTTP" | "JSON" | "NDJSON" | "Avro frame" | "definition" | "schema";

/** The share of all mutants that each kind has at least. */
const kinds: { readonly [kind in MutantKind]: number } = {
  HTTP: 0.2,
  JSON: 0.08,
  NDJSON: 0.06,
  "Avro frame": 0.06,
  definition: 0.12,
  schema: 0.12,
};

/** The share of all mutants that one code may have. */
const largestShare = 0.4;

export class Tally {
  readonly #report: Report;
  readonly #codes = new Map<string, number>();
  readonly #kinds = new Map<MutantKind, number>();
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
    this.#add(kind, `${kind}: refused`, code);
    if (passedFirst) this.#deeper += 1;
  }

  /** Called when a judge has agreed. */
  accepted(kind: MutantKind): void {
    this.#add(kind, `${kind}: accepted, and the judge agrees`, "(accepted)");
  }

  #add(kind: MutantKind, what: string, code: string): void {
    this.#total += 1;
    this.#report.count(what);
    this.#codes.set(code, (this.#codes.get(code) ?? 0) + 1);
    this.#kinds.set(kind, (this.#kinds.get(kind) ?? 0) + 1);
  }

  /** Prints the histogram and checks the shares. @param wanted mutants of all kinds together */
  finish(wanted: number): void {
    const report = this.#report;
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
    const largest = (): string => `${most?.[0]} has ${(share * 100).toFixed(1)} %`;
    report.check("no code above 40 %", sorted.length > 0 && share <= largestShare, largest);
    const deeper = this.#deeper / this.#total;
    console.log(
      `\npassed the first parser and failed deeper: ${this.#deeper} of ${this.#total} (${(deeper * 100).toFixed(1)} %)`,
    );
    report.check("at least half fail behind the first parser", deeper >= 0.5, () => `${deeper}`);
    report.check(`at least ${wanted} mutants`, this.#total >= wanted, () => `${this.#total}`);
    for (const [kind, least] of Object.entries(kinds)) {
      const times = [...this.#kinds].find(([known]) => known === kind)?.[1] ?? 0;
      report.check("every kind has its share", times >= least * wanted, () => `${kind}: ${times} of ${this.#total}`);
    }
  }
}
