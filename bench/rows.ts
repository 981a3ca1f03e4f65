/** Rows of the benchmark: ratios with their goals, as a table for people and as JSON. */
import { cpus, totalmem } from "node:os";

/** One measure. */
export interface Row {
  readonly measure: string;
  /** As the goal is written. */
  readonly goal: string;
  /** The figure that the goal speaks of. */
  readonly value: number;
  /** How the figure is shown: `0.91`, `0.4 s`. */
  readonly shown: string;
  /** undefined where there is no goal. */
  readonly isMet: boolean | undefined;
  /** What it was made of: medians and their rounds. */
  readonly details: { readonly [name: string]: number | string | readonly number[] };
}

export function atLeast(measure: string, goal: number, value: number, details: Row["details"]): Row {
  return { measure, goal: `≥ ${goal}`, value, shown: value.toFixed(2), isMet: value >= goal, details };
}

export function atMost(
  measure: string,
  goal: { readonly value: number; readonly unit: string },
  value: number,
  details: Row["details"],
): Row {
  const { unit } = goal;
  const shown = `${value < 10 ? value.toFixed(2) : value.toFixed(0)} ${unit}`;
  return { measure, goal: `≤ ${goal.value} ${unit}`, value, shown: shown.trim(), isMet: value <= goal.value, details };
}

/** Of a list that is not empty. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

/** What the figures depend on. */
export function machine(): { readonly [fact: string]: string | number } {
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  return {
    node: process.versions.node,
    cores: cpus().length,
    cpu: cpus()[0]?.model ?? "unknown",
    memory,
    platform: process.platform,
  };
}

/** A table in Markdown. */
export function table(rows: readonly Row[]): string {
  const head = "| measure | goal | measured | |\n|---|---|---|---|";
  const lines = rows.map(({ measure, goal, shown, isMet }) => {
    const verdict = isMet === undefined ? "" : isMet ? "met" : "**missed**";
    return `| ${measure} | ${goal} | ${shown} | ${verdict} |`;
  });
  return [head, ...lines].join("\n");
}
