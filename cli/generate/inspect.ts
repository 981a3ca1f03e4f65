/** `affinity inspect`: the model as JSON on standard output; on one line with `--json`. */
import { inspect as inspectModel } from "../../codegen/project.js";
import { readProject } from "../project.js";
import type { Terminal } from "../terminal.js";
import { generateOptions } from "./options.js";
import { endOnDiagnostics } from "./run.js";

export async function inspect(file: string, terminal: Terminal): Promise<void> {
  const options = generateOptions(readProject(file, terminal).config);
  const { diagnostics, model } = await inspectModel(options);
  endOnDiagnostics(options, diagnostics, terminal);
  if (typeof model === "object" && model !== null) terminal.emit(model);
  terminal.print(JSON.stringify(model, null, 2));
}
