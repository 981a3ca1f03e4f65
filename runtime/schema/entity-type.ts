/** The object beside each generated interface: static binary codec, interpreted JSON, schema. */
import type { AffinityError } from "../core/errors.js";
import { avroJsonReaders, avroJsonWriters } from "./avro-json.js";
import { fingerprint } from "./canonical-form.js";
import { placed, withPlace } from "./explain.js";
import { mismatch } from "./fault.js";
import { type JsonRead, JsonReaders } from "./json-reader.js";
import { JsonScanner } from "./json-scanner.js";
import type { JsonWrite } from "./json-writer.js";
import { plainJsonWriters, plainStyle } from "./plain-json.js";
import { Reader } from "./reader.js";
import { schemaDocument } from "./schema-document.js";
import type { EntityType, JsonValue, TypeParts, TypeSource } from "./type.js";
import { definitionOf, nodeOf } from "./type-node.js";
import { valuesEqual } from "./value-equality.js";
import { Walk } from "./walk.js";
import { readWalking, writeWalking } from "./walk-binary.js";
import { Writer } from "./writer.js";

const plainJsonReaders: JsonReaders = /*@__PURE__*/ new JsonReaders(plainStyle);

/** Writers that no encode uses at the moment: getters of a value may encode others. */
const idleWriters: Writer[] = [];

/** Makes a type from what the generator knows of it. Nothing is looked at before it is used. */
export function entityType<T, I = T>(parts: TypeParts<T, I>): EntityType<T, I> {
  return new StaticType(parts);
}

class StaticType<T, I> implements EntityType<T, I> {
  readonly define: TypeSource;
  readonly #parts: TypeParts<T, I>;
  #schema: JsonValue | undefined;
  #fingerprint: bigint | undefined;
  #plainWrite: JsonWrite | undefined;
  #plainRead: JsonRead | undefined;

  constructor(parts: TypeParts<T, I>) {
    this.define = parts.define;
    this.#parts = parts;
  }

  get name(): string {
    return definitionOf(this.define).name;
  }

  get schema(): JsonValue {
    this.#schema ??= schemaDocument(this.define);
    return this.#schema;
  }

  get fingerprint(): bigint {
    this.#fingerprint ??= fingerprint(this.define);
    return this.#fingerprint;
  }

  encode(value: I): Uint8Array {
    const out = idleWriters.pop() ?? new Writer();
    try {
      this.#parts.write(out, value);
      return out.finish();
    } catch (error) {
      out.discard();
      throw this.#explainValue(value, error);
    } finally {
      idleWriters.push(out);
    }
  }

  decode(bytes: Uint8Array): T {
    if (!(bytes instanceof Uint8Array)) throw withPlace(mismatch("Avro binary (a Uint8Array)", bytes), this.name, "");
    const input = new Reader(bytes);
    try {
      const value = this.#parts.read(input);
      input.end();
      return value;
    } catch (error) {
      throw this.#explainBytes(new Reader(bytes), error);
    }
  }

  write(out: Writer, value: I): void {
    try {
      this.#parts.write(out, value);
    } catch (error) {
      throw this.#explainValue(value, error);
    }
  }

  read(input: Reader): T {
    const { position } = input;
    try {
      return this.#parts.read(input);
    } catch (error) {
      throw this.#explainBytes(input.again(position), error);
    }
  }

  toJson(value: I, options: { readonly longs?: "number" | "string" } = {}): string {
    this.#plainWrite ??= plainJsonWriters.of(nodeOf(this.define));
    const write = this.#plainWrite;
    return placed(this.define, (walk) => write(value, walk), new Walk(options.longs === "string"));
  }

  fromJson(text: string): T {
    this.#plainRead ??= plainJsonReaders.of(nodeOf(this.define));
    return this.#parse(text, this.#plainRead);
  }

  toAvroJson(value: I): string {
    return placed(this.define, (walk) => avroJsonWriters.of(nodeOf(this.define))(value, walk));
  }

  fromAvroJson(text: string): T {
    return this.#parse(text, avroJsonReaders.of(nodeOf(this.define)));
  }

  equals(a: T, b: T): boolean {
    return placed(this.define, () => valuesEqual(a, b));
  }

  #parse(text: string, read: JsonRead): T {
    return placed(this.define, (walk) => {
      if (typeof text !== "string") throw mismatch("JSON text", text);
      const input = new JsonScanner(text);
      const value = read(input, walk);
      input.end();
      // The definition is that of T: the generator made both from one schema.
      return value as T;
    });
  }

  /** The fault of a value that the static codec did not take: JSON is written with the same checks, and knows the place. */
  #explainValue(value: unknown, error: unknown): AffinityError {
    const walk = new Walk();
    try {
      plainJsonWriters.of(nodeOf(this.define))(value, walk);
    } catch (found) {
      return withPlace(found, this.name, walk.pointer);
    }
    return withPlace(error, this.name, "");
  }

  /** The fault of bytes that the static codec did not take. */
  #explainBytes(input: Reader, error: unknown): AffinityError {
    const walk = new Walk();
    try {
      readWalking(nodeOf(this.define), input, walk);
    } catch (found) {
      return withPlace(found, this.name, walk.pointer);
    }
    return withPlace(error, this.name, "");
  }
}

/** A type without static code, for schemas that are known at run time only: slower, and otherwise the same. */
export function interpretedType(define: TypeSource): EntityType<unknown> {
  return entityType({
    define,
    write: (out, value) => writeWalking(nodeOf(define), value, out, new Walk()),
    read: (input) => readWalking(nodeOf(define), input, new Walk()),
  });
}
