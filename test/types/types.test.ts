import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { typeErrors } from "../golden/type-check.js";

const here = fileURLToPath(new URL(".", import.meta.url));

it("generated types take what they promise and refuse the rest", () => {
  const files = ["handlers.ts", "client.ts", "entities.ts"].map((file) => `${here}${file}`);
  expect(typeErrors(files, { moduleResolution: "bundler" })).toEqual([]);
});
