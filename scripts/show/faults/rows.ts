/** Rows with known values: what was acknowledged before a fault must stand after it. */
import { Pool } from "undici";
import type { Report } from "../report.js";

/** An answer, with its problem where it is one. */
export interface Answer {
  readonly status: number;
  readonly headers: { readonly [name: string]: string | string[] | undefined };
  readonly text: string;
  readonly problem: { readonly [member: string]: unknown };
}

const rowCount = 40;

export class Rows {
  readonly #report: Report;
  /** Expected counts by key. */
  readonly #expected = new Map<string, bigint>();

  constructor(report: Report) {
    this.#report = report;
  }

  /** Writes every row anew. */
  async seed(url: string): Promise<void> {
    for (let index = 0; index < rowCount; index += 1) {
      const key = `thing-${index}`;
      const answer = await call(url, "PUT", `/things/${key}`, JSON.stringify({ id: key, count: index }));
      if (answer.status < 200 || answer.status >= 300) throw new Error(`PUT answered ${answer.status}: ${answer.text}`);
      this.#expected.set(key, BigInt(index));
    }
  }

  /** Notes a change that was acknowledged. */
  added(key: string, amount: bigint): void {
    this.#expected.set(key, (this.#expected.get(key) ?? 0n) + amount);
  }

  /** Reads every row and compares. */
  async compare(url: string, after: string): Promise<void> {
    for (const [key, count] of this.#expected) {
      const answer = await call(url, "GET", `/things/${key}`);
      const isSame = answer.status === 200 && answer.text === `{"id":"${key}","count":${count}}`;
      this.#report.check(
        `nothing is lost after ${after}`,
        isSame,
        () => `${key}: ${answer.status} ${answer.text}, not ${count}`,
      );
    }
    this.#report.count("rows compared after a fault", this.#expected.size);
  }
}

/** One request of its own connection. */
export async function call(
  url: string,
  method: "GET" | "PUT" | "POST" | "DELETE",
  path: string,
  body?: string,
  headers: { readonly [name: string]: string } = {},
): Promise<Answer> {
  const pool = new Pool(url, { connections: 1 });
  try {
    const type = body === undefined ? {} : { "content-type": "application/json" };
    const answer = await pool.request({ method, path, body: body ?? null, headers: { ...type, ...headers } });
    const text = await answer.body.text();
    return { status: answer.statusCode, headers: answer.headers, text, problem: problemOf(text) };
  } catch (error) {
    // A connection that breaks is an answer too: none of those that are expected.
    return { status: 0, headers: {}, text: String(error), problem: {} };
  } finally {
    await pool.destroy();
  }
}

function problemOf(text: string): { readonly [member: string]: unknown } {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

/** Checks a problem's status and code, whether it says what became of the write, and that its text names a cure. */
export function checkProblem(
  report: Report,
  fault: string,
  answer: Answer,
  expected: { readonly status: number; readonly code: string; readonly applied?: "no"; readonly cure: RegExp },
): void {
  const { status, problem, text } = answer;
  const isNamed = status === expected.status && problem.code === expected.code;
  report.check(`${fault}: the answer is ${expected.status} ${expected.code}`, isNamed, () => `${status} ${text}`);
  const isTold = expected.applied === undefined || problem.applied === expected.applied;
  report.check(`${fault}: the caller is told that nothing was applied`, isTold, () => text);
  const isCured = expected.cure.test(String(problem.detail));
  report.check(`${fault}: the answer names the cure`, isCured, () => `${problem.detail} (wanted ${expected.cure})`);
  if (expected.status === 503) {
    report.check(`${fault}: Retry-After`, answer.headers["retry-after"] !== undefined, () =>
      JSON.stringify(answer.headers),
    );
  }
  report.count(`${fault}: ${expected.status} ${expected.code}`);
}
