/**
 * What generated entities are made of: the type that users import beside each interface, and the parts that the
 * generator hands to it. Browser-safe.
 */
import type { Reader } from "./reader.js";
import type { Writer } from "./writer.js";

/** A JSON value as `JSON.parse` gives it. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [member: string]: JsonValue };

/**
 * A JSON value that keeps the digits of every integer: a bigint is one that no number of JavaScript holds. So it cannot be
 * taken for a text, as it could if it were one.
 */
export type ExactJson =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly ExactJson[]
  | { readonly [member: string]: ExactJson };

/**
 * A type as the interpreting codecs (JSON, keys, explanation of faults, canonical form) read it.
 *
 * Generated files hold it as a hoisted function, `defineAccount`, so that files may refer to each other in circles:
 * no top-level expression evaluates another generated file's binding.
 */
export interface TypeDefinition {
  /** Full Avro name; of an unnamed type its Avro word or the name of the place that uses it. */
  readonly name: string;
  /**
   * The Avro schema with every attribute kept, names in full (`name` holds the full name, no `namespace`). A named
   * type of another file stands as its full name.
   */
  readonly schema: ExactJson;
  /** The definitions that `schema` refers to by name. */
  readonly uses: readonly TypeSource[];
  /** How longs appear in TypeScript; default `bigint`. */
  readonly longs?: "number";
  /** How timestamp-millis appears in TypeScript; default `Date`. */
  readonly timestamps?: "bigint";
}

/** A hoisted function that gives the definition; the runtime calls it once and remembers by identity. */
export type TypeSource = () => TypeDefinition;

/** What the generator hands to `entityType`. */
export interface TypeParts<T, I> {
  readonly define: TypeSource;
  /** Static codec. It may throw anything on a bad value: the type then explains the fault by walking the schema. */
  readonly write: (out: Writer, value: I) => void;
  /** Static codec. It throws on bytes that are not the type's; the type then explains the fault with its path. */
  readonly read: (input: Reader) => T;
}

/**
 * A type generated from an Avro schema: `T` as it is read, `I` as it may be written (fields with a default are
 * optional). Every method throws AffinityError VALUE_INVALID with a `pointer` for what does not fit.
 */
export interface EntityType<T, I = T> {
  /** Full Avro name. */
  readonly name: string;
  /** Avro binary, without any frame. */
  encode(value: I): Uint8Array;
  /** Reads Avro binary written with this very schema; truncated and trailing bytes are refused. */
  decode(bytes: Uint8Array): T;
  /** Appends the value's Avro binary. */
  write(out: Writer, value: I): void;
  /** Reads one value and leaves the reader after it. */
  read(input: Reader): T;
  /** Plain JSON text (see the manual, "Plain JSON"); longs are exact numbers of any digits, or text where asked. */
  toJson(value: I, options?: { readonly longs?: "number" | "string" }): string;
  /** Reads plain JSON text; unknown and duplicate members are refused, missing fields take their default. */
  fromJson(text: string): T;
  /** The Avro specification's JSON encoding. */
  toAvroJson(value: I): string;
  fromAvroJson(text: string): T;
  /**
   * The complete Avro schema with every attribute, assembled on first use. Integers beyond 2^53 (defaults of longs) are
   * texts that begin with `long:` here, since JSON values of JavaScript have none; `schemaText` writes their digits.
   */
  readonly schema: JsonValue;
  /** CRC-64-AVRO of the Parsing Canonical Form, as Java prints it: a signed 64-bit number. */
  readonly fingerprint: bigint;
  /** Equality by value, of every field, also those with `order: ignore`. NaN equals NaN. */
  equals(a: T, b: T): boolean;
  /** The definition, for the interpreting codecs. */
  readonly define: TypeSource;
}

/** Any type whatever; methods make it a supertype of every EntityType. */
export type AnyType = EntityType<unknown, unknown>;
