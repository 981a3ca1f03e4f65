/** Avro's primitives as types of their own: for keys, values, requests and replies that are no named type. */
import { entityType } from "./entity-type.js";
import type { EntityType, TypeDefinition } from "./type.js";

export function defineNull(): TypeDefinition {
  return { name: "null", schema: "null", uses: [] };
}
export function defineBoolean(): TypeDefinition {
  return { name: "boolean", schema: "boolean", uses: [] };
}
export function defineInt(): TypeDefinition {
  return { name: "int", schema: "int", uses: [] };
}
export function defineLong(): TypeDefinition {
  return { name: "long", schema: "long", uses: [] };
}
/** A long that the program holds as a number: `"longs": "number"`. */
export function defineLongNumber(): TypeDefinition {
  return { name: "long", schema: "long", uses: [], longs: "number" };
}
export function defineFloat(): TypeDefinition {
  return { name: "float", schema: "float", uses: [] };
}
export function defineDouble(): TypeDefinition {
  return { name: "double", schema: "double", uses: [] };
}
export function defineBytes(): TypeDefinition {
  return { name: "bytes", schema: "bytes", uses: [] };
}
export function defineString(): TypeDefinition {
  return { name: "string", schema: "string", uses: [] };
}

export const nullType: EntityType<null> = /*@__PURE__*/ entityType({
  define: defineNull,
  write: (out, value) => out.null(value),
  read: (input) => input.null(),
});
export const booleanType: EntityType<boolean> = /*@__PURE__*/ entityType({
  define: defineBoolean,
  write: (out, value) => out.boolean(value),
  read: (input) => input.boolean(),
});
export const intType: EntityType<number> = /*@__PURE__*/ entityType({
  define: defineInt,
  write: (out, value) => out.int(value),
  read: (input) => input.int(),
});
export const longType: EntityType<bigint> = /*@__PURE__*/ entityType({
  define: defineLong,
  write: (out, value) => out.long(value),
  read: (input) => input.long(),
});
/** See `defineLongNumber`. */
export const longNumberType: EntityType<number> = /*@__PURE__*/ entityType({
  define: defineLongNumber,
  write: (out, value) => out.longNumber(value),
  read: (input) => input.longNumber(),
});
export const floatType: EntityType<number> = /*@__PURE__*/ entityType({
  define: defineFloat,
  write: (out, value) => out.float(value),
  read: (input) => input.float(),
});
export const doubleType: EntityType<number> = /*@__PURE__*/ entityType({
  define: defineDouble,
  write: (out, value) => out.double(value),
  read: (input) => input.double(),
});
export const bytesType: EntityType<Uint8Array> = /*@__PURE__*/ entityType({
  define: defineBytes,
  write: (out, value) => out.bytes(value),
  read: (input) => input.bytes(),
});
export const stringType: EntityType<string> = /*@__PURE__*/ entityType({
  define: defineString,
  write: (out, value) => out.string(value),
  read: (input) => input.string(),
});
