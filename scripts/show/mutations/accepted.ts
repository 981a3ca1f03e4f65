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
import type { Tally } from "./tally.js";

/** Generates each, and lets the judges encode values of every named type. */
export async function judgeAccepted(
  report: Report,
  tally: Tally,
  accepted: readonly AcceptedSchema[],
  seed: number,
): Promise<void> {
  const isFastavroThere = prepareFastavro();
  const isRequired = process.env.AFFINITY_REQUIRE_ALL !== undefined;
  report.check("fastavro is there where everything is required", isFastavroThere || !isRequired, () => "see above");
  const workspace = openWorkspace();
  try {
    const projects: CorpusProject[] = [];
    for (const [index, { text, beside }] of accepted.entries()) {
      const avsc = avscTakes([beside, text]) ? "alone" : "no";
      if (avsc === "no" && !isFastavroThere) {
        report.skip("fastavro cannot be installed: a mutant that avsc refuses is not judged");
        continue;
      }
      const path = `accepted mutant ${index}`;
      const schema = { path, isValid: true, avsc, problems: [], needs: [], text, beside } as const;
      const project = workspace.project(`m${index}`, schema);
      const { diagnostics } = await generate(optionsOf(project.folder));
      const explain = (): string => `${JSON.stringify(diagnostics)} ${text}`;
      if (!report.check("what the compiler accepts is generated", diagnostics.length === 0, explain)) continue;
      await transpile(project);
      projects.push(project);
    }
    const { failed } = await checkInChildren(report, projects, {
      values: 3,
      seed,
      isLastAlone: true,
      takesRewritten: true,
    });
    for (const { schema } of projects) if (!failed.has(schema.path)) tally.accepted("schema");
  } finally {
    workspace.remove();
  }
}

function avscTakes(texts: readonly string[]): boolean {
  try {
    const names = new Set(readShapes(texts.map(parseLossless)).types.keys());
    avscJudge(
      texts.map((text): unknown => JSON.parse(text)),
      names,
    );
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
