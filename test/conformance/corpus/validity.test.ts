import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Diagnostic, SourceFile } from "../../../codegen/diagnostics.js";
import { finiteTypes } from "../../../codegen/schema/finite.js";
import { parseSchemas } from "../../../codegen/schema/parse.js";
import { type CorpusSchema, corpusFolder, corpusSchemas, hasCorpus } from "../../support/avro/corpus.js";
import { invalidPlaces, invalidProtocolPlaces } from "./invalid-places.js";

interface Folder {
  readonly folder: string;
  readonly different: readonly string[];
  readonly identical: readonly string[];
}

interface Manifest {
  readonly protocols: readonly { readonly path: string }[];
  readonly same_name_in_one_folder: readonly Folder[];
}

const isHere = hasCorpus();
const isRequired = process.env.AFFINITY_REQUIRE_ALL === "1";
const schemas = isHere ? corpusSchemas() : [];
const manifest: Manifest = isHere
  ? JSON.parse(readFileSync(join(corpusFolder, "manifest.json"), "utf8"))
  : { protocols: [], same_name_in_one_folder: [] };

const fileOf = (path: string): SourceFile => ({ file: path, bytes: readFileSync(join(corpusFolder, path)) });
const filesOf = (schema: CorpusSchema): SourceFile[] => [...schema.needs, schema.path].map(fileOf);
const placesOf = (diagnostics: readonly Diagnostic[]): string[] =>
  diagnostics.map(({ at, code }) => `${at.line}:${at.column} ${code}`);

describe.skipIf(!isHere && !isRequired)("the corpus beside the project", () => {
  it("has 414 legal schemas and 52 others", () => {
    expect([schemas.filter((schema) => schema.isValid).length, schemas.length]).toEqual([414, 466]);
  });

  it.each(schemas.filter((schema) => schema.isValid))("$path is legal", (schema) => {
    const { model, diagnostics } = parseSchemas(filesOf(schema));
    expect(placesOf(diagnostics)).toEqual([]);
    expect(model).toBeDefined();
  });

  it.each(schemas.filter((schema) => !schema.isValid))("$path is refused at the place of its fault", (schema) => {
    const { model, diagnostics } = parseSchemas(filesOf(schema));
    expect(model).toBeUndefined();
    expect(placesOf(diagnostics)).toEqual(invalidPlaces[schema.path]);
  });

  it.each(manifest.protocols.filter(({ path }) => path.endsWith(".avpr")))(
    "$path is read as a protocol",
    ({ path }) => {
      const { diagnostics } = parseSchemas([fileOf(path)]);
      expect(placesOf(diagnostics)).toEqual(invalidProtocolPlaces[path] ?? []);
    },
  );

  it.each(manifest.same_name_in_one_folder)("$folder as one project is refused for the names that meet", (folder) => {
    const files = schemas.filter((schema) => dirname(schema.path) === folder.folder);
    const { diagnostics } = parseSchemas(files.map((schema) => fileOf(schema.path)));
    const meetings = diagnostics.filter((diagnostic) => diagnostic.code === "AVRO_DUPLICATE_TYPE");
    expect(meetings.length).toBeGreaterThan(0);
    for (const { text, at } of meetings) {
      const [, name, other = ""] = /^(\S+) is defined twice.*: here and at (.*)$/.exec(text) ?? [];
      expect([...folder.different, ...folder.identical]).toContain(name);
      expect(dirname(other)).toBe(folder.folder);
      expect(other.startsWith(`${at.file}:`)).toBe(false);
    }
  });

  it("has few types without any finite value", () => {
    const endless = schemas.flatMap((schema) => {
      const { model } = parseSchemas(schema.isValid ? filesOf(schema) : []);
      if (model === undefined) return [];
      const finite = finiteTypes(model);
      const names = [...model.types.keys()].filter((name) => !finite.has(name));
      return names.length === 0 ? [] : [`${basename(schema.path)}: ${names.join(" ")}`];
    });
    expect(endless).toEqual([
      "namespace_fullname: x.Y x.Z",
      "namespace_null_record: R x.Y Z",
      "namespace_simple: x.Y x.Z",
      "TestProblematicRecord.avsc: TestProblematicRecord",
    ]);
  });
});
