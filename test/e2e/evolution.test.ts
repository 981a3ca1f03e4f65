import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { missingPrograms, tourOf } from "../support/tour-of.js";
import { build } from "./built.js";

const folder = mkdtempSync(join(tmpdir(), "affinity-evolution-"));
const missing = await missingPrograms();

beforeAll(build, 300_000);
afterAll(() => rmSync(folder, { recursive: true }));

it.skipIf(missing.length > 0)(
  "avro.5: docs/evolution.md is true: each command prints what stands below it",
  async () => {
    let commands = 0;
    for await (const { step, output, problem } of tourOf("docs/evolution.md", folder)) {
      if (step.kind === "file") continue;
      expect(problem, `docs/evolution.md:${step.line}: $ ${step.command}\n${output}`).toBeUndefined();
      commands += 1;
    }
    expect(commands).toBeGreaterThanOrEqual(40);
  },
  600_000,
);
