/**
 * A process of its own that checks the codecs of some of the workspace's projects against independent judges.
 *
 * Takes one CheckRequest from its parent, and sends it CheckMessages.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { SeededRandom } from "../../../runtime/core/random.js";
import type { AnyType } from "../../../runtime/schema/type.js";
import { avscJudge } from "../../../test/support/avro/avsc-judge.js";
import { fastavroEncode } from "../../../test/support/avro/fastavro-judge.js";
import { avroJson, avscValue, plainJson, userInput, userValue } from "../../../test/support/avro/forms.js";
import { parseLossless, printLossless } from "../../../test/support/avro/lossless-json.js";
import { plainSchemas } from "../../../test/support/avro/print-shape.js";
import { readShapes, type Shape, type Types } from "../../../test/support/avro/shape.js";
import type { Value } from "../../../test/support/avro/value.js";
import { ValueMaker } from "../../../test/support/avro/value-maker.js";
import { difference, shown } from "./same.js";
import { type CorpusProject, filesBelow } from "./workspace.js";

/** What to check: projects with compiled code. */
export interface CheckRequest {
  readonly projects: readonly CorpusProject[];
  /** Values of each named type at least; more where not every choice has been visited. */
  readonly values: number;
  readonly seed: number;
  /** Only types of a project's last file: the others are beside it. */
  readonly isLastAlone?: boolean;
  /** A schema that no judge takes as it is written may be rewritten for them. */
  readonly takesRewritten?: boolean;
}

/** What came of it. */
export type CheckMessage =
  | { readonly kind: "count"; readonly what: string; readonly times: number }
  /** `path` is the schema's. */
  | { readonly kind: "fail"; readonly what: string; readonly text: string; readonly path: string }
  | { readonly kind: "infinite"; readonly text: string }
  | { readonly kind: "sample"; readonly sample: TypeSample };

/** One value of a type in binary, for the bundle. */
export interface TypeSample {
  readonly module: string;
  readonly exportName: string;
  readonly name: string;
  readonly hex: string;
  readonly fingerprint: string;
}

/** Values of a type beyond which unvisited choices are a fault of the test. */
const valueLimit = 4000;

interface FoundType {
  readonly type: AnyType;
  readonly module: string;
  readonly exportName: string;
}

const counts = new Map<string, number>();

const request = await new Promise<CheckRequest>((resolve) => process.once("message", resolve));
const { values: valuesOfEach, seed, isLastAlone = false, takesRewritten = false } = request;
let path = "";
for (const project of request.projects) {
  path = project.schema.path;
  try {
    await checkProject(project);
  } catch (error) {
    const text = project.files.map((file) => readFileSync(join(project.folder, file), "utf8")).join("\n");
    const thrown = error instanceof Error ? (error.stack ?? error.message) : String(error);
    fail("a judge, or what was generated, does not take the schema", `${thrown}\n${text}`);
  }
}
for (const [what, times] of counts) tell({ kind: "count", what, times });
process.disconnect();

function tell(message: CheckMessage): void {
  process.send?.(message);
}

function fail(what: string, text: string): void {
  tell({ kind: "fail", what, text, path });
}

function count(what: string, times = 1): void {
  counts.set(what, (counts.get(what) ?? 0) + times);
}

async function checkProject(project: CorpusProject): Promise<void> {
  const texts = project.files.map((file) => readFileSync(join(project.folder, file), "utf8"));
  const { types } = readShapes(texts.map(parseLossless));
  const found = await generatedTypes(project.compiled);
  const encode = encoder(project, texts, types);
  const maker = new ValueMaker(types, new SeededRandom(seed));
  const own = isLastAlone ? readShapes(texts.slice(-1).map(parseLossless)).types : types;
  for (const name of own.keys()) {
    const entity = found.get(name);
    if (entity === undefined) {
      fail("a named type was not generated", `${project.schema.path} ${name}`);
    } else if (!maker.isFinite(name)) {
      tell({ kind: "infinite", text: `${project.schema.path}: ${name}` });
    } else checkType(project, name, entity, { types, maker, encode });
  }
}

async function generatedTypes(compiled: string): Promise<ReadonlyMap<string, FoundType>> {
  const found = new Map<string, FoundType>();
  const output = join(compiled, "entities");
  // A schema without a named type has no entity.
  for (const file of existsSync(output) ? filesBelow(output, ".js") : []) {
    const module = join(output, file);
    const exported: unknown = await import(pathToFileURL(module).href);
    for (const [exportName, type] of Object.entries(exported ?? {})) {
      if (isType(type)) found.set(type.name, { type, module, exportName });
    }
  }
  return found;
}

