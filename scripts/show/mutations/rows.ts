/** A row that is known: what a mutant may have done to it is compared with what the judge says. */
import type { Pool } from "undici";
import { avscJudge, type Judge } from "../../../test/support/avro/avsc-judge.js";
import { avscValue, plainJson } from "../../../test/support/avro/forms.js";
import { type Json, parseLossless } from "../../../test/support/avro/lossless-json.js";
import { NotPlain, readPlain } from "../../../test/support/avro/plain-reader.js";
import { readShapes, type Shape, type Types } from "../../../test/support/avro/shape.js";
import { ValueMaker } from "../../../test/support/avro/value-maker.js";
import type { Chance } from "../../../test/support/chance.js";
import { hasDuplicates, parseTree } from "../../../test/support/mutation/json-tree.js";
import { ask } from "./problems.js";
import { sampleSchema } from "./project.js";

const name = "mutants.Sample";
const shape: Shape = { kind: "named", name };

/** One valid value in both forms. */
export interface Sample {
  readonly json: string;
  readonly binary: Buffer;
}

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
      if (json.length < 4000) return { json, binary: this.#judge.encode(name, avscValue(value, shape, this.#types)) };
    }
  }

  /** What the documentation says that JSON text means, in Avro binary; a text why it means nothing. */
  meaning(text: string): Buffer | string {
    try {
      if (hasDuplicates(parseTree(text))) return "a member stands twice";
      return this.meaningOf(parseLossless(text));
    } catch (error) {
      if (error instanceof SyntaxError) return "no JSON";
      throw error;
    }
  }

  meaningOf(json: Json): Buffer | string {
    try {
      const value = readPlain(json, shape, this.#types);
      return this.#judge.encode(name, avscValue(value, shape, this.#types));
    } catch (error) {
      if (error instanceof NotPlain) return error.message;
      throw error;
    }
  }

  /** Avro binary as the judge reads and writes it. */
  normal(binary: Uint8Array): Buffer | undefined {
    return this.#judge.normal(name, binary);
  }
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
