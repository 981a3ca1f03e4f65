/** Whether calls on one register can have happened one after another (Wing and Gong's search, with a memo). */

export interface RegisterCall {
  /** `swap` writes `value` and answers what was there; a read answers what is there; `put` answers nothing. */
  readonly kind: "read" | "put" | "swap";
  /** What is written; 0: the row is deleted. */
  readonly value: number;
  /** What was answered; 0: no row. */
  readonly answer: number | undefined;
  readonly from: number;
  /** Infinity: no answer, it may have happened at any time after `from`, or never. */
  readonly to: number;
}

/** Undefined when there is such an order; else the calls as text. */
export function notLinearizable(history: readonly RegisterCall[]): string | undefined {
  const calls = [...history].sort((one, other) => one.from - other.from);
  const done = calls.map(() => false);
  const seen = new Set<string>();
  let left = calls.filter(({ to }) => to !== Number.POSITIVE_INFINITY).length;
  const search = (value: number): boolean => {
    if (left === 0) return true;
    const state = `${value}|${done.map(Number).join("")}`;
    if (seen.has(state) || seen.size > 500_000) return seen.size > 500_000;
    seen.add(state);
    let horizon = Number.POSITIVE_INFINITY;
    for (const [at, call] of calls.entries()) if (done[at] === false && call.to < horizon) horizon = call.to;
    for (const [at, call] of calls.entries()) {
      if (done[at] === true) continue;
      if (call.from > horizon) break;
      const isAnswered = call.to !== Number.POSITIVE_INFINITY;
      if (isAnswered && call.kind !== "put" && call.answer !== value) continue;
      done[at] = true;
      if (isAnswered) left -= 1;
      if (search(call.kind === "read" ? value : call.value)) return true;
      done[at] = false;
      if (isAnswered) left += 1;
    }
    return false;
  };
  if (search(0)) return undefined;
  return calls
    .map(({ kind, value, answer, from, to }) => `[${from}..${to}] ${kind} ${value} -> ${answer ?? "?"}`)
    .join("; ");
}
