/** `affinity check --against`: where the earlier state of a project comes from. */
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { compareProjects } from "../../codegen/compatibility/compare.js";
import { compareSubjects } from "../../codegen/compatibility/subjects.js";
import type { Diagnostic } from "../../codegen/diagnostics.js";
import { compile } from "../../codegen/generate.js";
import { type Inputs, readInputs } from "../../codegen/inputs.js";
import type { GenerateOptions } from "../../codegen/options.js";
import type { ServiceModel } from "../../codegen/service/model.js";
import type { ResolvedConfig } from "../../runtime/node/config/resolved.js";
import { compatibilityLevels } from "../../runtime/schema/compatibility.js";
import { WrongUse } from "../failure.js";
import type { Terminal } from "../terminal.js";
import { gitInputs } from "./git-inputs.js";
import { isRegistry, registrySubjects, shownRegistry } from "./registry-subjects.js";

/** What a comparison needs beside the two. */
export interface AgainstParts {
  readonly options: GenerateOptions;
  readonly level: string;
  readonly config: ResolvedConfig;
  readonly terminal: Terminal;
}

/** What would break, compared with a folder, a git ref or a registry. */
export async function diagnosticsAgainst(
  against: string,
  model: ServiceModel,
  { options, level, config, terminal }: AgainstParts,
): Promise<readonly Diagnostic[]> {
  if (isRegistry(against)) {
    const source = await registrySubjects(against, config, terminal);
    try {
      return await compareSubjects(model, source, `the registry ${shownRegistry(against)}`);
    } finally {
      await source.close();
    }
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

/** What was compared with, for people: no secrets. */
export function shownAgainst(against: string): string {
  return isRegistry(against) ? shownRegistry(against) : against;
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
