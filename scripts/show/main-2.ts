/** Line 2: the corpus of real schemas, through the generator, the compiler, the codecs and a server. */
import { spawn } from "node:child_process";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { generate } from "../../codegen/project.js";
import { corpusFolder, corpusSchemas, hasCorpus } from "../../test/support/avro/corpus.js";
import { prepareFastavro } from "../../test/support/avro/fastavro-judge.js";
import type { CheckMessage, CheckRequest, TypeSample } from "./corpus/check-values.js";
import { compilations, compile } from "./corpus/compile.js";
import { hundredKeyspaces } from "./corpus/hundred.js";
import { bundleAll, importEachFirst } from "./corpus/imports.js";
import { describe, judge } from "./corpus/refusals.js";
import { type CorpusProject, openWorkspace, type Workspace } from "./corpus/workspace.js";
import { Report, showOptions } from "./report.js";

const options = showOptions();
const report = new Report("main.2", "the corpus of real schemas", options);

if (!hasCorpus()) {
  report.skip(`the corpus is not at ${corpusFolder}`);
  if (process.env.AFFINITY_REQUIRE_ALL !== undefined) report.fail("the corpus is required", "see above");
} else {
  const workspace = openWorkspace();
  try {
    await refuseInvalid(workspace);
    const projects = await generateValid(workspace);
    await compileAll(workspace);
    const samples = await checkValues(projects);
    await importAll(workspace, projects, samples);
    await hundredKeyspaces(report, options.seed);
  } finally {
    workspace.remove();
  }
}
report.finish();

function optionsOf(root: string): Parameters<typeof generate>[0] {
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

async function refuseInvalid(workspace: Workspace): Promise<void> {
  const invalid = corpusSchemas().filter(({ isValid }) => !isValid);
  for (const [index, schema] of invalid.entries()) {
    const project = workspace.project(`invalid-${index}`, schema);
    const { diagnostics, written } = await generate(optionsOf(project.folder));
    report.check(
      "an invalid schema is refused",
      diagnostics.length > 0,
      () => `${schema.path}: ${schema.problems.join("; ")}`,
    );
    report.check(
      "with a fault nothing is written",
      written.length === 0,
      () => `${schema.path}: ${written.join(", ")}`,
    );
    const { missed, elsewhere } = judge(
      schema.path,
      diagnostics.map(({ at }) => at),
    );
    const found = (): string => diagnostics.map(({ at, text }) => `${at.line}:${at.column} ${text}`).join(" | ");
    for (const fault of missed) {
      report.fail("a fault is not named where it is", `${schema.path}: ${describe(fault)}; found ${found()}`);
    }
    if (elsewhere > 0) report.say(`${schema.path}: ${elsewhere} diagnostics elsewhere: ${found()}`);
    report.count("invalid schemas refused");
    report.count("diagnostics with line and column", diagnostics.length);
  }
  report.say(`${invalid.length} invalid schemas`);
}

async function generateValid(workspace: Workspace): Promise<readonly CorpusProject[]> {
  const valid = corpusSchemas().filter(({ isValid }) => isValid);
  const generated: CorpusProject[] = [];
  for (const [index, schema] of valid.entries()) {
    const project = workspace.project(`s${index}`, schema);
    try {
      const { diagnostics, written } = await generate(optionsOf(project.folder));
      report.count("valid schemas given to the generator");
      const fault = diagnostics[0];
      if (fault === undefined) {
        generated.push(project);
        report.count("files generated", written.length);
      } else {
        const { at, code, text } = fault;
        report.fail("a valid schema is refused", `${schema.path}: ${at.file}:${at.line}:${at.column} ${code} ${text}`);
      }
    } catch (error) {
      report.fail("the generator threw", `${schema.path}: ${error instanceof Error ? error.stack : String(error)}`);
    }
  }
  report.say(`${generated.length} of ${valid.length} valid schemas generated`);
  return generated;
}

async function compileAll(workspace: Workspace): Promise<void> {
  for (const name of ["strict alone", "bundler resolution", "every flag"] as const) {
    if (name === "bundler resolution" && options.isCi) continue;
    const complaints = await compile(
      workspace.folder,
      name,
      "noEmit" in compilations[name] ? undefined : workspace.outDir,
    );
    for (const complaint of complaints) report.fail(`generated code does not compile under ${name}`, complaint);
    report.count(`compiler runs over all of it: ${name}`);
    report.say(`compiled under ${name}: ${complaints.length} complaints`);
  }
}

async function checkValues(projects: readonly CorpusProject[]): Promise<readonly TypeSample[]> {
  if (!prepareFastavro()) {
    report.skip("fastavro cannot be installed: the schemas that avsc refuses are not judged");
    if (process.env.AFFINITY_REQUIRE_ALL !== undefined) report.fail("fastavro is required", "see above");
  }
  const judged = prepareFastavro() ? projects : projects.filter(({ schema }) => schema.avsc !== "no");
  const samples: TypeSample[] = [];
  const infinite = new Set<string>();
  const hear = (message: CheckMessage): void => {
    if (message.kind === "count") report.count(message.what, message.times);
    else if (message.kind === "fail") report.fail(message.what, message.text);
    else if (message.kind === "infinite") infinite.add(message.text);
    else samples.push(message.sample);
  };
  const parts = cpus().length;
  const runs = Array.from({ length: parts }, (_, part) => {
    const mine = judged.filter((_project, index) => index % parts === part);
    return inChild({ projects: mine, values: options.isCi ? 20 : 100, seed: options.seed }, hear);
  });
  for (const code of await Promise.all(runs)) {
    report.check("the checking process ends well", code === 0, () => `exit code ${code}`);
  }
  for (const text of infinite) report.say(`without any finite value: ${text}`);
  report.count("types without any finite value, generated and listed", infinite.size);
  return samples;
}

function inChild(request: CheckRequest, hear: (message: CheckMessage) => void): Promise<number | null> {
  const program = fileURLToPath(new URL("./corpus/check-values.ts", import.meta.url));
  // A request of many projects is longer than an argument may be.
  const child = spawn(process.execPath, ["--import", "tsx", program], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  child.on("message", (message: CheckMessage) => hear(message));
  child.send(request);
  return new Promise((resolve) => child.on("close", resolve));
}

async function importAll(
  workspace: Workspace,
  projects: readonly CorpusProject[],
  samples: readonly TypeSample[],
): Promise<void> {
  const { tried, faults } = await importEachFirst(projects);
  for (const { file, text } of faults) report.fail("a generated file cannot be imported first", `${file}: ${text}`);
  report.count("generated files imported first in a process of their own", tried);
  report.say(`${tried} files imported first`);
  for (const fault of await bundleAll(workspace.folder, samples)) report.fail("a type fails in a bundle", fault);
  report.count("types that decode and encode in one esbuild bundle", samples.length);
}
