import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { z } from "zod";

const lockFile = z.object({
  packages: z.record(
    z.string(),
    z.object({
      integrity: z.string().optional(),
      link: z.boolean().optional(),
      optional: z.boolean().optional(),
      engines: z.object({ node: z.string().optional() }).optional(),
    }),
  ),
});
const { packages } = lockFile.parse(JSON.parse(readFileSync(new URL("../package-lock.json", import.meta.url), "utf8")));
const installed = Object.entries(packages).filter(([path]) => path.startsWith("node_modules/"));

/** The least version that this package runs on, as its `engines` say. */
const least = [20, 19, 0];

describe("the lock file", () => {
  it("holds the hash of every package that comes from the registry", () => {
    const without = installed.filter(([, entry]) => entry.link !== true && entry.integrity === undefined);
    expect(without.map(([path]) => path)).toEqual([]);
  });

  it("names nothing that warns about the oldest Node.js that is supported", () => {
    // npm leaves out, and says nothing, what is optional and does not fit.
    const wanted = installed.filter(([, { optional }]) => optional !== true);
    const newer = wanted.filter(([, { engines }]) => engines?.node !== undefined && !accepts(engines.node));
    expect(newer.map(([path, { engines }]) => `${path}: ${engines?.node}`)).toEqual([]);
  });

  it("the reading of ranges tells what is refused", () => {
    for (const range of [">=20", "^20.19.0 || >=22.12.0", "18 || 20 || >=22", "20.x || 22.x", ">= 0.4", "*"])
      expect(accepts(range), range).toBe(true);
    for (const range of [">=22", ">=20.20", "^20.19.1", "^18 || ^22", "22.x || 24.x"])
      expect(accepts(range), range).toBe(false);
  });
});

/** Ranges as they stand in lock files: alternatives of one comparison each, without upper bounds. */
function accepts(range: string): boolean {
  return range.split("||").some((alternative) => {
    const match = /^\s*(>=|\^)?\s*(\d+|\*)((?:\.\d+)*)/.exec(alternative);
    if (match === null) throw new Error(`engines: ${range}: not a form that this test reads`);
    const [, operator, major, rest = ""] = match;
    if (major === "*") return true;
    const lower = [Number(major), ...rest.split(".").slice(1).map(Number)];
    if (operator !== ">=" && lower[0] !== least[0]) return false;
    const differing = lower.findIndex((part, at) => part !== (least[at] ?? 0));
    return differing === -1 || (lower[differing] ?? 0) < (least[differing] ?? 0);
  });
}
