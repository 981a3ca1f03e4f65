/** Longs through the codecs of generated code, judged by an encoder of its own, Java Avro and fastavro. */
import { join } from "node:path";
import { generate } from "../../../codegen/project.js";
import { isAffinityError } from "../../../runtime/core/errors.js";
import { MemoryRegistry } from "../../../runtime/registry/memory-registry.js";
import { resolve } from "../../../runtime/schema/resolution.js";
import { schemaText } from "../../../runtime/schema/schema-document.js";
import type { AnyType } from "../../../runtime/schema/type.js";
import { codecNames } from "../../../runtime/serde/container/codecs.js";
import { deserializer } from "../../../runtime/serde/deserializer.js";
import { serializer } from "../../../runtime/serde/serializer.js";
import { prepareFastavro } from "../../../test/support/avro/fastavro-judge.js";
import { avroJson, plainJson, userValue } from "../../../test/support/avro/forms.js";
import { neutralText } from "../../../test/support/avro/neutral.js";
import { defaultValue } from "../../../test/support/avro/value.js";
import { prepareJava } from "../../../test/support/java/jvm.js";
import { optionsOf } from "../corpus/options.js";
import { difference, shown } from "../corpus/same.js";
import { explanation } from "../exchange/differences.js";
import { entityOf } from "../exchange/entities.js";
import { type Forms, formNames, type Judge, openFastavro, openJava } from "../exchange/judge.js";
import { readOurs, writeOurs } from "../exchange/ours.js";
import type { Report } from "../report.js";
import { edges } from "./numbers.js";
import { allDefaults, binaryOf, defaults, everywhere, filled, type Shaped, shaped, varint } from "./values.js";

/** What the codecs are tried with. */
export interface CodecParts {
  readonly report: Report;
  /** The project, with its code generated. */
  readonly folder: string;
  readonly longs: readonly bigint[];
}

/** A check whose subject may throw. */
function attempt(report: Report, kind: string, subject: string, run: () => string | undefined): void {
  let fault: string | undefined;
  try {
    fault = run();
  } catch (error) {
    fault = String(error);
  }
  report.count(kind);
  report.check(kind, fault === undefined, () => `${subject}: ${fault}`);
}

export async function codecs(parts: CodecParts): Promise<void> {
  const type = await entityOf(join(parts.folder, "src/generated"), "longs.Everywhere");
  for (const number of parts.longs) ownForms(parts, type, number);
  await frames(parts, type);
  widened(parts, type);
  await ofDefaults(parts);
  await ofDates(parts);
  await asNumbers(parts);
  await judged(parts, type);
}

function ownForms({ report }: CodecParts, type: AnyType, number: bigint): void {
  const value = filled(number);
  const user = userValue(value, everywhere.shape, everywhere.types);
  const bytes = binaryOf(value, everywhere);
  const subject = `${number}`;
  const check = (kind: string, run: () => string | undefined): void => attempt(report, kind, subject, run);
  check(
    "binary, byte for byte, and back",
    () => difference(type.encode(user), new Uint8Array(bytes)) ?? difference(type.decode(bytes), user),
  );
  check("plain JSON with longs as numbers, and back", () => {
    const text = type.toJson(user);
    return (
      difference(text, plainJson(value, everywhere.shape, everywhere.types)) ?? difference(type.fromJson(text), user)
    );
  });
  check("plain JSON with longs as text, and back", () => {
    const text = type.toJson(user, { longs: "string" });
    return (
      difference(text, asTexts(plainJson(value, everywhere.shape, everywhere.types))) ??
      difference(type.fromJson(text), user)
    );
  });
  check("Avro JSON, and back", () => {
    const text = type.toAvroJson(user);
    return (
      difference(text, avroJson(value, everywhere.shape, everywhere.types)) ?? difference(type.fromAvroJson(text), user)
    );
  });
}

/** Plain JSON in which numbers stand as texts: every number here is a long. */
export function asTexts(json: string): string {
  return json.replace(/"(?:[^"\\]|\\.)*"|-?\d+/g, (token) => (token.startsWith('"') ? token : `"${token}"`));
}

