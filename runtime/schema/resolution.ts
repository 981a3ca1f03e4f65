/**
 * Reading what another schema wrote: "A reader of Avro data, whether from an RPC or a file, can always parse that data because
 * the original schema must be provided along with the data. However, the reader may be programmed to read data into a
 * different schema."
 *
 * Source: Avro 1.12 specification, "Schema Resolution".
 */
import { AffinityError } from "../core/errors.js";
import { withPlace } from "./explain.js";
import { mismatch } from "./fault.js";
import { cureOf } from "./incompatibility.js";
import { Matching } from "./matching.js";
import { definedBy } from "./raw-schema.js";
import { Reader } from "./reader.js";
import { rewriteMachine } from "./rewrite-machine.js";
import type { RewriteProgram } from "./rewrite-ops.js";
import { rewritePlan } from "./rewrite-plan.js";
import type { EntityType, TypeSource } from "./type.js";
import { definitionOf, nodeOf } from "./type-node.js";
import { Walk } from "./walk.js";
import { readWalking } from "./walk-binary.js";

/** The reader's side: any generated or interpreted type. */
export type ReaderType<T> = Pick<EntityType<T>, "define" | "name" | "decode" | "read">;

/** How values of one writer's schema are read into one type. */
export interface Resolution<T> {
  /** Whether the writer's bytes are the reader's already: then nothing is rewritten. */
  readonly isSame: boolean;
  /** Reads one value; truncated and trailing bytes are refused. @throws VALUE_INVALID with a pointer */
  decode(bytes: Uint8Array): T;
  /** Reads one value and leaves the reader after it, for files of many values. @throws VALUE_INVALID with a pointer */
  read(input: Reader): T;
  /**
   * Avro binary of the reader's schema with the same meaning; `bytes` themselves where `isSame`. Of what stays as it is only
   * the end is looked for: decoding checks it.
   * @throws VALUE_INVALID
   */
  rewrite(bytes: Uint8Array): Uint8Array;
}

/**
 * Agrees on how to read what a writer's schema wrote, or refuses it here and not at some value.
 *
 * @param writer JSON text of the writer's schema, as a registry holds it; or its type.
 * @throws SCHEMA_INCOMPATIBLE with path and reason when some value of the writer could not be read; VALUE_INVALID with a
 * pointer for a text that is no schema.
 */
export function resolve<T>(writer: string | TypeSource, type: ReaderType<T>): Resolution<T> {
  const define = typeof writer === "string" ? definedBy(writer) : writer;
  const matching = new Matching();
  const [from, to] = [nodeOf(define), nodeOf(type.define)];
  const [first, ...others] = matching.reasons(from, to);
  if (first !== undefined) {
    const more = others.length === 0 ? "" : ` (and ${others.length} more)`;
    throw new AffinityError(
      "SCHEMA_INCOMPATIBLE",
      `${first.path}: ${first.reason} (${first.rule})${more}; ${cureOf(first, "reader")}`,
    );
  }
  return new PlannedResolution(define, type, rewritePlan(from, to, matching));
}

class PlannedResolution<T> implements Resolution<T> {
  readonly isSame: boolean;
  readonly #writer: TypeSource;
  readonly #type: ReaderType<T>;
  readonly #program: RewriteProgram | undefined;

  constructor(writer: TypeSource, type: ReaderType<T>, program: RewriteProgram | undefined) {
    this.isSame = program === undefined;
    this.#writer = writer;
    this.#type = type;
    this.#program = program;
  }

  decode(bytes: Uint8Array): T {
    if (this.#program === undefined) return this.#type.decode(bytes);
    this.#run(this.#program, bytes);
    return this.#type.read(rewriteMachine.output());
  }

  read(input: Reader): T {
    const program = this.#program;
    if (program === undefined) return this.#type.read(input);
    const { position } = input;
    try {
      input.pass((bytes, from) => rewriteMachine.run(program, bytes, from));
    } catch (error) {
      throw this.#explained(input.again(position), error);
    }
    return this.#type.read(rewriteMachine.output());
  }

  rewrite(bytes: Uint8Array): Uint8Array {
    if (this.#program === undefined) return bytes;
    this.#run(this.#program, bytes);
    return rewriteMachine.copy();
  }

  #run(program: RewriteProgram, bytes: Uint8Array): void {
    if (!(bytes instanceof Uint8Array))
      throw withPlace(mismatch("Avro binary (a Uint8Array)", bytes), this.#type.name, "");
    try {
      const end = rewriteMachine.run(program, bytes, 0);
      if (end < bytes.length) new Reader(bytes, end).end();
    } catch (error) {
      throw this.#explained(new Reader(bytes), error);
    }
  }

  /** The fault of bytes that are none of the writer's. */
  #explained(input: Reader, error: unknown): AffinityError {
    const walk = new Walk();
    const { name } = definitionOf(this.#writer);
    try {
      readWalking(nodeOf(this.#writer), input, walk);
    } catch (found) {
      return withPlace(found, name, walk.pointer);
    }
    return withPlace(error, name, "");
  }
}
