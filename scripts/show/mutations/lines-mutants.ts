/** Mutants of NDJSON: bulk writes of which some lines have a fault. */
import { memberOf, parseTree, printTree } from "../../../test/support/mutation/json-tree.js";
import { checkPlace, checkUnchanged, isJson, type JsonMutant, type MutantParts, mutatedJson, shown } from "./parts.js";
import { ask } from "./problems.js";
import { putSample, type Standing, standing } from "./rows.js";

const linesOfBatch = 6;
const endings = ["\n", "\r\n", "\n\n", "\r\n\r\n"];

interface Line {
  readonly path: string;
  readonly value: string;
  readonly bytes: Buffer;
  /** Undefined: it is right. */
  readonly mutant: JsonMutant | undefined;
  /** Counted from 1 over all lines of the body, empty ones too. */
  readonly number: number;
}

interface LineReport {
  readonly line?: number;
  readonly code?: unknown;
  readonly detail?: unknown;
  readonly pointer?: unknown;
}

interface Closing {
  readonly written?: unknown;
  readonly failed?: unknown;
}

/** A bulk write of six lines of which one to four have a fault; returns the number of mutants. */
export async function linesMutant(parts: MutantParts): Promise<number> {
  const { pool, report } = parts;
  const { lines, body } = await makeBody(parts);
  const before = await Promise.all(lines.map(({ path }) => standing(pool, path)));
  const headers = { "content-type": "application/x-ndjson" };
  const answer = await ask(pool, { method: "PUT", path: "/samples", headers, body });
  const isAnswered = answer.status === 200;
  if (!report.check("NDJSON: each row stands alone, 200", isAnswered, () => `${answer.status} ${answer.text}`))
    return 0;
  const reports = reportsOf(answer.text);
  const { written, failed } = reports.closing;
  const counts = `${reports.lines.size} reports, closing ${JSON.stringify(reports.closing)}`;
  const isCounted = failed === reports.lines.size && written === lines.length - reports.lines.size;
  report.check("NDJSON: the closing line counts", isCounted || hasBlank(lines), () => counts);
  let mutants = 0;
  for (const [index, line] of lines.entries()) {
    const fault = reports.lines.get(line.number);
    const stood = before[index];
    if (stood === undefined) continue;
    if (line.mutant === undefined) await rightLine(parts, line, fault);
    else {
      mutants += 1;
      await lineMutant(parts, line, line.mutant, { fault, before: stood });
    }
  }
  return mutants;
}

async function makeBody({
  pool,
  chance,
  samples,
  name,
  written,
}: MutantParts): Promise<{ lines: Line[]; body: Buffer }> {
  const lines: Line[] = [];
  const pieces: Buffer[] = [];
  let number = 1;
  for (let index = 0; index < linesOfBatch; index += 1) {
    const key = `lines-${name}-${index}`;
    written.add(key);
    await putSample(pool, `/samples/${key}`, samples.make());
    const value = samples.make().json;
    const right = `{"key":${JSON.stringify(key)},"value":${value}}`;
    const mutant = index === 0 || (index < 4 && chance.happens(0.5)) ? mutatedJson(right, chance) : undefined;
    // A line break within a line would make two of it.
    const bytes = Buffer.from(
      (mutant?.bytes ?? Buffer.from(right)).map((byte) => (byte === 10 || byte === 13 ? 32 : byte)),
    );
    lines.push({ path: `/samples/${key}`, value, bytes, mutant, number });
    const isLast = index === linesOfBatch - 1;
    const ending = isLast && chance.happens(0.5) ? "" : chance.pick(endings);
    pieces.push(bytes, Buffer.from(ending));
    number += ending.split("\n").length - 1;
  }
  return { lines, body: Buffer.concat(pieces) };
}

/** A mutant may be empty, which is no row and no failure. */
function hasBlank(lines: readonly Line[]): boolean {
  return lines.some(({ bytes }) => bytes.length === 0);
}

function reportsOf(text: string): {
  readonly lines: ReadonlyMap<number, LineReport>;
  readonly closing: Closing;
} {
  const all = text
    .trim()
    .split("\n")
    .map((line): LineReport & Closing => JSON.parse(line));
  const lines = new Map<number, LineReport>();
  for (const found of all) if (found.line !== undefined) lines.set(found.line, found);
  return { lines, closing: { ...all.at(-1) } };
}

async function rightLine(
  { pool, samples, report }: MutantParts,
  line: Line,
  fault: LineReport | undefined,
): Promise<void> {
  const kind = "NDJSON: lines beside a faulty one are written";
  report.check(kind, fault === undefined, () => `line ${line.number}: ${JSON.stringify(fault)}`);
  const meaning = samples.meaning(line.value);
  const now = await standing(pool, line.path);
  const isWritten = typeof meaning !== "string" && meaning.equals(now.binary);
  report.check(kind, isWritten, () => `${line.value} is stored as ${now.binary.toString("hex")}`);
}

async function lineMutant(
  parts: MutantParts,
  { path, bytes }: Line,
  mutant: JsonMutant,
  { fault, before }: { readonly fault: LineReport | undefined; readonly before: Standing },
): Promise<void> {
  const { pool, report, tally } = parts;
  if (fault === undefined) return acceptedLine(parts, bytes);
  const { code, detail, pointer } = fault;
  const explain = (): string => `${shown(bytes)}: ${JSON.stringify(fault)}`;
  report.check(
    "NDJSON: a failed line has code and detail",
    typeof code === "string" && typeof detail === "string",
    explain,
  );
  if (code === "VALUE_INVALID") {
    report.check("a refusal of a value has its place", typeof pointer === "string", explain);
    // A text that is no row has no place within it.
    if (pointer !== "") checkPlace(report, mutant, String(pointer), explain);
  }
  checkUnchanged(report, before, await standing(pool, path), explain);
  tally.refused("NDJSON", String(code), isJson(bytes));
}

/** What was taken for a row is one, and stands as the judge reads it. */
async function acceptedLine({ pool, samples, report, tally, written }: MutantParts, bytes: Buffer): Promise<void> {
  const text = bytes.toString();
  if (text === "") {
    tally.accepted("NDJSON");
    return;
  }
  const isRead = isJson(bytes);
  const row: unknown = isRead ? JSON.parse(text) : undefined;
  const isRow =
    typeof row === "object" && row !== null && "key" in row && typeof row.key === "string" && "value" in row;
  if (!report.check("NDJSON: only a row is accepted", isRow, () => shown(bytes)) || !isRow) return;
  written.add(String(row.key));
  const stored = await standing(pool, `/samples?key=${encodeURIComponent(String(row.key))}`);
  if (row.value === null) {
    if (report.check("NDJSON: null deletes", stored.status === 404, () => shown(bytes))) tally.accepted("NDJSON");
    return;
  }
  const tree = memberOf(parseTree(text), "value");
  const meaning = tree === undefined ? "no value" : samples.meaning(printTree(tree));
  const agrees = typeof meaning !== "string" && meaning.equals(stored.binary);
  const kind = "NDJSON: what is accepted means what the judge says";
  const judged = typeof meaning === "string" ? meaning : meaning.toString("hex");
  if (report.check(kind, agrees, () => `${judged}; ${shown(bytes)}; stored ${stored.binary.toString("hex")}`))
    tally.accepted("NDJSON");
}
