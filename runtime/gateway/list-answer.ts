/** What a list answers: one page of JSON with a cursor, or all rows as NDJSON. */
import type { KeyspaceAccess, ListedRow, ListRequest } from "../state/access.js";
import { type Outcome, streamed } from "./answer.js";
import type { Exchange } from "./exchange.js";
import { asAffinityError, problemText } from "./problem.js";
import type { SlowReaders } from "./slow-reader.js";

/** A page's rows, and the last of them when others come after it. */
export interface Page {
  readonly rows: readonly ListedRow[];
  readonly next: ListedRow | undefined;
}

/** Bounds of a page. */
export interface PageLimits {
  /** Bytes of values after which a page ends before its `limit`. */
  readonly pageBytes: number;
  readonly askTimeoutMs: number;
}

/** Rows that are fetched at once: so much may a page hold beyond `pageBytes`. */
const stepRows = 100;

/** Reads one page: at most `request.limit` rows, and no more once they hold `pageBytes`; at least one where there is one. */
export async function readPage(access: KeyspaceAccess, request: ListRequest, limits: PageLimits): Promise<Page> {
  const rows: ListedRow[] = [];
  const options = { timeoutMs: limits.askTimeoutMs };
  let range: Omit<ListRequest, "limit"> = request;
  let bytes = 0;
  for (;;) {
    // One more than is asked for tells whether others come after it.
    const wanted = Math.min(request.limit - rows.length, stepRows);
    const step = await access.list({ ...range, limit: wanted + 1 }, options);
    for (const row of step.slice(0, wanted)) {
      if (rows.length > 0 && bytes > limits.pageBytes) return { rows, next: rows.at(-1) };
      rows.push(row);
      bytes += row.row.value.length;
    }
    const last = rows.at(-1);
    if (last === undefined || step.length <= wanted) return { rows, next: undefined };
    if (rows.length >= request.limit) return { rows, next: last };
    range = after(request, last.address.ordered);
  }
}

/** The part of a range that comes after a key, in the range's direction. */
export function after<T extends Omit<ListRequest, "limit">>(request: T, ordered: string): T {
  // The least key above another is the other with a zero byte behind it; a range's end is exclusive by itself.
  return request.reverse === true ? { ...request, to: ordered } : { ...request, from: `${ordered}\0` };
}

/** What a streamed list works with. */
export interface StreamParts {
  readonly access: KeyspaceAccess;
  readonly request: Omit<ListRequest, "limit">;
  /** Of rows; undefined for all. */
  readonly limit: number | undefined;
  /** Makes the schemas of rows known before they become lines. */
  readonly lookUp: (rows: readonly ListedRow[]) => Promise<unknown> | undefined;
  /** A row as one line of JSON. */
  readonly lineOf: (row: ListedRow) => string;
  readonly readers: SlowReaders;
}

/** Writes rows as NDJSON, one a line, and a closing line. A fault before the first line is an answer of its own. */
export async function streamRows(parts: StreamParts, exchange: Exchange): Promise<Outcome> {
  const { response } = exchange;
  const controller = new AbortController();
  const forget = parts.readers.onGone(exchange, () => controller.abort());
  try {
    const count = await writeRows(parts, exchange, controller.signal);
    response.end(`{"end":true,"count":${count}}\n`);
  } catch (thrown) {
    if (!response.headersSent && !controller.signal.aborted) throw thrown;
    response.end(`{"error":${problemText(asAffinityError(thrown), undefined)}}\n`);
  } finally {
    forget();
  }
  return streamed;
}

async function writeRows(parts: StreamParts, exchange: Exchange, signal: AbortSignal): Promise<number> {
  const { access, request, limit = Number.POSITIVE_INFINITY, lookUp, lineOf, readers } = parts;
  const { response } = exchange;
  let count = 0;
  for await (const page of access.stream(request, { signal })) {
    await lookUp(page);
    let text = "";
    for (const row of page.slice(0, limit - count)) text += `${lineOf(row)}\n`;
    count += Math.min(page.length, limit - count);
    if (signal.aborted) break;
    begin(exchange);
    response.write(text);
    if (count >= limit) break;
    await readers.taken(exchange);
  }
  begin(exchange);
  return count;
}

function begin({ response, extraHeaders }: Exchange): void {
  if (response.headersSent) return;
  const headers = ["Content-Type", "application/x-ndjson", "Cache-Control", "no-store", "Vary", "Accept"];
  response.writeHead(200, [...headers, ...extraHeaders]);
}
