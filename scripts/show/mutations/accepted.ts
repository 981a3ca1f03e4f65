/** Schemas that were mutated and accepted: their codecs are generated and tried against the judges. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { transform } from "esbuild";
import { generate } from "../../../codegen/project.js";
import { avscJudge } from "../../../test/support/avro/avsc-judge.js";
import { prepareFastavro } from "../../../test/support/avro/fastavro-judge.js";
import { parseLossless } from "../../../test/support/avro/lossless-json.js";
import { readShapes } from "../../../test/support/avro/shape.js";
import { checkInChildren } from "../corpus/children.js";
import { optionsOf } from "../corpus/options.js";
import { type CorpusProject, filesBelow, openWorkspace } from "../corpus/workspace.js";
import type { Report } from "../report.js";
import type { AcceptedSchema } from "./compile-mutants.js";

/** Generates each, and lets the judges encode values of every named type. */
export async function judgeAccepted(report: Report, accepted: readonly AcceptedSchema[], seed: number): Promise<void> {
  const workspace = openWorkspace();
  try {
    const projects: CorpusProject[] = [];
    for (const [index, { text }] of accepted.entries()) {
      const avsc = avscTakes(text) ? "alone" : "no";
      if (avsc === "no" && !prepareFastavro()) continue;
      const schema = { path: `accepted mutant ${index}`, isValid: true, avsc, problems: [], needs: [], text } as const;
      const project = workspace.project(`m${index}`, schema);
      const { diagnostics } = await generate(optionsOf(project.folder));
      report.check(
        "what the compiler accepts is generated",
        diagnostics.length === 0,
        () => `${JSON.stringify(diagnostics)} ${text}`,
      );
      await transpile(project);
      projects.push(project);
    }
    await checkInChildren(report, projects, { values: 3, seed });
    report.count("mutated schemas that were accepted and whose codecs the judges tried", projects.length);
  } finally {
    workspace.remove();
  }
}

function avscTakes(text: string): boolean {
  try {
    avscJudge([JSON.parse(text)], new Set(readShapes([parseLossless(text)]).types.keys()));
    return true;
  } catch {
    return false;
  }
}

/** Strips the types; that generated code compiles is line 2's matter. */
async function transpile({ folder, compiled }: CorpusProject): Promise<void> {
  const output = join(folder, "src/generated");
  for (const file of filesBelow(output, ".ts")) {
    const { code } = await transform(readFileSync(join(output, file), "utf8"), { loader: "ts", format: "esm" });
    const target = join(compiled, file.replace(/\.ts$/, ".js"));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, code);
  }
}
