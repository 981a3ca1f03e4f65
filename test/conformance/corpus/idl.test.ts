/** Avro IDL: what Apache Avro for Java 1.12.0 makes of the corpus's files, and of generated ones. */
import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SourceFile } from "../../../codegen/diagnostics.js";
import type { NamedType } from "../../../codegen/schema/model.js";
import { parseSchemas } from "../../../codegen/schema/parse.js";
import { corpusFolder, hasCorpus } from "../../support/avro/corpus.js";
import { parseLossless } from "../../support/avro/lossless-json.js";
import { printIdl } from "../../support/avro/print-idl.js";
import { makeSchema } from "../../support/avro/schema-maker.js";
import { Chance } from "../../support/chance.js";
import { Jvm, prepareJava } from "../../support/java/jvm.js";

type Answer =
  | { readonly types: { readonly [name: string]: string }; readonly error?: undefined }
  | { readonly error: string };

const classpath = "apache__avro/lang/java/idl/src/test/idl/putOnClassPath";
const paths = hasCorpus()
  ? readdirSync(corpusFolder, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".avdl"))
  : [];

/** Refused here, and legal for later versions of Java's grammar: docs/differences.md has the reasons. */
const refusedHere: { readonly [name: string]: string } = {
  "simple.avdl": "IDL_SYNTAX",
  "unicode.avdl": "AVRO_NAME",
};

const isReady = hasCorpus() && prepareJava();

describe.skipIf(!isReady)("Avro IDL against Java", () => {
  let jvm: Jvm;
  beforeAll(() => {
    jvm = new Jvm(fileURLToPath(new URL("../../support/java/IdlJudge.java", import.meta.url)));
  }, 60_000);
  afterAll(() => jvm.close());
  const ask = async (question: object): Promise<Answer> => (await jvm.ask(question)) as Answer;

  it.each(paths)("%s", async (path) => {
    const answer = await ask({ path: join(corpusFolder, path), classpath: join(corpusFolder, classpath) });
    const parsed = parseSchemas(withImports(path));
    const code = refusedHere[basename(path)];
    if (code !== undefined) {
      expect(parsed.diagnostics[0]?.code).toBe(code);
      return;
    }
    if (answer.error !== undefined && isEmptyObject(answer.error)) {
      expect(parsed.diagnostics).toEqual([]);
      return;
    }
    if (answer.error !== undefined) {
      expect(parsed.diagnostics, answer.error).not.toEqual([]);
      return;
    }
    expect(parsed.diagnostics).toEqual([]);
    // Java 1.12.0 skips the `_` that a name begins with.
    if (basename(path) === "leading_underscore.avdl") return;
    for (const [name, text] of Object.entries(answer.types)) {
      expect(withoutPlaces(parsed.model?.types.get(name)), name).toEqual(withoutPlaces(javaType(text, name)));
    }
  });

  it("300 generated files mean the same to Java, and the same as their JSON", { timeout: 120_000 }, async () => {
    const chance = new Chance(20_261_126);
    let compared = 0;
    for (let count = 0; count < 300; ) {
      const { text, facts } = makeSchema(chance, `g${count}`);
      if (facts.has("a root that is no record") || text.includes("no comment")) continue;
      count += 1;
      const idl = printIdl(parseLossless(text), chance);
      const ours = parseSchemas([file("a.avdl", Buffer.from(idl))]);
      expect(ours.diagnostics, idl).toEqual([]);
      const json = parseSchemas([file("a.avsc", Buffer.from(text))]);
      for (const [name, type] of json.model?.types ?? []) {
        expect(withoutPlaces(ours.model?.types.get(name)), idl).toEqual(withoutPlaces(type));
      }
      const answer = await ask({ text: idl });
      if (answer.error !== undefined && isEmptyObject(answer.error)) continue;
      compared += 1;
      if (answer.error !== undefined) throw new Error(`${answer.error}\n${idl}`);
      for (const [name, written] of Object.entries(answer.types)) {
        expect(withoutPlaces(ours.model?.types.get(name)), idl).toEqual(withoutPlaces(javaType(written, name)));
      }
    }
    expect(compared).toBeGreaterThan(150);
  });
});

/** Java 1.12.0 fails on the empty object, also where it is the default of a map. */
function isEmptyObject(error: string): boolean {
  return error.includes('because "stringToken" is null');
}

function file(name: string, bytes: Uint8Array): SourceFile {
  return { file: name, bytes };
}

/** The file and all that it imports; what Java finds on its class path lies beside the importing file here. */
function withImports(path: string): readonly SourceFile[] {
  const found = new Map<string, Uint8Array>();
  const visit = (current: string, place: string): void => {
    if (found.has(current)) return;
    const bytes = readFileSync(join(corpusFolder, place));
    found.set(current, bytes);
    for (const [, imported = ""] of bytes.toString().matchAll(/^\s*import\s+\w+\s+"([^"]+)"/gm)) {
      const beside = join(dirname(place), imported);
      const isBeside = readdirSync(join(corpusFolder, dirname(beside)), "utf8").includes(basename(beside));
      visit(join(dirname(current), imported), isBeside ? beside : join(classpath, imported));
    }
  };
  visit(path, path);
  return [...found].map(([name, bytes]) => file(name, bytes));
}

/** A type as Java prints it, read as JSON. */
function javaType(text: string, name: string): NamedType | undefined {
  const { model, diagnostics } = parseSchemas([file("java.avsc", Buffer.from(text))]);
  expect(diagnostics, text).toEqual([]);
  return model?.types.get(name);
}

/** The type without places, as text. */
function withoutPlaces(type: NamedType | undefined): unknown {
  const text = JSON.stringify(type, (key, value: unknown) => {
    if (key === "at") return undefined;
    if (typeof value === "bigint") return `${value}n`;
    return Object.is(value, -0) ? "-0" : value;
  });
  return text === undefined ? undefined : JSON.parse(text);
}
