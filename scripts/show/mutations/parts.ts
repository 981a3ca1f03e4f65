/** What every kind of mutant of a running service works with. */
import type { Pool } from "undici";
import type { Chance } from "../../../test/support/chance.js";
import { type Mutation, mutateJsonText, mutateStructure } from "../../../test/support/mutation/mutate-json.js";
import type { Report } from "../report.js";
import type { Samples, Standing } from "./rows.js";
import type { Tally } from "./tally.js";

/** What one worker mutates with; `name` keeps its keys apart from those of others. */
export interface MutantParts {
  readonly pool: Pool;
  /** Where the server listens, for sockets of one's own. */
  readonly origin: { readonly host: string; readonly port: number };
  readonly chance: Chance;
  readonly samples: Samples;
  readonly report: Report;
  readonly tally: Tally;
  readonly name: string;
  /** Keys that somebody was told to have written to samples: at the end there must be no others. */
  readonly written: Set<string>;
}

const words = [
  ...["null", "int", "string", "mutants.Leaf", "Leaf", "A", "months", "weight", "choice", "items", "day", "at"],
  ...["id", "leaf", "next", "name", "many", "mutants.Pin", "array", "map", "long", "double", "bytes", "count"],
];

/** JSON text with a fault, as bytes. */
export interface JsonMutant extends Partial<Mutation> {
  readonly bytes: Buffer;
}

export function mutatedJson(json: string, chance: Chance): JsonMutant {
  if (!chance.happens(0.85)) return { bytes: mutateJsonText(json, chance) };
  const mutation = mutateStructure(json, chance, words);
  return { ...mutation, bytes: Buffer.from(mutation.text) };
}

export function isJson(bytes: Buffer): boolean {
  try {
    JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return true;
  } catch {
    return false;
  }
}

/** Text of bytes for a failure, shortened. */
export function shown(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString();
  return text.length > 600 ? `${text.slice(0, 600)}…` : text;
}

/** What was refused has changed neither the row nor its position. */
export function checkUnchanged(report: Report, before: Standing, after: Standing, explain: () => string): void {
  const isSame =
    after.status === before.status && after.position === before.position && after.binary.equals(before.binary);
  report.check("a refused mutant changes nothing", isSame, explain);
}

/** The place of a fault that was put into one place alone: there, within it, or what it is missing from. */
export function checkPlace(
  report: Report,
  mutant: JsonMutant,
  pointer: string | undefined,
  explain: () => string,
): void {
  const { place } = mutant;
  if (place === undefined || pointer === undefined) return;
  const isAt = pointer === place || pointer.startsWith(`${place}/`);
  const parent = place.slice(0, Math.max(0, place.lastIndexOf("/")));
  report.check("the place of a fault is where it was put", isAt || pointer === parent, explain);
}
