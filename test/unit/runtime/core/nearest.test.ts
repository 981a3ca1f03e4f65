import { describe, expect, it } from "vitest";
import { editDistance, nearest } from "../../../../runtime/core/nearest.js";

describe("the nearest name", () => {
  it.each([
    ["strng", "string"],
    ["Strign", "string"],
    ["accont", "account"],
    ["bank.AccountStats", "bank.AccountStatus"],
  ])("for %s is %s", (name, expected) => {
    expect(nearest(name, ["string", "account", "bank.AccountStatus", "boolean"])).toBe(expected);
  });

  it("is none when nothing is near", () => {
    expect(nearest("panther", ["string", "int"])).toBeUndefined();
    expect(nearest("", ["ab"])).toBeUndefined();
  });

  it("is the one that differs in case alone", () => {
    expect(nearest("datadir", ["dataDir", "name"])).toBe("dataDir");
  });

  it("P17: of a name of a megabyte costs nothing", () => {
    expect(nearest("x".repeat(1_000_000), ["port"])).toBeUndefined();
  });

  it("is the first of equally near ones", () => {
    expect(nearest("ac", ["ab", "ad"])).toBe("ab");
  });

  it("is found in bounded time among many long names", () => {
    const names = Array.from({ length: 100_000 }, (_, index) => `${"a".repeat(200)}${index}`);
    expect(nearest("b".repeat(203), names)).toBeUndefined();
  });
});

describe("the edit distance", () => {
  it.each([
    ["", "", 0],
    ["a", "", 1],
    ["kitten", "sitting", 3],
    ["ab", "ba", 1],
    ["abc", "abc", 0],
  ])("of %j and %j is %i", (a, b, expected) => {
    expect(editDistance(a, b)).toBe(expected);
    expect(editDistance(b, a)).toBe(expected);
  });

  it("is some number above the limit when there is more to edit", () => {
    expect(editDistance("aaaaaaaaaa", "bbbbbbbbbb", 2)).toBeGreaterThan(2);
  });
});
