/** `--from`: where reading begins. */
import { WrongUse } from "../failure.js";

export type Start =
  | { readonly at: "start" | "end" }
  | { readonly at: "offset"; readonly offset: bigint }
  /** ms since 1970. */
  | { readonly at: "time"; readonly time: number };

const unitMs: { readonly [unit: string]: number } = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** @param now ms since 1970, for times that count back from it. @throws WrongUse */
export function parseStart(text: string, now: number): Start {
  if (text === "start" || text === "end") return { at: text };
  if (/^\d{1,19}$/.test(text)) return { at: "offset", offset: BigInt(text) };
  const ago = /^(\d{1,9})([smhd])$/.exec(text);
  if (ago !== null) return { at: "time", time: now - Number(ago[1]) * (unitMs[ago[2] ?? ""] ?? 0) };
  const time = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time))
    throw new WrongUse(
      `--from ${text}: start, end, an offset, a time as 2026-11-26T12:00:00Z, or so long ago as 10m would be right`,
    );
  return { at: "time", time };
}
