/** Line 2 of Avro: reading with another schema, and its verdicts, equal Java's. */

import { fileURLToPath } from "node:url";
import { isAffinityError } from "../../runtime/core/errors.js";
import {
  type CompatibilityLevel,
  compatibilityFaults,
  compatibilityLevels,
  incompatibilities,
} from "../../runtime/schema/compatibility.js";
import { fieldDefault } from "../../runtime/schema/default-value.js";
import { interpretedType } from "../../runtime/schema/entity-type.js";
import { definedBy } from "../../runtime/schema/raw-schema.js";
import { type Resolution, resolve } from "../../runtime/schema/resolution.js";
import type { TypeSource } from "../../runtime/schema/type.js";
import { nodeOf, partsOf, type TypeNode } from "../../runtime/schema/type-node.js";
import { Writer } from "../../runtime/schema/writer.js";
import { Chance } from "../../test/support/chance.js";
import { Jvm, javaAvroVersion, prepareJava } from "../../test/support/java/jvm.js";
import { Report, showOptions } from "./report.js";
import { type Changed, changeSchema } from "./resolution/change-schema.js";
import { makeSchema } from "./resolution/make-schema.js";
import { EndlessValue, makeValue } from "./resolution/make-value.js";
import { fullName, isRecursive, type Model, nestingOf, schemaText } from "./resolution/model.js";

const options = showOptions();
const report = new Report("avro.2", `resolution and compatibility against Java Avro ${javaAvroVersion}`, options);
const pairs = options.isCi ? 500 : 6000;
const chains = options.isCi ? 150 : 1500;
const valuesOfPair = options.isCi ? 10 : 20;
/** Questions that wait for the JVM at once. */
const atOnce = 64;

interface JavaAnswer {
  readonly invalid?: string;
  readonly isCompatible: boolean;
  readonly isResolvable: boolean;
  /** Hexadecimal, or `!` and an error. */
  readonly values: readonly string[];
}

if (!prepareJava()) {
  report.fail("judge", "Java Avro cannot be had: javac and mvn are needed");
  report.finish();
  process.exit();
}
const chance = new Chance(options.seed);
const jvm = new Jvm(fileURLToPath(new URL("../../test/support/java/ResolutionJudge.java", import.meta.url)));
let unresolvable = 0;
let done = 0;
try {
  await times(pairs, comparePair);
  const share = (100 * unresolvable) / done;
  report.check("between 30 and 70 % are unresolvable", share >= 30 && share <= 70, () => `${share.toFixed(1)} %`);
  report.say(`${done} pairs, ${share.toFixed(1)} % of them unresolvable`);
  await times(chains, compareChain);
} finally {
  await jvm.close();
}
report.finish();

async function times(count: number, run: (chance: Chance) => Promise<boolean>): Promise<void> {
  let left = count;
  const work = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      // A pair that Java refuses as schemas does not count.
      if (!(await run(chance.fork()))) left += 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}

