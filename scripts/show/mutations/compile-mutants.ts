/** Mutants of schemas and definitions, given to the compiler of the generator. */
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import type { Chance } from "../../../test/support/chance.js";
import { mutateJsonText, mutateStructure } from "../../../test/support/mutation/mutate-json.js";
import { repository } from "../../../test/support/project.js";
import type { Report } from "../report.js";
import type { CompileAnswer, CompileRequest } from "./compile-child.js";
import { isJson } from "./parts.js";
import { definitions, schemas } from "./project.js";
import type { Tally } from "./tally.js";

const schemaWords = [
  ...[
    "int",
    "long",
    "string",
    "bytes",
    "null",
    "record",
    "enum",
    "array",
    "map",
    "fixed",
    "error",
    "union",
    "mutants.Leaf",
  ],
  ...[
    "Leaf",
    "Sample",
    "a.b.C",
    "1bad",
    "mutants.",
    ".x",
    "namespace",
    "aliases",
    "order",
    "symbols",
    "items",
    "values",
    "size",
  ],
  ...[
    "logicalType",
    "decimal",
    "duration",
    "uuid",
    "precision",
    "scale",
    "fields",
    "doc",
    "ignore",
    "descending",
    "A",
    "__proto__",
  ],
];
const definitionWords = [
  ...[
    "keyspace",
    "key",
    "value",
    "partitions",
    "replicas",
    "stores",
    "messages",
    "http",
    "path",
    "expose",
    "route",
    "access",
  ],
  ...[
    "read",
    "write",
    "request",
    "reply",
    "errors",
    "topic",
    "keyEncoding",
    "utf8",
    "avro",
    "external",
    "ttl",
    "indexes",
    "events",
  ],
  ...[
    "mutants.Sample",
    "mutants.Nothing",
    "string",
    "long",
    "GET /samples/{key}/x",
    "POST /x",
    "/_affinity/x",
    "/samples",
    "get",
  ],
  ...[
    "watch",
    "close",
    "then",
    "global",
    "input",
    "gateway",
    "samples",
    "places",
    "30d",
    "DELETE /samples",
    "subscribe",
  ],
];

/** An accepted schema, for the codecs to be tried. */
export interface AcceptedSchema {
  readonly text: string;
  /** The project's other schema, which it may refer to. */
  readonly beside: string;
}

interface Mutant {
  /** The file that was mutated. */
  readonly file: string;
  readonly bytes: Buffer;
  /** Whether JSON's own parser takes it. */
  readonly isJson: boolean;
}

/** The schema that the package ships for editors. */
const isDefinition = definitionSchema();

function definitionSchema(): ValidateFunction {
  const read = (file: string): object => JSON.parse(readFileSync(join(repository, "schemas", file), "utf8"));
  const ajv = new Ajv2020({ strict: true, strictRequired: false, allowUnionTypes: true });
  ajv.addSchema(read("keyspace.schema.json"), "keyspace.schema.json");
  return ajv.compile(read("definition.schema.json"));
}

const originals: { readonly [file: string]: unknown } = { ...schemas, ...definitions };

export class CompileMutants {
  readonly accepted: AcceptedSchema[] = [];
  readonly #report: Report;
  readonly #tally: Tally;
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (answer: CompileAnswer) => void>();
  #output = "";
  #number = 0;

