/** One folder for all that line 2 generates: `s0` to `s413`, each a project of its own, under one node_modules. */
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { type CorpusSchema, readCorpus } from "../../../test/support/avro/corpus.js";
import { repository } from "../../../test/support/project.js";

/** A schema of the corpus; or one from elsewhere, with its text and that of another one that it may refer to. */
export type SourceSchema = CorpusSchema & { readonly text?: string; readonly beside?: string };

/** A schema with its project. */
export interface CorpusProject {
  readonly schema: CorpusSchema;
  readonly folder: string;
  /** Where the compiler puts its JavaScript. */
  readonly compiled: string;
  /** Schema files below the folder, the schema itself last. */
  readonly files: readonly string[];
}

export interface Workspace {
  readonly folder: string;
  /** Output of the compiler for all projects. */
  readonly outDir: string;
  /** Writes the project of a schema: its own file and those that it needs, nothing generated. */
  project(name: string, schema: SourceSchema): CorpusProject;
  remove(): void;
}

export function openWorkspace(): Workspace {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "affinity-corpus-")));
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(repository, join(folder, "node_modules/affinity-data"));
  // The compiler's types of Node come with the repository too, as a user's own would.
  symlinkSync(join(repository, "node_modules/@types"), join(folder, "node_modules/@types"));
  writeFileSync(join(folder, "package.json"), '{ "name": "corpus", "private": true, "type": "module" }\n');
  const outDir = join(folder, "compiled");
  return {
    folder,
    outDir,
    project: (name, schema) => ({
      ...writeProject(join(folder, name), schema),
      compiled: join(outDir, name, "src/generated"),
    }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function writeProject(folder: string, schema: SourceSchema): Omit<CorpusProject, "compiled"> {
  const { path, needs, text, beside } = schema;
  const texts = [
    ...(beside === undefined ? [] : [["beside", beside] as const]),
    ...needs.map((needed) => [needed, readCorpus(needed)] as const),
    [path, text ?? readCorpus(path)] as const,
  ];
  const files = texts.map(([source, content], index) => {
    const file = `schemas/${index}/${schemaFileName(source)}`;
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), content);
    return file;
  });
  writeFileSync(join(folder, "affinity.json"), '{ "name": "corpus" }\n');
  return { schema, folder, files };
}

/** Of the corpus, 65 schemas have names that do not end as the generator asks. */
export function schemaFileName(path: string): string {
  const name = basename(path);
  return name.endsWith(".avsc") ? name : `${name}.avsc`;
}

/** Files below a folder with an ending, by their path within it. */
export function filesBelow(folder: string, ending: string): readonly string[] {
  const entries = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return entries.filter((path) => path.endsWith(ending)).sort();
}
