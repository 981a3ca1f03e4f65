/** Door `affinity-data/codegen`: the generator as a function. */
export type { Diagnostic, SourceFile, SourceRef } from "./diagnostics.js";
export { printDiagnostics } from "./diagnostics-print.js";
export { inputsHash } from "./inputs.js";
export type { GenerateOptions } from "./options.js";
export { type Checked, check, type Drift, type Generated, generate, inspect } from "./project.js";
