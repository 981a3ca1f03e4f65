import { describe, expect, it } from "vitest";
import { nearest } from "../../../../../runtime/node/config/nearest.js";

describe("the nearest known name", () => {
  it("is the one at the smallest distance, case aside", () => {
    expect(nearest("prot", ["hosts", "port"])).toBe("port");
    expect(nearest("hots", ["port", "hosts"])).toBe("hosts");
    expect(nearest("datadir", ["dataDir", "name"])).toBe("dataDir");
  });

  it("is none where nothing is near", () => {
    expect(nearest("zzz", ["port", "host"])).toBeUndefined();
    expect(nearest("", ["port"])).toBeUndefined();
  });

  it("P17: a name of a megabyte costs nothing", () => {
    expect(nearest("x".repeat(1_000_000), ["port"])).toBeUndefined();
  });
});
