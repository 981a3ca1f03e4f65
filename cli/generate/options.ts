import type { GenerateOptions } from "../../codegen/options.js";
import type { ResolvedConfig } from "../../runtime/node/config/resolved.js";

/** What the generator is told about a project. */
export function generateOptions({ name, root, generate }: ResolvedConfig): GenerateOptions {
  const { schemas, definitions, output, handlers, longs, timestamps, typeNames, importEnding } = generate;
  return {
    projectName: name,
    root,
    schemas,
    definitions,
    output,
    handlers,
    longs,
    timestamps,
    typeNames,
    importEnding,
  };
}