function isType(value: unknown): value is AnyType {
  return typeof value === "object" && value !== null && "encode" in value && "fromAvroJson" in value;
}

type Encode = (name: string, values: readonly Value[]) => readonly Uint8Array[];

function encoder(project: CorpusProject, texts: readonly string[], types: Types): Encode {
  if (project.schema.avsc === "no") {
    return (name, values) => {
      const cases = values.map((value) => ({ name, value }));
      const encode = (schemas: readonly string[], judge: string): readonly Uint8Array[] => {
        const encoded = fastavroEncode(schemas, types, cases);
        count(`values judged by ${judge}`, values.length);
        return encoded;
      };
      try {
        return encode(texts, "fastavro");
      } catch (error) {
        if (!takesRewritten) throw error;
        return encode(plainSchemas(types), "fastavro, the schema rewritten with definitions first");
      }
    };
  }
  const judge = avscJudge(
    texts.map((text): unknown => JSON.parse(text)),
    new Set(types.keys()),
  );
  return (name, values) => {
    count("values judged by avsc", values.length);
    return values.map((value) => judge.encode(name, avscValue(value, { kind: "named", name }, types)));
  };
}

function checkType(
  project: CorpusProject,
  name: string,
  entity: FoundType,
  { types, maker, encode }: { readonly types: Types; readonly maker: ValueMaker; readonly encode: Encode },
): void {
  const values: Value[] = [];
  const isCovered = (): boolean => {
    const { points, visited } = maker.coverage(name);
    return points === visited;
  };
  while (values.length < valuesOfEach || (!isCovered() && values.length < valueLimit)) values.push(maker.make(name));
  const { points, visited } = maker.coverage(name);
  count("named types");
  count("choices (branches, symbols, sizes, boundaries, defaults) visited", visited);
  if (points !== visited) {
    fail("choices not visited", `${name}: ${visited} of ${points}`);
  }
  const expected = encode(name, values);
  for (const [index, value] of values.entries()) {
    const bytes = expected[index];
    if (bytes === undefined) throw new Error("the judge left a value out");
    checkValue(
      { where: `${project.schema.path} ${name}`, type: entity.type, shape: { kind: "named", name }, types },
      value,
      bytes,
    );
  }
  const first = expected[0];
  if (first === undefined) return;
  const { module, exportName, type } = entity;
  const sample = {
    module,
    exportName,
    name,
    hex: Buffer.from(first).toString("hex"),
    fingerprint: `${type.fingerprint}`,
  };
  tell({ kind: "sample", sample });
}

interface ValueCase {
  readonly where: string;
  readonly type: AnyType;
  readonly shape: Shape;
  readonly types: Types;
}

function checkValue({ where, type, shape, types }: ValueCase, value: Value, bytes: Uint8Array): void {
  const input = userInput(value, shape, types);
  const full = userValue(value, shape, types);
  const attempt = (what: string, act: () => string | undefined): void => {
    count(what);
    let fault: string | undefined;
    try {
      fault = act();
    } catch (error) {
      fault = error instanceof Error ? error.message : String(error);
    }
    if (fault !== undefined) fail(what, `${where}: ${fault}; value ${shown(input)}`);
  };
  attempt("encoded byte for byte as the judge does", () => {
    const own = type.encode(input);
    return Buffer.compare(own, bytes) === 0 ? undefined : `${shown(own)} instead of ${shown(bytes)}`;
  });
  attempt("binary round trips", () => {
    const back = type.decode(bytes);
    return difference(back, full) ?? (type.equals(back, full) ? undefined : "equals() says they differ");
  });
  attempt("plain JSON as documented, and round trips", () => {
    const text = type.toJson(input);
    const documented = plainJson(value, shape, types);
    if (text !== documented) return `JSON ${firstDifference(text, documented)}`;
    return difference(type.fromJson(text), full);
  });
  attempt("plain JSON with longs as text round trips", () =>
    difference(type.fromJson(type.toJson(input, { longs: "string" })), full),
  );
  attempt("Avro JSON as specified, and round trips", () => {
    const text = type.toAvroJson(input);
    const specified = avroJson(value, shape, types);
    // The specification leaves escapes in texts to the writer.
    const plain = printLossless(parseLossless(text));
    if (plain !== specified) return `Avro JSON ${firstDifference(plain, specified)}`;
    return difference(type.fromAvroJson(text), full);
  });
}

function firstDifference(actual: string, expected: string): string {
  let index = 0;
  while (index < actual.length && actual[index] === expected[index]) index += 1;
  const from = Math.max(0, index - 40);
  return `…${actual.slice(from, index + 40)}… instead of …${expected.slice(from, index + 40)}…`;
}
