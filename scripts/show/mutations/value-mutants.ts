/** Mutants of values: JSON bodies, lines of NDJSON, Avro frames. */
import type { Pool } from "undici";
import type { Chance } from "../../../test/support/chance.js";
import { mutateFrame } from "../../../test/support/mutation/mutate-frame.js";
import { mutateJsonText, mutateStructure } from "../../../test/support/mutation/mutate-json.js";
import type { Report } from "../report.js";
import { ask, refusalCode } from "./problems.js";
import { putSample, type Sample, type Samples, standing } from "./rows.js";
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
}

const words = [
  "null",
  "int",
  "string",
  "mutants.Leaf",
  "Leaf",
  "A",
  "months",
  "weight",
  "choice",
  "items",
  "day",
  "at",
];
const linesOfBatch = 6;

function isJson(bytes: Buffer): boolean {
  try {
    JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return true;
  } catch {
    return false;
  }
}

function mutated(json: string, chance: Chance): Buffer {
  return chance.happens(0.85) ? Buffer.from(mutateStructure(json, chance, words)) : mutateJsonText(json, chance);
}

function shown(bytes: Buffer): string {
  return bytes.length > 600 ? `${bytes.toString().slice(0, 600)}…` : bytes.toString();
}

/** PUT of a JSON body with a fault. */
export async function jsonMutant(parts: MutantParts): Promise<void> {
  const { pool, chance, samples, report, tally, name } = parts;
  const path = `/samples/json-${name}`;
  const sample = samples.make();
  await putSample(pool, path, sample);
  const before = await standing(pool, path);
  const body = mutated(sample.json, chance);
  const answer = await ask(pool, { method: "PUT", path, headers: { "content-type": "application/json" }, body });
  const after = await standing(pool, path);
  if (answer.status < 300) {
    agree(parts, "JSON", body, after.binary);
    return;
  }
  const code = refusalCode(report, "JSON", answer);
  if (code !== undefined) tally.refused("JSON", code, isJson(body));
  const isSame = after.position === before.position && after.binary.equals(before.binary);
  report.check("a refused mutant changes nothing", isSame, () => `JSON ${shown(body)}: ${after.position}`);
}

/** An accepted JSON text must mean what is stored. */
function agree(
  { samples, report, tally }: MutantParts,
  kind: "JSON" | "NDJSON",
  text: Buffer | string,
  stored: Buffer,
): void {
  const meaning = samples.meaning(text.toString());
  const agrees = typeof meaning !== "string" && meaning.equals(stored);
  const isAgreed = report.check(`${kind}: what is accepted means what the judge says`, agrees, () => {
    const judged = typeof meaning === "string" ? `refuses it: ${meaning}` : `says ${meaning.toString("hex")}`;
    return `the judge ${judged}; ${text}; stored ${stored.toString("hex")}`;
  });
  if (isAgreed) tally.accepted(kind);
}

/** PUT of a frame with a fault. */
export async function frameMutant(parts: MutantParts): Promise<void> {
  const { pool, chance, samples, report, tally, name } = parts;
  const path = `/samples/frame-${name}`;
  await putSample(pool, path, samples.make());
  const before = await standing(pool, path);
  const body = mutateFrame(before.frame, chance);
  const answer = await ask(pool, { method: "PUT", path, headers: { "content-type": "avro/binary" }, body });
  const after = await standing(pool, path);
  if (answer.status < 300) {
    const meant = samples.normal(body.subarray(5));
    const stored = samples.normal(after.binary);
    const agrees = meant !== undefined && stored !== undefined && meant.equals(stored);
    const explain = (): string => `${body.toString("hex")} became ${after.binary.toString("hex")}`;
    if (report.check("Avro frame: what is accepted means what the judge says", agrees, explain))
      tally.accepted("Avro frame");
    return;
  }
  const code = refusalCode(report, "Avro frame", answer);
  const isHeadRight = body.length >= 5 && body.subarray(0, 5).equals(before.frame.subarray(0, 5));
  if (code !== undefined) tally.refused("Avro frame", code, isHeadRight);
  const isSame = after.position === before.position && after.binary.equals(before.binary);
  report.check("a refused mutant changes nothing", isSame, () => `frame ${body.toString("hex")}: ${after.position}`);
}

interface Line {
  readonly path: string;
  readonly text: string;
  readonly isMutant: boolean;
}

