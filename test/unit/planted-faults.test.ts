/** The faults of `npm run show -- kafka.5` fit the code as it is; that line plants them and runs their tests. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { plantedFaults } from "../support/planted/faults.js";
import { repository } from "../support/project.js";

it.each(plantedFaults)("the fault `$name` can be planted", ({ file, code }) => {
  const text = readFileSync(join(repository, file), "utf8");
  expect(text.split(code).length - 1, `${file} has once: ${code}`).toBe(1);
});

it("have names of their own", () => {
  expect(new Set(plantedFaults.map(({ name }) => name)).size).toBe(plantedFaults.length);
});