async function comparePair(own: Chance): Promise<boolean> {
  const made = makeSchema(own);
  const kinds: string[] = [];
  let changed: Pick<Changed, "model" | "names"> = made;
  for (let left = own.pick([0, 1, 1, 1, 2, 2, 3, 5]); left > 0; left -= 1) {
    const next = changeSchema(changed, own);
    kinds.push(next.kind);
    changed = next;
  }
  // The changed one is the reader of the old one's data, or the other way round.
  const isForward = own.happens(0.3);
  const writer = schemaText((isForward ? changed : made).model);
  const reader = schemaText((isForward ? made : changed).model);
  // Java reads a type that was moved to another namespace without its fields' aliases, and in a union not at all; the
  // specification matches "(unqualified)" names. With the old name as alias it reads it as we do without.
  const valueReader = schemaText(isForward ? namedAsMoved(made.model, changed.model) : changed.model, true);
  const define = definedBy(writer);
  const values = valuesOf(define, own);
  if (values === undefined) {
    report.count("pairs whose writer has no finite value (made anew)");
    return false;
  }
  const java = (await jvm.ask({ writer, reader, values, valueReader })) as JavaAnswer;
  if (java.invalid !== undefined) {
    report.count("pairs that Java refuses as schemas (made anew)");
    return false;
  }
  done += 1;
  report.count("pairs");
  if (isRecursive(made.model)) report.count("pairs that are recursive");
  if (nestingOf(made.model) >= 3) report.count("pairs nested 3 or more");
  for (const kind of new Set(kinds)) report.count(`pairs: ${kind}`);
  const explain = (what: string) => (): string => `${what}\n  writer ${writer}\n  reader ${reader}`;
  const reasons = incompatibilities(define, definedBy(reader));
  const ofAvro = reasons.filter(({ rule }) => rule !== "LOGICAL_TYPE_MISMATCH");
  for (const rule of new Set(reasons.map((one) => one.rule))) report.count(`pairs: ${rule}`);
  report.check(
    "compatible exactly when SchemaCompatibility says so, logical types apart",
    java.isCompatible === (ofAvro.length === 0),
    explain(`Java: ${java.isCompatible}; here: ${reasons.map((one) => `${one.path} ${one.rule}`).join()}`),
  );
  if (hasIllegalDefault(reader)) {
    report.count("pairs whose reader has a default that only Java takes (docs/differences.md)");
    return true;
  }
  const resolution = resolved(writer, reader, explain);
  if (resolution === undefined) unresolvable += 1;
  report.check("resolves exactly when compatible", (resolution !== undefined) === (reasons.length === 0), explain(""));
  if (java.isCompatible !== java.isResolvable) {
    report.count(
      `pairs where Java disagrees with itself: compatible ${java.isCompatible}, resolvable ${java.isResolvable}`,
    );
  }
  if (resolution !== undefined) compareValues(resolution, { reader, values, java, explain });
  return true;
}

/** The older model with the names that its types have in the newer one, as aliases. */
function namedAsMoved(model: Model, moved: Model): Model {
  const types = [...model.types].map(([id, type]) => {
    const later = moved.types.get(id);
    return [id, later?.movedFrom === undefined ? type : { ...type, movedFrom: fullName(later) }] as const;
  });
  return { root: model.root, types: new Map(types) };
}

/** A change may have taken away the enum symbol that some field has as default: illegal, and Java takes it. */
function hasIllegalDefault(reader: string): boolean {
  const seen = new Set<TypeNode>();
  const visit = (node: TypeNode): boolean => {
    if (seen.has(node)) return false;
    seen.add(node);
    const isIllegal =
      node.kind === "record" &&
      node.fields.some(
        (field) => field.default !== undefined && tried(() => typeof fieldDefault(field)).startsWith("!"),
      );
    return isIllegal || partsOf(node).some(visit);
  };
  return visit(nodeOf(definedBy(reader)));
}

function valuesOf(define: TypeSource, own: Chance): readonly string[] | undefined {
  try {
    return Array.from({ length: valuesOfPair }, () => {
      const out = new Writer();
      makeValue(nodeOf(define), out, own);
      return Buffer.from(out.finish()).toString("hex");
    });
  } catch (error) {
    if (error instanceof EndlessValue) return undefined;
    throw error;
  }
}

function resolved(
  writer: string,
  reader: string,
  explain: (what: string) => () => string,
): Resolution<unknown> | undefined {
  try {
    return resolve(writer, interpretedType(definedBy(reader)));
  } catch (error) {
    report.check(
      "a refusal is SCHEMA_INCOMPATIBLE with path, rule and cure",
      isAffinityError(error) && error.code === "SCHEMA_INCOMPATIBLE" && /: .+ \([A-Z_]+\).*; .+\./.test(error.detail),
      explain(String(error)),
    );
    return undefined;
  }
}

interface Values {
  readonly reader: string;
  readonly values: readonly string[];
  readonly java: JavaAnswer;
  readonly explain: (what: string) => () => string;
}

