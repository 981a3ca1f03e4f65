/** Mutants of schemas and definitions, given to the compiler of the generator. */
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Chance } from "../../../test/support/chance.js";
import { mutateJsonText, mutateStructure } from "../../../test/support/mutation/mutate-json.js";
import type { Report } from "../report.js";
import type { CompileAnswer, CompileRequest } from "./compile-child.js";
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
}

interface Mutant {
  /** The file that was mutated. */
  readonly mutant: string;
  readonly bytes: Buffer;
  /** Whether JSON's own parser takes it. */
  readonly isJson: boolean;
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

  constructor(report: Report, tally: Tally) {
    this.#report = report;
    this.#tally = tally;
    const program = fileURLToPath(new URL("./compile-child.ts", import.meta.url));
    const parameters = ["--inspect=127.0.0.1:0", "--import", "tsx", program];
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

  close(): void {
    this.#child.kill();
  }

  async schema(chance: Chance): Promise<void> {
    const files = toBase64(schemas);
    const file = chance.pick(Object.keys(schemas));
    const { bytes, isJson } = mutate(files[file] ?? "", schemaWords, chance);
    const answer = await this.#compile({ ...files, [file]: bytes.toString("base64") }, {});
    this.#judge("schema", answer, { mutant: file, bytes, isJson });
    // Only the large schema stands alone, so that the judges may read it so.
    if (answer.isAccepted && file.includes("sample")) this.accepted.push({ text: bytes.toString() });
  }

  async definition(chance: Chance): Promise<void> {
    const files = toBase64(definitions);
    const file = chance.pick(Object.keys(definitions));
    const { bytes, isJson } = mutate(files[file] ?? "", definitionWords, chance);
    const answer = await this.#compile(toBase64(schemas), { ...files, [file]: bytes.toString("base64") });
    this.#judge("definition", answer, { mutant: file, bytes, isJson });
  }

  #compile(
    schemaFiles: CompileRequest["schemas"],
    definitionFiles: CompileRequest["definitions"],
  ): Promise<CompileAnswer> {
    this.#number += 1;
    const id = this.#number;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#child.send({ id, schemas: schemaFiles, definitions: definitionFiles });
    });
  }

  #judge(kind: "schema" | "definition", answer: CompileAnswer, { mutant, bytes, isJson }: Mutant): void {
    const { diagnostics, isAccepted, thrown } = answer;
    const explain = (): string => `${thrown ?? JSON.stringify(diagnostics)}; ${bytes.toString().slice(0, 1500)}`;
    if (!this.#report.check(`${kind}: the compiler throws nothing`, thrown === undefined, explain)) return;
    this.#report.check(`${kind}: accepted, or told why`, isAccepted === (diagnostics.length === 0), explain);
    for (const { line, column, text, file } of diagnostics) {
      // A type that stands twice is told at either place.
      const source = file === mutant ? bytes.toString() : JSON.stringify(originals[file], undefined, 2);
      const lines = source.split("\n").length;
      const isPlaced = file !== "" && line >= 1 && line <= lines + 1 && column >= 1 && text !== "";
      this.#report.check(`${kind}: a diagnostic has its place`, isPlaced, explain);
    }
    const [first] = diagnostics;
    if (first !== undefined) this.#tally.refused(kind, first.code, isJson);
    else if (isAccepted) this.#tally.accepted(kind);
  }
}

function toBase64(files: { readonly [file: string]: unknown }): { readonly [file: string]: string } {
  return Object.fromEntries(
    Object.entries(files).map(([file, content]) => [
      file,
      Buffer.from(JSON.stringify(content, undefined, 2)).toString("base64"),
    ]),
  );
}

function mutate(
  base64: string,
  words: readonly string[],
  chance: Chance,
): { readonly bytes: Buffer; readonly isJson: boolean } {
  const json = Buffer.from(base64, "base64").toString();
  const bytes = chance.happens(0.88) ? Buffer.from(mutateStructure(json, chance, words)) : mutateJsonText(json, chance);
  try {
    JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return { bytes, isJson: true };
  } catch {
    return { bytes, isJson: false };
  }
}