/** In Confluent's frame, through a registry. */
async function frames({ report, longs }: CodecParts, type: AnyType): Promise<void> {
  const registry = new MemoryRegistry();
  const writer = serializer(type, { registry });
  const reader = deserializer(type, { registry });
  for (const number of longs) {
    const value = filled(number);
    const user = userValue(value, everywhere.shape, everywhere.types);
    const framed = await writer.serialize("longs", user);
    const back = await reader.deserialize(framed);
    attempt(
      report,
      "serde frames, byte for byte, and back",
      `${number}`,
      () =>
        difference(framed.subarray(5).toString("hex"), binaryOf(value, everywhere).toString("hex")) ??
        difference(back, user),
    );
  }
}

/** What was written with ints where longs are read. */
function widened({ report }: CodecParts, type: AnyType): void {
  // A logical type over long is none over int.
  const narrow = shaped(everywhere.text.replace(/"long"/g, '"int"').replace(/,\s*"logicalType": "[\w-]+"/g, ""));
  const resolution = resolve(narrow.text, type);
  for (const number of edges.filter((each) => BigInt.asIntN(32, each) === each)) {
    const bytes = binaryOf(filled(number, narrow), narrow);
    const expected = userValue(filled(number), everywhere.shape, everywhere.types);
    attempt(report, "resolution: ints read as longs", `${number}`, () => {
      const rewritten = binaryOf(filled(number), everywhere);
      return (
        difference(resolution.decode(bytes), expected) ??
        difference(Buffer.from(resolution.rewrite(bytes)).toString("hex"), rewritten.toString("hex"))
      );
    });
  }
}

/** Defaults of fields that are left out: of static code, of JSON, of resolution; and as the schema repeats them. */
async function ofDefaults({ report, folder }: CodecParts): Promise<void> {
  const type = await entityOf(join(folder, "src/generated"), "longs.Defaults");
  const value = allDefaults();
  const user = userValue(value, defaults.shape, defaults.types);
  const bytes = binaryOf(value, defaults);
  const check = (kind: string, run: () => string | undefined): void => attempt(report, `defaults: ${kind}`, "{}", run);
  check("of binary", () => difference(Buffer.from(type.encode({})).toString("hex"), bytes.toString("hex")));
  check("of plain JSON", () => difference(type.fromJson("{}"), user));
  check("of Avro JSON", () => difference(type.fromAvroJson("{}"), user));
  const empty = '{"type":"record","name":"longs.Defaults","fields":[]}';
  check("of resolution", () => difference(resolve(empty, type).decode(new Uint8Array()), user));
  check("in the schema's text", () => {
    const { types, shape } = shaped(schemaText(type.define));
    const again = binaryOf(defaultValue({}, shape, types), { shape, types });
    return difference(again.toString("hex"), bytes.toString("hex"));
  });
}

/** timestamp-millis is a Date, which holds 8.64e15 ms: exact within, refused by name beyond. */
async function ofDates({ report, folder, longs }: CodecParts): Promise<void> {
  const type = await entityOf(join(folder, "src/generated"), "longs.Moment");
  const limit = 8_640_000_000_000_000n;
  for (const number of [...longs, limit, -limit, limit + 1n, -limit - 1n]) {
    const bytes = varint(number);
    const isHeld = number >= -limit && number <= limit;
    attempt(report, "timestamp-millis as Date: exact, or refused with its field", `${number}`, () => {
      if (!isHeld) return refusal(() => type.decode(bytes), "/at");
      const at = new Date(Number(number));
      return (
        difference(type.decode(bytes), { at }) ??
        difference(Buffer.from(type.encode({ at })).toString("hex"), bytes.toString("hex"))
      );
    });
  }
}

