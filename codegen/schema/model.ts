/** SchemaModel: what the .avsc, .avpr and .avdl files say, in Avro's words. Plain readonly data; every name is full. */
import type { ExactJson } from "../../runtime/schema/type.js";
import type { SourceRef } from "../diagnostics.js";

export type PrimitiveName = "null" | "boolean" | "int" | "long" | "float" | "double" | "bytes" | "string";

/** A logical type that is known and valid on its base type; others are dropped here, as the specification says. */
export type LogicalType =
  | { readonly name: "decimal"; readonly precision: number; readonly scale: number }
  | {
      readonly name:
        | "uuid"
        | "date"
        | "time-millis"
        | "time-micros"
        | "timestamp-millis"
        | "timestamp-micros"
        | "timestamp-nanos"
        | "local-timestamp-millis"
        | "local-timestamp-micros"
        | "local-timestamp-nanos"
        | "duration";
    };

/** Of every schema node: attributes that the specification does not know, kept, in order of appearance. */
interface Node {
  readonly at: SourceRef;
  readonly attributes: { readonly [name: string]: ExactJson };
}

export interface PrimitiveSchema extends Node {
  readonly kind: "primitive";
  readonly name: PrimitiveName;
  readonly logical?: LogicalType;
}
export interface ArraySchema extends Node {
  readonly kind: "array";
  readonly items: Schema;
}
export interface MapSchema extends Node {
  readonly kind: "map";
  readonly values: Schema;
}
export interface UnionSchema extends Node {
  readonly kind: "union";
  readonly branches: readonly Schema[];
}
/** Use of a named type by its full name; resolve it through `SchemaModel.types`. */
export interface ReferenceSchema extends Node {
  readonly kind: "reference";
  readonly fullName: string;
}

/** A schema as it stands in a place. Named types defined in place stand as references; their bodies are in `types`. */
export type Schema = PrimitiveSchema | ArraySchema | MapSchema | UnionSchema | ReferenceSchema;

interface Named extends Node {
  readonly fullName: string;
  /** `bank` of `bank.Account`; empty for none. */
  readonly namespace: string;
  /** `Account` of `bank.Account`. */
  readonly name: string;
  readonly aliases: readonly string[];
  readonly doc?: string;
}

export interface Field {
  readonly name: string;
  readonly type: Schema;
  readonly doc?: string;
  readonly aliases: readonly string[];
  readonly order: "ascending" | "descending" | "ignore";
  /** The default as JSON, checked against the type; absent when there is none. Numbers keep their digits: see JsonNumber. */
  readonly default?: DefaultValue;
  readonly attributes: { readonly [name: string]: ExactJson };
  readonly at: SourceRef;
}

/**
 * A checked default, resolved against its type: JSON's shape, with numbers as bigint (int, long) or number (float, double),
 * bytes and fixed as Uint8Array, and a union's value with the index of its branch.
 */
export type DefaultValue =
  | { readonly kind: "null" }
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "integer"; readonly value: bigint }
  | { readonly kind: "real"; readonly value: number }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "bytes"; readonly value: Uint8Array }
  | { readonly kind: "enum"; readonly symbol: string }
  | { readonly kind: "array"; readonly items: readonly DefaultValue[] }
  | { readonly kind: "map"; readonly entries: readonly (readonly [string, DefaultValue])[] }
  /** Every field of the record, in schema order; those the JSON leaves out carry their own default. */
  | { readonly kind: "record"; readonly fields: readonly DefaultValue[] }
  | { readonly kind: "union"; readonly branch: number; readonly value: DefaultValue };

export interface RecordType extends Named {
  readonly kind: "record";
  /** `error` of protocols. */
  readonly isError: boolean;
  readonly fields: readonly Field[];
}
export interface EnumType extends Named {
  readonly kind: "enum";
  readonly symbols: readonly string[];
  readonly default?: string;
}
export interface FixedType extends Named {
  readonly kind: "fixed";
  readonly size: number;
  readonly logical?: LogicalType;
}
export type NamedType = RecordType | EnumType | FixedType;

/** All of a project's schemas, linked: every reference resolves. */
export interface SchemaModel {
  /** By full name, in order of first definition (files sorted by path). */
  readonly types: ReadonlyMap<string, NamedType>;
}
