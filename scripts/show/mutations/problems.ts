/** What a refusal over HTTP must look like. */
import type { Pool } from "undici";
import type { Report } from "../report.js";

/** One answer. */
export interface Answer {
  readonly status: number;
  readonly headers: { readonly [name: string]: string | string[] | undefined };
  readonly bytes: Buffer;
  readonly text: string;
}

export interface Request {
  readonly method: "GET" | "PUT" | "POST" | "DELETE" | "PATCH" | "OPTIONS" | "HEAD";
  readonly path: string;
  readonly headers?: { readonly [name: string]: string };
  readonly body?: string | Buffer;
}

export async function ask(pool: Pool, request: Request): Promise<Answer> {
  const { method, path, headers = {}, body } = request;
  const answer = await pool.request({ method, path, headers, body: body ?? null });
  const bytes = Buffer.from(await answer.body.arrayBuffer());
  return { status: answer.statusCode, headers: answer.headers, bytes, text: bytes.toString() };
}

/** Codes whose fault stands in the body: they must point at it. */
const pointed: ReadonlySet<string> = new Set(["VALUE_INVALID"]);
const retries: readonly unknown[] = ["never", "later", "reroute", "if-idempotent"];

/** What a refusal says. */
export interface Refusal {
  readonly code: string;
  readonly pointer: string | undefined;
}

/** Checks a 4xx and gives what it says; undefined when it is none. */
export function refusalOf(report: Report, what: string, answer: Omit<Answer, "bytes">): Refusal | undefined {
  const explain = (): string => `${what}: ${answer.status} ${answer.text.slice(0, 400)}`;
  if (!report.check("no 5xx", answer.status >= 400 && answer.status < 500, explain)) return undefined;
  const type = String(answer.headers["content-type"] ?? "");
  if (!report.check("a refusal is a problem", type === "application/problem+json", explain)) return undefined;
  const problem: { readonly [member: string]: unknown } = JSON.parse(answer.text);
  const { code, detail, status, pointer, retry, applied } = problem;
  const isNamed =
    typeof code === "string" && typeof detail === "string" && detail.length > 0 && status === answer.status;
  if (!report.check("a refusal has its code, status and detail", isNamed, explain)) return undefined;
  const isPlaced = !pointed.has(String(code)) || typeof pointer === "string";
  report.check("a refusal of a value has its place", isPlaced, explain);
  // Whether an earlier attempt under a key that is too old was applied, nobody knows.
  const isSure = applied === undefined || applied === "no" || code === "IDEMPOTENCY_EXPIRED";
  report.check(
    "a refusal says whether to try again, and that it was not applied",
    retries.includes(retry) && isSure,
    explain,
  );
  return { code: String(code), pointer: typeof pointer === "string" ? pointer : undefined };
}
