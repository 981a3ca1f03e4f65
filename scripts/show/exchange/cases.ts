/** The types whose values are exchanged: roots of the corpus's schemas, and generated ones, each with its generated code. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generate } from "../../../codegen/project.js";
import { interpretedType } from "../../../runtime/schema/entity-type.js";
import { definedBy } from "../../../runtime/schema/raw-schema.js";
import { schemaText } from "../../../runtime/schema/schema-document.js";
import type { AnyType } from "../../../runtime/schema/type.js";
import { corpusSchemas, readCorpus } from "../../../test/support/avro/corpus.js";
import { parseLossless } from "../../../test/support/avro/lossless-json.js";
import { makeSchema } from "../../../test/support/avro/schema-maker.js";
import { readShapes, type Shape, type Types } from "../../../test/support/avro/shape.js";
import type { Chance } from "../../../test/support/chance.js";
import { optionsOf } from "../corpus/options.js";
import type { Workspace } from "../corpus/workspace.js";
import { entitiesOf } from "./entities.js";

export interface TypeCase {
  /** For messages. */
  readonly name: string;
  /** JSON text of the schema for the judges, complete in itself. */
  readonly text: string;
  readonly type: AnyType;
  readonly shape: Shape;
  readonly types: Types;
  /** Of generated schemas: what they are made of. */
  readonly facts: ReadonlySet<string>;
}

/** Branches of a file's union that are tried; one file of the corpus has 400. */
const branchLimit = 8;

const noFacts: ReadonlySet<string> = new Set();

/** One case for each valid schema of the corpus; for a union of records one for each. */
export async function corpusCases(workspace: Workspace, chance: Chance, limit: number): Promise<readonly TypeCase[]> {
  const valid = corpusSchemas().filter(({ isValid }) => isValid);
  const cases: TypeCase[] = [];
  for (const schema of shuffled(valid, chance).slice(0, limit)) {
    const project = workspace.project(`c${cases.length}`, schema);
    await generated(project.folder);
    const texts = [...schema.needs, schema.path].map(readCorpus);
    const { types, roots } = readShapes(texts.map(parseLossless));
    const root = roots.at(-1);
    const [own = ""] = texts.slice(-1);
    const isAlone = schema.needs.length === 0;
    const entities = await entitiesOf(join(project.folder, "src/generated"));
    for (const shape of root?.kind === "union"
      ? root.branches.slice(0, branchLimit)
      : root === undefined
        ? []
        : [root]) {
      const entity = shape.kind === "named" ? entities.get(shape.name) : undefined;
      if (entity === undefined && (!isAlone || shape !== root)) continue;
      const type = entity ?? interpretedType(definedBy(own));
      const text = isAlone && shape === root ? own : schemaText(type.define);
      cases.push({ name: `${schema.path} ${type.name}`, text, type, shape, types, facts: noFacts });
    }
  }
  return cases;
}

export async function generatedCases(
  workspace: Workspace,
  chance: Chance,
  count: number,
): Promise<readonly TypeCase[]> {
  const made = Array.from({ length: count }, (_, index) => makeSchema(chance, `g${index}`));
  const folder = join(workspace.folder, "generated-schemas");
  mkdirSync(join(folder, "schemas"), { recursive: true });
  writeFileSync(join(folder, "affinity.json"), '{ "name": "corpus" }\n');
  for (const [index, { text }] of made.entries()) writeFileSync(join(folder, `schemas/g${index}.avsc`), text);
  await generated(folder);
  const entities = await entitiesOf(join(folder, "src/generated"));
  return made.map(({ text, facts }, index) => {
    const { types, roots } = readShapes([parseLossless(text)]);
    const [shape] = roots;
    if (shape === undefined) throw new Error("a schema has one root");
    const entity = shape.kind === "named" ? entities.get(shape.name) : undefined;
    return { name: `g${index}`, text, type: entity ?? interpretedType(definedBy(text)), shape, types, facts };
  });
}

async function generated(folder: string): Promise<void> {
  const { diagnostics } = await generate(optionsOf(folder));
  const [fault] = diagnostics;
  if (fault !== undefined) throw new Error(`${folder}: ${fault.at.file}:${fault.at.line}: ${fault.text}`);
}

function shuffled<T>(list: readonly T[], chance: Chance): readonly T[] {
  const copy = [...list];
  for (let index = copy.length - 1; index > 0; index -= 1) {
    const other = chance.int(0, index + 1);
    const [a, b] = [copy[index], copy[other]];
    if (a !== undefined && b !== undefined) [copy[index], copy[other]] = [b, a];
  }
  return copy;
}