  /** @param folder of the project that is mutated, generated before */
  constructor(report: Report, tally: Tally, folder: string) {
    this.#report = report;
    this.#tally = tally;
    const program = fileURLToPath(new URL("./compile-child.ts", import.meta.url));
    const parameters = ["--inspect=127.0.0.1:0", "--import", "tsx", program, folder];
    this.#child = spawn(process.execPath, parameters, { stdio: ["ignore", "inherit", "pipe", "ipc"] });
    this.#child.stderr?.on("data", (chunk: Buffer) => {
      this.#output += chunk.toString();
    });
    this.#child.on("message", (answer: CompileAnswer) => {
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
    });
    this.#child.on("close", (code) => {
      if (this.#waiting.size > 0) report.fail("the compiler's process ended", `exit code ${code}: ${this.#output}`);
      for (const [id, answer] of this.#waiting)
        answer({ id, isAccepted: false, diagnostics: [], thrown: "the process ended" });
    });
  }

  /** What the compiler's process has printed, with the address of its inspector. */
  get output(): string {
    return this.#output;
  }

  /** Ends the process. */
  close(): void {
    this.#child.kill();
  }

  async schema(chance: Chance): Promise<void> {
    const files = toBase64(schemas);
    const file = chance.pick(Object.keys(schemas));
    const mutant = mutate(file, files[file] ?? "", schemaWords, chance);
    const answer = await this.#compile({ ...files, [file]: mutant.bytes.toString("base64") }, {}, file);
    if (!this.#check("schema", answer, mutant) || !answer.isAccepted) return;
    const beside = Object.entries(schemas).find(([other]) => other !== file)?.[1];
    this.accepted.push({ text: withoutMark(mutant.bytes.toString()), beside: JSON.stringify(beside) });
  }

  async definition(chance: Chance): Promise<void> {
    const files = toBase64(definitions);
    const file = chance.pick(Object.keys(definitions));
    const mutant = mutate(file, files[file] ?? "", definitionWords, chance);
    const answer = await this.#compile(toBase64(schemas), { ...files, [file]: mutant.bytes.toString("base64") }, file);
    if (!this.#check("definition", answer, mutant) || !answer.isAccepted) return;
    // The JSON Schema that editors have is the independent judge.
    const isAllowed = isDefinition(JSON.parse(withoutMark(mutant.bytes.toString())));
    const explain = (): string => `${JSON.stringify(isDefinition.errors)}; ${mutant.bytes}`;
    if (this.#report.check("definition: what is accepted is one to the editor, too", isAllowed, explain))
      this.#tally.accepted("definition");
  }

  #compile(
    schemaFiles: CompileRequest["schemas"],
    definitionFiles: CompileRequest["definitions"],
    mutant: string,
  ): Promise<CompileAnswer> {
    this.#number += 1;
    const id = this.#number;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#child.send({ id, schemas: schemaFiles, definitions: definitionFiles, mutant });
    });
  }

  /** Checks what the compiler said, and tallies a refusal. @returns whether it said anything */
  #check(kind: "schema" | "definition", answer: CompileAnswer, { file: mutant, bytes, isJson }: Mutant): boolean {
    const report = this.#report;
    const { diagnostics, isAccepted, thrown, changed = [] } = answer;
    const explain = (): string => `${thrown ?? JSON.stringify(diagnostics)}; ${bytes.toString().slice(0, 1500)}`;
    if (!report.check(`${kind}: the compiler throws nothing`, thrown === undefined, explain)) return false;
    report.check(`${kind}: accepted, or told why`, isAccepted === (diagnostics.length === 0), explain);
    report.check("a refused mutant changes nothing", changed.length === 0, () => `${changed}: ${explain()}`);
    for (const { line, column, text, file } of diagnostics) {
      // A type that stands twice is told at either place.
      const source = file === mutant ? withoutMark(bytes.toString()) : JSON.stringify(originals[file], undefined, 2);
      const row = source?.split(/\r\n|\r|\n/)[line - 1];
      const isPlaced = row !== undefined && column >= 1 && column <= row.length + 1 && text !== "";
      report.check(`${kind}: a diagnostic has its place`, isPlaced, () => `${file}:${line}:${column}; ${explain()}`);
    }
    const [first] = diagnostics;
    if (first !== undefined) this.#tally.refused(kind, first.code, isJson);
    return true;
  }
}

function withoutMark(text: string): string {
  return text.replace(/^\ufeff/, "");
}

function toBase64(files: { readonly [file: string]: unknown }): { readonly [file: string]: string } {
  return Object.fromEntries(
    Object.entries(files).map(([file, content]) => [
      file,
      Buffer.from(JSON.stringify(content, undefined, 2)).toString("base64"),
    ]),
  );
}

function mutate(file: string, base64: string, words: readonly string[], chance: Chance): Mutant {
  const json = Buffer.from(base64, "base64").toString();
  const isStructural = chance.happens(0.88);
  const bytes = isStructural ? Buffer.from(mutateStructure(json, chance, words).text) : mutateJsonText(json, chance);
  return { file, bytes, isJson: isJson(bytes) };
}