function compareValues(resolution: Resolution<unknown>, { reader, values, java, explain }: Values): void {
  const type = interpretedType(definedBy(reader));
  for (const [index, hex] of values.entries()) {
    const expected = java.values[index] ?? "";
    const bytes = Buffer.from(hex, "hex");
    const rewritten = tried(() => Buffer.from(resolution.rewrite(bytes)).toString("hex"));
    const what = `value ${short(hex)}\n  Java ${short(expected)}\n  here ${short(rewritten)}`;
    const decoded = tried(() => {
      const isEqual = type.equals(resolution.decode(bytes), type.decode(Buffer.from(expected, "hex")));
      return isEqual ? "equal" : "not equal";
    });
    if (decoded.includes("not UTF-8")) {
      report.count("values of bytes that are no text, refused");
      continue;
    }
    const refusal = rewritten.startsWith("!") ? undefined : refusalOfJava(expected, reader);
    if (refusal !== undefined) {
      report.count(`values that Java refuses: ${refusal} (docs/differences.md)`);
      continue;
    }
    report.count("values");
    if (!report.check("the value's bytes equal Java's", rewritten === expected, explain(what))) continue;
    // A base value that the reader's logical type does not hold: its bytes are Java's, which has none here.
    if (/decimal|UUID|Date/.test(decoded)) report.count("values that the reader's logical type refuses");
    else report.check("the value is what Java's bytes say", decoded === "equal", explain(`${decoded}\n  ${what}`));
  }
}

/** What a codec gives, or `!` and why it does not. */
function tried(run: () => string): string {
  try {
    return run();
  } catch (error) {
    return isAffinityError(error) && error.code === "VALUE_INVALID" ? `!${error.detail}` : `!!${error}`;
  }
}

function short(text: string): string {
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}

async function compareChain(own: Chance): Promise<boolean> {
  const first = makeSchema(own);
  const second = changeSchema(first, own);
  const third = changeSchema(second, own);
  const texts = [first, second, third].map(({ model }) => schemaText(model));
  const [one = "", two = "", three = ""] = texts;
  const answers = await Promise.all([ask(one, three), ask(two, three), ask(three, one), ask(three, two)]);
  if (answers.some(({ invalid }) => invalid !== undefined)) {
    report.count("chains that Java refuses as schemas (made anew)");
    return false;
  }
  report.count("chains of three versions");
  const [oneRead, twoRead, readByOne, readByTwo] = answers.map(({ isCompatible }) => isCompatible);
  const expected: { readonly [level in CompatibilityLevel]: boolean } = {
    NONE: true,
    BACKWARD: twoRead === true,
    BACKWARD_TRANSITIVE: twoRead === true && oneRead === true,
    FORWARD: readByTwo === true,
    FORWARD_TRANSITIVE: readByTwo === true && readByOne === true,
    FULL: twoRead === true && readByTwo === true,
    FULL_TRANSITIVE: twoRead === true && readByTwo === true && oneRead === true && readByOne === true,
  };
  for (const level of compatibilityLevels) {
    const faults = compatibilityFaults(level, three, [one, two]);
    const ofAvro = faults.filter(({ rule }) => rule !== "LOGICAL_TYPE_MISMATCH");
    report.count(`chains: ${level} ${expected[level] ? "holds" : "is broken"}`);
    report.check(
      `${level} equals Java's`,
      (ofAvro.length === 0) === expected[level],
      () => `Java: ${expected[level]}\n  ${texts.join("\n  ")}`,
    );
  }
  return true;
}

async function ask(writer: string, reader: string): Promise<JavaAnswer> {
  return (await jvm.ask({ writer, reader, valueReader: reader, values: [] })) as JavaAnswer;
}

/** Why Java reads nothing with two schemas that it calls compatible, where docs/differences.md explains it. */
function refusalOfJava(answer: string, reader: string): string | undefined {
  // It writes the reader's names into the writer's schema, forgets the defaults that hold records, and then refuses these.
  if (
    answer.startsWith("!org.apache.avro.AvroTypeException: Invalid default for field") &&
    reader.includes('"aliases"')
  )
    return "it renames a field and not the defaults around it";
  if (/^!org\.apache\.avro\.\S+: enum value '\w+' is not in the enum symbol set/.test(answer))
    return "it takes the default of a union for a symbol of its first enum, which has none of that name";
  if (answer.startsWith("!java.lang.StackOverflowError"))
    return "it finds no end of a record that holds itself outright";
  return undefined;
}
