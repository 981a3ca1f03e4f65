/** A copy of the repository in which one fault at a time is planted; this repository's own code is never touched. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repository } from "../project.js";
import type { PlantedFault } from "./faults.js";

const copied = ["runtime", "codegen", "cli", "templates", "schemas", "test", "scripts"];
const files = ["package.json", "tsconfig.json", "tsconfig.test.json", "vitest.config.ts"];

/** What became of the test that should find a fault. */
export interface TestRun {
  readonly passed: number;
  readonly failed: number;
  /** What it printed. */
  readonly output: string;
}

/** See the head of the file. */
export class PlantedCopy {
  readonly #folder = realpathSync(mkdtempSync(join(tmpdir(), "affinity-planted-")));

  constructor() {
    for (const name of [...copied, ...files])
      cpSync(join(repository, name), join(this.#folder, name), { recursive: true });
    for (const name of ["node_modules", "dist"]) symlinkSync(join(repository, name), join(this.#folder, name));
  }

  /** Runs the test that has to find the fault: as the code is, and with the fault in it. */
  try(fault: PlantedFault): { readonly whole: TestRun; readonly planted: TestRun } {
    const path = join(this.#folder, fault.file);
    const code = readFileSync(path, "utf8");
    const places = code.split(fault.code).length - 1;
    if (places !== 1)
      throw new Error(`${fault.name}: ${fault.file} has its code ${places} times, and should have it once`);
    const whole = this.#run(fault);
    // Not by `replace`, which gives `$` a meaning.
    writeFileSync(path, code.split(fault.code).join(fault.instead));
    try {
      return { whole, planted: this.#run(fault) };
    } finally {
      writeFileSync(path, code);
    }
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #run({ foundBy }: PlantedFault): TestRun {
    const pattern = foundBy.test.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
    const parameters = [join(repository, "node_modules/vitest/vitest.mjs"), "run", foundBy.file, "-t", pattern];
    const { stdout, stderr } = spawnSync(process.execPath, parameters, {
      cwd: this.#folder,
      encoding: "utf8",
      env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: undefined },
      maxBuffer: 1 << 28,
    });
    const counts = /^(\d+) passed, (\d+) failed/m.exec(stdout);
    return { passed: Number(counts?.[1] ?? 0), failed: Number(counts?.[2] ?? 0), output: `${stdout}${stderr}` };
  }
}
