/** `affinity check --against`: where the earlier state of a project comes from. */
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { compareProjects } from "../../codegen/compatibility/compare.js";
import { compareSubjects, type SubjectSource } from "../../codegen/compatibility/subjects.js";
import type { Diagnostic } from "../../codegen/diagnostics.js";
import { compile } from "../../codegen/generate.js";
import { type Inputs, readInputs } from "../../codegen/inputs.js";
import type { GenerateOptions } from "../../codegen/options.js";
import type { ServiceModel } from "../../codegen/service/model.js";
import { compatibilityLevels } from "../../runtime/schema/compatibility.js";
import { WrongUse } from "../failure.js";
import { gitInputs } from "./git-inputs.js";
import { httpSubjects } from "./http-subjects.js";

/** What would break, compared with a folder, a git ref or a registry. */
export async function diagnosticsAgainst(
  against: string,
  model: ServiceModel,
  { options, level }: { readonly options: GenerateOptions; readonly level: string },
): Promise<readonly Diagnostic[]> {
  if (/^https?:\/\//.test(against)) {
    const source: SubjectSource = httpSubjects(against);
    return compareSubjects(model, source, `the registry ${new URL(against).origin}`);
  }
  const checked = compatibilityLevels.find((known) => known === level);
  if (checked === undefined)
    throw new WrongUse(`--level ${level}: there is no such level; ${compatibilityLevels.join(", ")} would be right`);
  const { inputs, where } = await earlier(against, options);
  if (inputs.schemas.length + inputs.definitions.length === 0)
    throw new WrongUse(`--against ${against}: ${where} holds neither a schema nor a definition`);
  const { model: before, diagnostics } = compile(inputs, options);
  if (before === undefined) {
    const [first] = diagnostics;
    const why = first === undefined ? "" : `: ${first.at.file}:${first.at.line}: ${first.text}`;
    throw new WrongUse(`--against ${against}: ${where} is no project without errors${why}`);
  }
  return compareProjects({ before, after: model, level: checked, against: where });
}

/** The folder where there is one, else what git has under the name. */
async function earlier(against: string, options: GenerateOptions): Promise<{ inputs: Inputs; where: string }> {
  const folder = resolve(against);
  const isFolder = await stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (isFolder) return { inputs: readInputs({ ...options, root: folder }), where: `folder ${against}` };
  const inputs = await gitInputs(against, options);
  return { inputs, where: `git ref ${against}` };
}
