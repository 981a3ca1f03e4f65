/** Every invalid schema of the corpus is refused where its fault stands. */

import { readCorpus } from "../../../test/support/avro/corpus.js";
import invalidPlaces from "../invalid-places.json" with { type: "json" };

/** Where a diagnostic points. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** A fault, judged by eye: a line, and the text on it within which the column must lie; one of several will do. */
type Fault = readonly (readonly [line: number, text: string])[];

/** Faults of a schema. */
export function faultsOf(path: string): readonly Fault[] {
  const entry = Object.entries(invalidPlaces).find(([known]) => known === path);
  if (entry === undefined) throw new Error(`${path}: nobody has judged where its fault is`);
  return entry[1].map((fault) => fault.map(([line, text]) => [Number(line), String(text)] as const));
}

/** The faults that no diagnostic points at; and how many diagnostics point elsewhere. */
export function judge(
  path: string,
  places: readonly Place[],
): { readonly missed: readonly Fault[]; readonly elsewhere: number } {
  const lines = readCorpus(path).split("\n");
  const faults = faultsOf(path);
  const missed = faults.filter((fault) => !places.some((place) => isWithin(place, fault, lines)));
  const elsewhere = places.filter((place) => !faults.some((fault) => isWithin(place, fault, lines))).length;
  return { missed, elsewhere };
}

function isWithin(place: Place, fault: Fault, lines: readonly string[]): boolean {
  return fault.some(([line, text]) => {
    const start = (lines[line - 1] ?? "").indexOf(text) + 1;
    return place.line === line && place.column >= start && place.column < start + text.length;
  });
}

export function describe(fault: Fault): string {
  return fault.map(([line, text]) => `line ${line} at ${text}`).join(" or ");
}