/** `"longs": "number"`: exact up to 2^53 - 1, refused by name beyond, never rounded. */
async function asNumbers({ report, folder, longs }: CodecParts): Promise<void> {
  const output = "src/numbers";
  const { diagnostics } = await generate({ ...optionsOf(folder), output, longs: "number", timestamps: "bigint" });
  if (diagnostics.length > 0) throw new Error(`${diagnostics[0]?.text}`);
  const type = await entityOf(join(folder, output), "longs.Everywhere");
  const pair = await entityOf(join(folder, output), "longs.Pair");
  for (const number of longs) {
    const isSafe = Number.isSafeInteger(Number(number));
    const bytes = Buffer.concat([varint(0n), varint(number)]);
    const json = `{"group":0,"number":${number}}`;
    attempt(report, "longs as number: exact, or refused with their field", `${number}`, () => {
      if (!isSafe) {
        return (
          refusal(() => pair.decode(bytes), "/number") ??
          refusal(() => pair.fromJson(json), "/number") ??
          refusal(() => pair.fromAvroJson(json), "/number") ??
          refusal(() => pair.encode({ group: 0, number: Number(number) }), "/number") ??
          refusal(() => type.decode(binaryOf(filled(number), everywhere)), "/plain")
        );
      }
      const user = { group: 0, number: Number(number) };
      return (
        difference(pair.decode(bytes), user) ??
        difference(pair.fromJson(json), user) ??
        difference(pair.toJson(user), json) ??
        difference(Buffer.from(pair.encode(user)).toString("hex"), bytes.toString("hex")) ??
        difference(
          Buffer.from(type.encode(type.decode(binaryOf(filled(number), everywhere)))).toString("hex"),
          binaryOf(filled(number), everywhere).toString("hex"),
        )
      );
    });
  }
}

/** Undefined when the call is refused as VALUE_INVALID at the place. */
function refusal(run: () => unknown, pointer: string): string | undefined {
  try {
    return `${shown(run())} instead of a refusal`;
  } catch (error) {
    if (!isAffinityError(error)) return String(error);
    return error.code === "VALUE_INVALID" && error.pointer === pointer
      ? undefined
      : `${error.message} at ${error.pointer} instead of ${pointer}`;
  }
}

/** Binary, Avro JSON, single objects and container files between this project, Java and fastavro, all directions. */
async function judged({ report, longs }: CodecParts, type: AnyType): Promise<void> {
  const judges: Judge[] = [];
  if (prepareJava()) judges.push(openJava());
  if (prepareFastavro()) judges.push(openFastavro());
  if (judges.length < 2) {
    report.skip("Java Avro and fastavro as judges: Java with Maven, and Python with its index, are needed");
    if (process.env.AFFINITY_REQUIRE_ALL !== undefined) report.fail("both judges are required", "see above");
  }
  try {
    for (const codec of codecNames) await exchange({ report, judges, type, codec, numbers: longs });
  } finally {
    await Promise.all(judges.map((judge) => judge.close()));
  }
}

interface Exchange {
  readonly report: Report;
  readonly judges: readonly Judge[];
  readonly type: AnyType;
  readonly codec: (typeof codecNames)[number];
  readonly numbers: readonly bigint[];
}

async function exchange({ report, judges, type, codec, numbers }: Exchange): Promise<void> {
  const { shape, types, text: schema }: Shaped = everywhere;
  const values = numbers.map((number) => filled(number));
  const texts = values.map((value) => neutralText(value, shape, types));
  const written = new Map<string, Forms>([["ours", await writeOurs({ type, shape, types, values }, codec)]]);
  for (const judge of judges) {
    const answer = await judge.write({ schema, values: texts, codec });
    if (answer.error === undefined) written.set(judge.name, answer);
    else report.fail(`${judge.name} does not write`, answer.error);
  }
  const readers = ["ours", ...judges.map(({ name }) => name)];
  for (const reader of readers) {
    const from = Object.fromEntries([...written].filter(([writer]) => writer !== reader || reader === "ours"));
    const judge = judges.find(({ name }) => name === reader);
    const answer =
      judge === undefined
        ? { faults: await readOurs({ type, shape, types, values }, from) }
        : await judge.read({ schema, values: texts, from });
    if ("error" in answer) {
      report.fail(`${reader} does not answer`, answer.error);
      continue;
    }
    for (const writer of Object.keys(from)) {
      for (const form of formNames) {
        const kind = form === "container" ? `container with codec ${codec}` : form;
        const faults = answer.faults.filter((fault) => fault.from === writer && fault.form === form);
        const unexplained = faults.filter(
          (fault) => explanation({ reader, fault, value: texts[fault.index] ?? "", schema }) === undefined,
        );
        report.count(`${kind}: ${writer} to ${reader}`, values.length - faults.length);
        report.check(`${kind}: ${writer} to ${reader}`, unexplained.length === 0, () => JSON.stringify(unexplained[0]));
      }
    }
  }
}
