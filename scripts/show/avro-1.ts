/** Line 1: values written by one implementation and read by another, in every direction and form. */

import { SeededRandom } from "../../runtime/core/random.js";
import { canonicalForm } from "../../runtime/schema/canonical-form.js";
import { type CodecName, codecNames } from "../../runtime/serde/container/codecs.js";
import { hasCorpus } from "../../test/support/avro/corpus.js";
import { prepareFastavro } from "../../test/support/avro/fastavro-judge.js";
import { neutralText } from "../../test/support/avro/neutral.js";
import type { Value } from "../../test/support/avro/value.js";
import { ValueMaker } from "../../test/support/avro/value-maker.js";
import { Chance } from "../../test/support/chance.js";
import { prepareJava } from "../../test/support/java/jvm.js";
import { openWorkspace } from "./corpus/workspace.js";
import { corpusCases, generatedCases, type TypeCase } from "./exchange/cases.js";
import { explanation } from "./exchange/differences.js";
import {
  type Fault,
  type FormName,
  type Forms,
  formNames,
  type Judge,
  openFastavro,
  openJava,
} from "./exchange/judge.js";
import { readOurs, writeOurs } from "./exchange/ours.js";
import { Report, showOptions } from "./report.js";

const options = showOptions();
const report = new Report("avro.1", "values between this project, Java Avro 1.12.0 and fastavro 1.12.1", options);
const chance = new Chance(options.seed);
const sizes = options.isCi
  ? { corpus: 80, generated: 120, values: 20 }
  : { corpus: Number.POSITIVE_INFINITY, generated: 2000, values: 100 };
/** Schemas in work at once, so that the judges and this process work side by side. */
const inWork = 4;
/** Java 1.12.0 fills 512 MB on the one schema of the corpus that has more, and did not finish in ten minutes: large_schema.avsc has 441. */
const javaTypesLimit = 100;
/** Characters of values that are exchanged at once: a judge holds several forms of each from every writer. */
const batchLimit = 1_000_000;

const isReady = [prepareJava(), prepareFastavro(), hasCorpus()];
if (isReady.includes(false)) {
  report.skip("Java with Maven, Python with its index, and the corpus beside the project are needed");
  if (process.env.AFFINITY_REQUIRE_ALL !== undefined)
    report.fail("Java, Python and the corpus are required", "see above");
} else {
  await exchange();
}
report.finish();

async function exchange(): Promise<void> {
  const workspace = openWorkspace();
  const judges = [openJava(), openFastavro()];
  try {
    const generated = await generatedCases(workspace, chance, sizes.generated);
    report.say(`${generated.length} schemas generated, and code for them`);
    const corpus = await corpusCases(workspace, chance, sizes.corpus);
    report.say(`${corpus.length} roots of the corpus's schemas, and code for them`);
    table(generated);
    const queue = [...corpus, ...generated];
    let done = 0;
    const work = async (): Promise<void> => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        await one(next, judges);
        done += 1;
        if (done % 200 === 0) report.say(`${done} schemas exchanged`);
      }
    };
    await Promise.all(Array.from({ length: inWork }, work));
  } finally {
    await Promise.all(judges.map((judge) => judge.close()));
    workspace.remove();
  }
}

/** What the generated schemas are made of. */
function table(cases: readonly TypeCase[]): void {
  const counts = new Map<string, number>();
  for (const { facts } of cases) {
    for (const fact of facts) counts.set(fact, (counts.get(fact) ?? 0) + 1);
    if (facts.has("recursive") && facts.has("nesting of 3 or more")) {
      counts.set("recursive and nesting of 3 or more", (counts.get("recursive and nesting of 3 or more") ?? 0) + 1);
    }
  }
  console.log("\ngenerated schemas with");
  for (const [fact, count] of [...counts].sort()) console.log(`  ${String(count).padStart(6)}  ${fact}`);
  console.log("");
  const wanted = Math.floor(cases.length / 20);
  const both = counts.get("recursive and nesting of 3 or more") ?? 0;
  report.check("recursion with nesting of 3 or more in enough schemas", both >= wanted, () => `${both} of ${wanted}`);
}

