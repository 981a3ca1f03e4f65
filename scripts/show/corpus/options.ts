/** The generator's options with every default of affinity.json, for a project at a place. */
import type { GenerateOptions } from "../../../codegen/options.js";

export function optionsOf(root: string): GenerateOptions {
  return {
    projectName: "corpus",
    root,
    schemas: ["schemas"],
    definitions: ["keyspaces"],
    output: "src/generated",
    handlers: "src/handlers",
    longs: "bigint",
    timestamps: "date",
    importEnding: ".js",
  };
}
