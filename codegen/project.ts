/**
 * A project on disk: generates its output, checks it, and keeps it up to date. Parser, emitters and printer load only when
 * there is something to do.
 */
import { isAbsolute, posix, relative, resolve, sep } from "node:path";
import type { JsonValue } from "../runtime/schema/type.js";
import type { Diagnostic } from "./diagnostics.js";
import { hashInputs, type Inputs, readInputs } from "./inputs.js";
import { manifestPath, parseManifest, printManifest } from "./manifest.js";
import { modelJson } from "./model-json.js";
import type { GenerateOptions } from "./options.js";
import { type Blocked, OutputFolder, type OutputPlan } from "./output-folder.js";
import { generatorHash } from "./self.js";
import type { ServiceModel } from "./service/model.js";
import { hasHandler, writeStubs } from "./stubs.js";

/** What a run did. Paths are relative to the project, with `/`, in order. */
export interface Generated {
  /** Not empty: nothing was written. */
  readonly diagnostics: readonly Diagnostic[];
  readonly written: readonly string[];
  readonly removed: readonly string[];
  /** Handlers that were created. */
  readonly stubs: readonly string[];
  /** Number of files that were as they should be. */
  readonly unchanged: number;
}

/** What stands otherwise than `generate` would write it. */
export interface Drift {
  readonly path: string;
  readonly kind: "missing" | "differs" | "obsolete";
}

export interface Checked {
  readonly diagnostics: readonly Diagnostic[];
  readonly drift: readonly Drift[];
}

/** Judges a model by what the generator does not know of, stored data for one; what it finds ends a run like a fault of the input. */
export type ModelJudge = (model: ServiceModel) => Promise<readonly Diagnostic[]>;

/**
 * Writes the output of a project: files that differ are replaced, those of the tool that are not needed any more are
 * removed, missing handlers are created. With a diagnostic nothing is written.
 */
export async function generate(options: GenerateOptions, judge?: ModelJudge): Promise<Generated> {
  const run = await prepare(options, judge);
  if (run.kind === "current") return { ...nothing, unchanged: run.files };
  if (run.kind === "faulty") return { ...nothing, diagnostics: run.diagnostics };
  const { folder, plan, files, stubs } = run;
  folder.apply(plan, files);
  const written = writeStubs(resolve(options.root, options.handlers), stubs);
  return {
    diagnostics: [],
    written: plan.changed.map((path) => shown(options.output, path)),
    removed: plan.obsolete.map((path) => shown(options.output, path)),
    stubs: written.map((path) => shown(options.handlers, path)),
    unchanged: plan.unchanged.length,
  };
}

/** Compares the output with what `generate` would write; writes nothing. */
export async function check(options: GenerateOptions, judge?: ModelJudge): Promise<Checked> {
  const run = await prepare(options, judge);
  if (run.kind === "current") return { diagnostics: [], drift: [] };
  if (run.kind === "faulty") return { diagnostics: run.diagnostics, drift: [] };
  const { folder, plan, stubs } = run;
  const drift: Drift[] = [];
  for (const path of plan.changed) {
    const kind = folder.read(path) === undefined ? "missing" : "differs";
    drift.push({ path: shown(options.output, path), kind });
  }
  for (const path of plan.obsolete) drift.push({ path: shown(options.output, path), kind: "obsolete" });
  const handlers = resolve(options.root, options.handlers);
  for (const path of stubs.keys())
    if (!hasHandler(handlers, path)) drift.push({ path: shown(options.handlers, path), kind: "missing" });
  return { diagnostics: [], drift };
}

/** The model of a project as JSON, or what is wrong with its input. */
export async function inspect(
  options: GenerateOptions,
): Promise<{ readonly diagnostics: readonly Diagnostic[]; readonly model: JsonValue | undefined }> {
  const { compile } = await import("./generate.js");
  const { model, diagnostics } = compile(readInputs(options), options);
  return { diagnostics, model: model && modelJson(model) };
}

const nothing: Generated = { diagnostics: [], written: [], removed: [], stubs: [], unchanged: 0 };

type Run =
  /** Inputs and output are as the manifest says. */
  | { readonly kind: "current"; readonly files: number }
  | { readonly kind: "faulty"; readonly diagnostics: readonly Diagnostic[] }
  | {
      readonly kind: "ready";
      readonly folder: OutputFolder;
      readonly plan: OutputPlan;
      readonly files: ReadonlyMap<string, string>;
      readonly stubs: ReadonlyMap<string, string>;
    };

async function prepare(options: GenerateOptions, judge?: ModelJudge): Promise<Run> {
  const misplaced = faultOfOutput(options);
  if (misplaced !== undefined) return { kind: "faulty", diagnostics: [misplaced] };
  const inputs = readInputs(options);
  const folder = new OutputFolder(resolve(options.root, options.output));
  const current = currentFiles(folder, inputs, options);
  if (current !== undefined) return { kind: "current", files: current };
  const { compile, printProject } = await import("./generate.js");
  const { model, diagnostics } = compile(inputs, options);
  if (model === undefined) return { kind: "faulty", diagnostics };
  const judged = (await judge?.(model)) ?? [];
  if (judged.length > 0) return { kind: "faulty", diagnostics: judged };
  const { files: printed, stubs } = printProject(model, inputs, options);
  const facts = { generator: generatorHash(), inputs: hashInputs(inputs, options), handlers: [...stubs.keys()] };
  const manifest = printManifest(facts, printed);
  const files = new Map([...printed, [manifestPath, manifest]]);
  const plan = folder.plan(files);
  if (plan.blocked.length > 0)
    return { kind: "faulty", diagnostics: plan.blocked.map((one) => blockedFault(options, one)) };
  return { kind: "ready", folder, plan, files, stubs };
}

/** Number of files when the manifest says that nothing is to be done; else undefined. */
function currentFiles(folder: OutputFolder, inputs: Inputs, options: GenerateOptions): number | undefined {
  const text = folder.read(manifestPath);
  const manifest = text === undefined ? undefined : parseManifest(text);
  if (manifest === undefined || manifest.inputs !== hashInputs(inputs, options)) return undefined;
  if (manifest.generator !== generatorHash()) return undefined;
  const handlers = resolve(options.root, options.handlers);
  if (!manifest.handlers.every((path) => hasHandler(handlers, path))) return undefined;
  if (!folder.holds(manifest.files, [manifestPath])) return undefined;
  return Object.keys(manifest.files).length + 1;
}

/** The output must have a folder of its own: everything with a banner in it is the tool's. */
function faultOfOutput(options: GenerateOptions): Diagnostic | undefined {
  const output = resolve(options.root, options.output);
  const inside = [".", options.handlers, ...options.schemas, ...options.definitions];
  const held = inside.find((path) => isWithin(output, resolve(options.root, path)));
  if (held === undefined) return undefined;
  const what = held === "." ? "the project itself" : held;
  return fault(options.output, `the output's folder would hold ${what}`, "Give the output a folder of its own.");
}

function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === "" || (!isAbsolute(way) && way.split(sep)[0] !== "..");
}

function blockedFault(options: GenerateOptions, { path, reason }: Blocked): Diagnostic {
  return fault(shown(options.output, path), reason, "Move it elsewhere, or choose another folder for the output.");
}

function fault(file: string, text: string, suggestion: string): Diagnostic {
  return { at: { file, pointer: "", line: 1, column: 1, length: 1 }, code: "OUTPUT_BLOCKED", text, suggestion };
}

/** A path within a folder as the user would type it. */
function shown(folder: string, path: string): string {
  return posix.join(folder, path);
}
