import { isBuiltin } from "node:module";
import { describe, expect, it } from "vitest";
import { clientBundle } from "../../../bench/bundle.js";

describe("the client's bundle", () => {
  it("with one keyspace is at most 8 kB, minified and compressed, and reaches nothing of Node.js", async () => {
    const { gzipBytes, inputs } = await clientBundle();
    expect(gzipBytes).toBeGreaterThan(1_000);
    expect(gzipBytes).toBeLessThanOrEqual(8_000);
    const imports = Object.values(inputs).flatMap((input) => input.imports.map(({ path }) => path));
    expect(imports.filter((path) => isBuiltin(path))).toEqual([]);
  });
});
