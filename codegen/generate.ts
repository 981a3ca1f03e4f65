/** From inputs to the text of every file: parse, read, link, emit, print. Touches no disk. */
import { posix } from "node:path";
import type { Diagnostic } from "./diagnostics.js";
import { sortDiagnostics } from "./diagnostics-sort.js";
import { emitProject } from "./emit/index.js";
import { emitStub } from "./emit/stub.js";
import { hashInputs, type Inputs } from "./inputs.js";
import type { GenerateOptions } from "./options.js";
import { openPrinter } from "./print.js";
import { parseSchemas } from "./schema/parse.js";
import { readHints } from "./service/hints.js";
import { link } from "./service/link.js";
import type { ServiceModel } from "./service/model.js";
import { readDefinitions } from "./service/read.js";

export interface Compiled {
  /** Undefined when there is a diagnostic. */
  readonly model: ServiceModel | undefined;
  /** All of them, in the order in which they are shown. */
  readonly diagnostics: readonly Diagnostic[];
}

/** The model of a project's inputs, or all that is wrong with them. */
export function compile(
  inputs: Inputs,
  options: Pick<GenerateOptions, "projectName" | "longs" | "timestamps" | "typeNames">,
): Compiled {
  const parsed = parseSchemas(inputs.schemas);
  const read = readDefinitions(inputs.definitions);
  const hints = readHints(parsed.recovered, parsed.diagnostics.length === 0 ? options.typeNames : []);
  const linked = link({
    name: options.projectName,
    style: { longs: options.longs, timestamps: options.timestamps },
    schemas: parsed.recovered,
    keyspaces: read.keyspaces,
    names: hints.names,
  });
  // A type whose schema is faulty counts as absent; that a definition names it is no further fault.
  const isNews = ({ code }: Diagnostic): boolean => parsed.diagnostics.length === 0 || code !== "AVRO_UNKNOWN_TYPE";
  const diagnostics = sortDiagnostics([
    ...inputs.diagnostics,
    ...parsed.diagnostics,
    ...hints.diagnostics,
    ...read.diagnostics,
    ...linked.diagnostics.filter(isNews),
  ]);
  return { model: diagnostics.length === 0 ? linked.model : undefined, diagnostics };
}

export interface Printed {
  /** Text by path within the output. */
  readonly files: ReadonlyMap<string, string>;
  /** Text by path within the handlers' folder; to be written only where there is no such file. */
  readonly stubs: ReadonlyMap<string, string>;
}

/** The text of every file. */
export function printProject(model: ServiceModel, inputs: Inputs, options: GenerateOptions): Printed {
  const { importEnding } = options;
  const printer = openPrinter();
  const files = emitProject(model, { importEnding, inputs: hashInputs(inputs, options) });
  const path = posix.join(posix.relative(options.handlers, options.output), "index") + importEnding;
  const index = path.startsWith(".") ? path : `./${path}`;
  const stubs = model.keyspaces
    .filter(({ messages }) => messages.length > 0)
    .map((keyspace) => emitStub(keyspace, index));
  return {
    files: new Map(files.map((file) => [file.path, printer.print(file)])),
    stubs: new Map(stubs.map((file) => [file.path, printer.print(file)])),
  };
}