/** A bulk write of six lines of which one to four have a fault; returns the number of mutants. */
export async function linesMutant(parts: MutantParts): Promise<number> {
  const { pool, chance, samples, report, name } = parts;
  const lines: Line[] = [];
  for (let index = 0; index < linesOfBatch; index += 1) {
    const key = `lines-${name}-${index}`;
    const sample: Sample = samples.make();
    await putSample(pool, `/samples/${key}`, sample);
    const next = `{"key":${JSON.stringify(key)},"value":${samples.make().json}}`;
    const isMutant = index === 0 || (index < 4 && chance.happens(0.5));
    // A line break within a line would make two of it.
    const text = isMutant
      ? mutated(next, chance)
          .toString("latin1")
          .replaceAll(/[\r\n]/g, " ")
      : Buffer.from(next).toString("latin1");
    lines.push({ path: `/samples/${key}`, text, isMutant });
  }
  const before = await Promise.all(lines.map(({ path }) => standing(pool, path)));
  const body = Buffer.from(`${lines.map(({ text }) => text).join("\n")}\n`, "latin1");
  const answer = await ask(pool, {
    method: "PUT",
    path: "/samples",
    headers: { "content-type": "application/x-ndjson" },
    body,
  });
  if (
    !report.check("NDJSON: each row stands alone, 200", answer.status === 200, () => `${answer.status} ${answer.text}`)
  )
    return 0;
  const reports = reportsOf(answer.text);
  let mutants = 0;
  for (const [index, line] of lines.entries()) {
    const fault = reports.get(index + 1);
    const unchanged = before[index];
    if (unchanged === undefined) continue;
    if (line.isMutant) {
      mutants += 1;
      await lineMutant(parts, line, { fault, position: unchanged.position });
    } else {
      report.check(
        "NDJSON: lines beside a faulty one are written",
        fault === undefined,
        () => `line ${index + 1}: ${JSON.stringify(fault)}`,
      );
    }
  }
  return mutants;
}

interface LineReport {
  readonly line: number;
  readonly code?: unknown;
  readonly detail?: unknown;
  readonly pointer?: unknown;
}

function reportsOf(text: string): ReadonlyMap<number, LineReport> {
  const reports = text
    .trim()
    .split("\n")
    .map((line): LineReport => JSON.parse(line));
  return new Map(reports.filter(({ line }) => line !== undefined).map((found) => [found.line, found]));
}

async function lineMutant(
  parts: MutantParts,
  { path, text }: Line,
  { fault, position }: { readonly fault: LineReport | undefined; readonly position: string },
): Promise<void> {
  const { pool, report, tally } = parts;
  const bytes = Buffer.from(text, "latin1");
  const now = await standing(pool, path);
  if (fault !== undefined) {
    const isTold = typeof fault.code === "string" && typeof fault.detail === "string";
    report.check("NDJSON: a failed line has code and detail", isTold, () => JSON.stringify(fault));
    report.check(
      "a refused mutant changes nothing",
      now.position === position,
      () => `${shown(bytes)}: ${JSON.stringify(fault)}`,
    );
    tally.refused("NDJSON", String(fault.code), isJson(bytes));
    return;
  }
  const row: unknown = isJson(bytes) ? JSON.parse(bytes.toString()) : undefined;
  if (typeof row !== "object" || row === null || !("key" in row) || typeof row.key !== "string") {
    if (text.trim() !== "") report.fail("NDJSON: a line that is no row was accepted", shown(bytes));
    return;
  }
  const stored = await standing(pool, `/samples?key=${encodeURIComponent(row.key)}`);
  if ("value" in row && row.value === null) {
    if (report.check("NDJSON: null deletes", stored.status === 404, () => shown(bytes))) tally.accepted("NDJSON");
    return;
  }
  agree(parts, "NDJSON", valueText(bytes.toString()), stored.binary);
}

/** The text of the member `value`, which stands last unless the mutant moved it. */
function valueText(line: string): string {
  const start = /^\s*\{\s*"key"\s*:\s*"(?:[^"\\]|\\.)*"\s*,\s*"value"\s*:/.exec(line);
  if (start !== null) return line.slice(start[0].length, line.lastIndexOf("}"));
  const first = /^\s*\{\s*"value"\s*:/.exec(line);
  return first === null ? line : line.slice(first[0].length, line.lastIndexOf(',"key"'));
}
