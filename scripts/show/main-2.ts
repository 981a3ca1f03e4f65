/** Line 2: the corpus of real schemas, through the generator, the compiler, the codecs and a server. */
import { join } from "node:path";
import { generate } from "../../codegen/project.js";
import { corpusFolder, corpusSchemas, hasCorpus } from "../../test/support/avro/corpus.js";
import { prepareFastavro } from "../../test/support/avro/fastavro-judge.js";
import type { TypeSample } from "./corpus/check-values.js";
import { checkInChildren } from "./corpus/children.js";
import { compilations, compile } from "./corpus/compile.js";
import { hundredKeyspaces } from "./corpus/hundred.js";
import { bundleAll, importEachFirst } from "./corpus/imports.js";
import { optionsOf } from "./corpus/options.js";
import { describe, judge } from "./corpus/refusals.js";
import { type CorpusProject, filesBelow, openWorkspace, type Workspace } from "./corpus/workspace.js";
import { Report, showOptions } from "./report.js";

/** As the corpus' manifest counts them: what the line speaks of. */
const validSchemas = 414;
const refusedByAvsc = 7;

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
  report.check("the corpus is whole", valid.length === validSchemas, () => `${valid.length} valid schemas`);
  report.say(`${generated.length} of ${valid.length} valid schemas generated`);
  return generated;
}

/** Side by side: each takes one core. */
async function compileAll(workspace: Workspace): Promise<void> {
  const compileUnder = async (name: keyof typeof compilations): Promise<void> => {
    const outDir = "noEmit" in compilations[name] ? undefined : workspace.outDir;
    const complaints = await compile(workspace.folder, name, outDir);
    for (const complaint of complaints) report.fail(`generated code does not compile under ${name}`, complaint);
    report.count(`compiler runs over all of it: ${name}`);
    report.say(`compiled under ${name}: ${complaints.length} complaints`);
  };
  await Promise.all([compileUnder("strict alone"), compileUnder("every flag")]);
  if (!options.isCi) await compileUnder("bundler resolution");
}

async function checkValues(projects: readonly CorpusProject[]): Promise<readonly TypeSample[]> {
  if (!prepareFastavro()) {
    report.skip("fastavro cannot be installed: the schemas that avsc refuses are not judged");
    if (process.env.AFFINITY_REQUIRE_ALL !== undefined) report.fail("fastavro is required", "see above");
  }
  const judged = prepareFastavro() ? projects : projects.filter(({ schema }) => schema.avsc !== "no");
  const refused = projects.filter(({ schema }) => schema.avsc === "no").length;
  report.check("avsc refuses as many as the corpus says", refused === refusedByAvsc, () => `${refused}`);
  const size = { values: options.isCi ? 20 : 100, seed: options.seed };
  const { samples, infinite } = await checkInChildren(report, judged, size);
  for (const text of infinite) report.say(`without any finite value: ${text}`);
  report.count("types without any finite value, generated and listed", infinite.size);
  return samples;
}

async function importAll(
  workspace: Workspace,
  projects: readonly CorpusProject[],
  samples: readonly TypeSample[],
): Promise<void> {
  // It takes a process for each six files; the bundle below holds all of them in any size.
  const imported = options.isCi ? projects.filter((_, index) => (index + options.seed) % 3 === 0) : projects;
  const { tried, processes, faults } = await importEachFirst(imported);
  for (const { file, text } of faults) report.fail("a generated file cannot be imported first", `${file}: ${text}`);
  report.count("generated files imported first of their project in a process", tried);
  report.count("processes for that", processes);
  report.say(`${tried} files imported first`);
  const all = projects.flatMap(({ compiled }) => filesBelow(compiled, ".js").map((file) => join(compiled, file)));
  for (const fault of await bundleAll(workspace.folder, all, samples)) report.fail("a file fails in a bundle", fault);
  report.count("generated files in one esbuild bundle", all.length);
  report.count("types that decode and encode there", samples.length);
  report.say(`${all.length} files in one bundle`);
}