async function one(found: TypeCase, all: readonly Judge[]): Promise<void> {
  const isLarge = found.types.size > javaTypesLimit;
  const judges = isLarge ? all.filter(({ name }) => name !== "java") : all;
  if (isLarge) report.count("difference explained: Java 1.12.0 does not finish reading a schema of hundreds of types");
  const { shape, types } = found;
  const maker = new ValueMaker(types, new SeededRandom(chance.int(0, 2 ** 31)));
  if (!maker.hasValue(shape)) {
    report.count("types without any finite value");
    return;
  }
  report.count("schemas");
  const codec: CodecName = chance.pick(codecNames);
  let values: Value[] = [];
  let texts: string[] = [];
  let size = 0;
  for (let made = 1; made <= sizes.values; made += 1) {
    const value = maker.makeOf(shape);
    const text = neutralText(value, shape, types);
    values.push(value);
    texts.push(text);
    size += text.length;
    if (size < batchLimit && made < sizes.values) continue;
    await exchangeValues(found, judges, { values, texts, codec });
    [values, texts, size] = [[], [], 0];
  }
}

interface Values {
  readonly values: readonly Value[];
  /** The same for the judges. */
  readonly texts: readonly string[];
  readonly codec: CodecName;
}

/** Every form of some values from each implementation to each other. */
async function exchangeValues(
  found: TypeCase,
  judges: readonly Judge[],
  { values, texts, codec }: Values,
): Promise<void> {
  const { type, shape, types, text: schema } = found;
  report.count("values", values.length);
  report.count(`container files with codec ${codec}`, judges.length + 1);

  const written = new Map<string, Forms>([["ours", await writeOurs({ type, shape, types, values }, codec)]]);
  await Promise.all(
    judges.map(async (judge) => {
      const answer = await judge.write({ schema, values: texts, codec });
      if (answer.error !== undefined) {
        unexplained(
          found,
          { reader: judge.name, fault: { from: "schema", form: "binary", index: -1, text: answer.error } },
          "",
        );
        return;
      }
      const own = { canonical: canonicalForm(type.define), fingerprint: `${type.fingerprint}` };
      for (const part of ["canonical", "fingerprint"] as const) {
        report.count(`${part} compared with ${judge.name}`);
        const isSame = answer[part] === own[part];
        const text = `${answer[part]} instead of ${own[part]}`;
        if (!isSame)
          unexplained(found, { reader: judge.name, fault: { from: part, form: "binary", index: -1, text } }, "");
      }
      written.set(judge.name, answer);
    }),
  );
  for (const [writer, forms] of written) {
    for (const form of formNames) {
      for (const [index, one] of forms[form].entries()) {
        if (typeof one === "string") continue;
        const fault = { from: writer, form, index, text: `not written: ${one.error}` };
        unexplained(found, { reader: writer, fault }, texts[index] ?? "");
      }
    }
  }
  const others = (reader: string): { readonly [writer: string]: Forms } =>
    Object.fromEntries([...written].filter(([writer]) => writer !== reader));
  const judged = (reader: string, faults: readonly Fault[]): void => {
    for (const [writer, forms] of Object.entries(others(reader))) {
      for (const form of formNames) {
        const tried =
          form === "container" ? values.length : forms[form].filter((one) => typeof one === "string").length;
        report.count(`${form}: ${writer} to ${reader}`, tried);
        for (let checked = 0; checked < tried; checked += 1) report.check(form, true, () => "");
      }
    }
    for (const fault of faults) unexplained(found, { reader, fault }, texts[fault.index] ?? "");
  };
  await Promise.all([
    readOurs({ type, shape, types, values }, others("ours")).then((faults) => judged("ours", faults)),
    ...judges
      .filter(({ name }) => written.has(name))
      .map(async (judge) => {
        const answer = await judge.read({ schema, values: texts, from: others(judge.name) });
        if ("error" in answer) report.fail(`${judge.name} does not answer`, `${found.name}: ${answer.error}`);
        else judged(judge.name, answer.faults);
      }),
  ]);
}

/** A difference that docs/differences.md explains is counted by its name; any other is a failure. */
function unexplained(found: TypeCase, where: { readonly reader: string; readonly fault: Fault }, value: string): void {
  const { reader, fault } = where;
  const name = explanation({ ...where, value, schema: found.text });
  if (name !== undefined) {
    report.count(`difference explained: ${name}`);
    return;
  }
  const form: FormName | string = fault.form;
  report.fail(
    `${form}: ${fault.from} to ${reader}`,
    `${found.name}[${fault.index}]: ${fault.text}; value ${value.slice(0, 200)}; schema ${found.text.slice(0, 400)}`,
  );
}
