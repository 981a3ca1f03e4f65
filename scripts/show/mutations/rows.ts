/** A row that is known: what a mutant may have done to it is compared with what the judge says. */
import type { Pool } from "undici";
import { readAvroJson } from "../../../test/support/avro/avro-json-reader.js";
import { avscJudge, type Judge } from "../../../test/support/avro/avsc-judge.js";
import { avroJson, avscValue, plainJson } from "../../../test/support/avro/forms.js";
import { isObject, type Json, parseLossless } from "../../../test/support/avro/lossless-json.js";
import { NotPlain, readPlain } from "../../../test/support/avro/plain-reader.js";
import { readShapes, type Shape, type Types } from "../../../test/support/avro/shape.js";
import type { Value } from "../../../test/support/avro/value.js";
import { ValueMaker } from "../../../test/support/avro/value-maker.js";
import type { Chance } from "../../../test/support/chance.js";
import { hasDuplicates, parseTree } from "../../../test/support/mutation/json-tree.js";
import { ask } from "./problems.js";
import { sampleSchema } from "./project.js";

const name = "mutants.Sample";
const shape: Shape = { kind: "named", name };

/** One valid value in every form. */
export interface Sample {
  readonly json: string;
  readonly avroJson: string;
  readonly binary: Buffer;
  /** Its field `total`, which handlers work with. */
  readonly total: bigint;
}

type Read = (json: Json, shape: Shape, types: Types) => Value;

export class Samples {
  readonly #types: Types;
  readonly #judge: Judge;
  readonly #maker: ValueMaker;

  constructor(chance: Chance) {
    const text = JSON.stringify(sampleSchema);
    this.#types = readShapes([parseLossless(text)]).types;
    this.#judge = avscJudge([JSON.parse(text)], new Set(this.#types.keys()));
    this.#maker = new ValueMaker(this.#types, chance.random);
  }

  /** A valid value that is not large. */
  make(): Sample {
    for (;;) {
      const value = this.#maker.make(name);
      const json = plainJson(value, shape, this.#types);
      if (json.length >= 4000) continue;
      const binary = this.#judge.encode(name, avscValue(value, shape, this.#types));
      return { json, avroJson: avroJson(value, shape, this.#types), binary, total: totalOf(json) };
    }
  }

  /** What the documentation says that a body of plain JSON means, in Avro binary; a text why it means nothing. */
  meaning(body: string | Uint8Array): Buffer | string {
    return this.#meaning(body, readPlain);
  }

  /** The same for the specification's JSON. */
  avroMeaning(body: string | Uint8Array): Buffer | string {
    return this.#meaning(body, readAvroJson);
  }

  #meaning(body: string | Uint8Array, read: Read): Buffer | string {
    try {
      const text =
        typeof body === "string" ? body : new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
      const json = parseLossless(text);
      if (hasDuplicates(parseTree(text))) return "a member stands twice";
      return this.#judge.encode(name, avscValue(read(json, shape, this.#types), shape, this.#types));
    } catch (error) {
      if (error instanceof NotPlain) return error.message;
      if (error instanceof SyntaxError) return "no JSON";
      if (error instanceof TypeError) return "no UTF-8";
      throw error;
    }
  }

  /** Avro binary as the judge reads and writes it. */
  normal(binary: Uint8Array): Buffer | undefined {
    return this.#judge.normal(name, binary);
  }
}

function totalOf(json: string): bigint {
  const sample = parseLossless(json);
  const total = isObject(sample) ? sample.total : undefined;
  if (typeof total !== "number" && typeof total !== "bigint") throw new Error(`no total: ${json}`);
  return BigInt(total);
}

/** What stands at a path now. */
export interface Standing {
  readonly status: number;
  readonly position: string;
  /** Avro binary without its frame. */
  readonly binary: Buffer;
  readonly frame: Buffer;
}

export async function standing(pool: Pool, path: string): Promise<Standing> {
  const answer = await ask(pool, { method: "GET", path, headers: { accept: "avro/binary" } });
  const position = String(answer.headers["affinity-position"] ?? "");
  return { status: answer.status, position, binary: answer.bytes.subarray(5), frame: answer.bytes };
}

/** Puts a valid value. @throws when it is not taken. */
export async function putSample(pool: Pool, path: string, sample: Sample): Promise<void> {
  const headers = { "content-type": "application/json" };
  const answer = await ask(pool, { method: "PUT", path, headers, body: sample.json });
  if (answer.status >= 300)
    throw new Error(`a valid value was answered ${answer.status} ${answer.text}: ${sample.json}`);
}
