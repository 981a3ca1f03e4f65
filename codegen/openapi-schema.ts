/** Avro types as JSON Schema (2020-12, as OpenAPI 3.1 has it) of their plain JSON. */
import type { JsonValue } from "../runtime/schema/type.js";
import { unionShape } from "./emit/type-text.js";
import type { DefaultValue, Field, FixedType, LogicalType, NamedType, PrimitiveName, Schema } from "./schema/model.js";
import type { EntityModel } from "./service/model.js";

export type JsonObject = { readonly [member: string]: JsonValue };

/** Reference to a type's schema among the document's components. Full names are legal there as they stand. */
export function refTo(fullName: string): JsonObject {
  return { $ref: `#/components/schemas/${fullName}` };
}

/** The component of an entity. */
export function componentOf(entity: EntityModel): JsonObject {
  const { type } = entity;
  return type.kind === "unnamed"
    ? schemaOf(type.schema)
    : { title: type.fullName, ...described(type.doc), ...bodyOf(type) };
}

function bodyOf(type: NamedType): JsonObject {
  switch (type.kind) {
    case "record": {
      const required = type.fields.filter((field) => field.default === undefined).map((field) => field.name);
      return {
        type: "object",
        properties: Object.fromEntries(type.fields.map((field) => [field.name, propertyOf(field)])),
        ...(required.length === 0 ? {} : { required }),
        additionalProperties: false,
      };
    }
    case "enum":
      return type.symbols.length === 0 ? { not: {} } : { type: "string", enum: type.symbols };
    case "fixed":
      return fixedOf(type);
  }
}

/** A field of a record. */
export function propertyOf(field: Field): JsonObject {
  const value = field.default && plainDefault(field.default, field.type);
  return { ...schemaOf(field.type), ...described(field.doc), ...(value === undefined ? {} : { default: value }) };
}

/** A default that stands in plain JSON as it is; others are left out. */
function plainDefault(value: DefaultValue, schema: Schema): JsonValue | undefined {
  if (schema.kind === "primitive" && schema.logical !== undefined) return undefined;
  switch (value.kind) {
    case "null":
      return null;
    case "boolean":
    case "string":
      return value.value;
    case "integer":
      return Number.isSafeInteger(Number(value.value)) ? Number(value.value) : undefined;
    case "real":
      return Number.isFinite(value.value) ? value.value : undefined;
    case "enum":
      return value.symbol;
    case "union": {
      const branch = schema.kind === "union" ? schema.branches[value.branch] : undefined;
      if (branch === undefined || schema.kind !== "union") return undefined;
      const isBare = value.value.kind === "null" || unionShape(schema.branches).form === "plain";
      return isBare ? plainDefault(value.value, branch) : undefined;
    }
    default:
      return undefined;
  }
}

/** A schema where it stands. */
export function schemaOf(schema: Schema): JsonObject {
  switch (schema.kind) {
    case "primitive":
      return schema.logical === undefined ? primitives[schema.name] : logicalOf(schema.logical);
    case "reference":
      return refTo(schema.fullName);
    case "array":
      return { type: "array", items: schemaOf(schema.items) };
    case "map":
      return { type: "object", additionalProperties: schemaOf(schema.values) };
    case "union":
      return unionOf(schema.branches);
  }
}

function unionOf(branches: readonly Schema[]): JsonObject {
  const union = unionShape(branches);
  const ofNull = union.nullIndex === undefined ? [] : [{ type: "null" }];
  const others = union.branches.map(({ schema, tag }): JsonObject => {
    if (union.form === "plain") return schemaOf(schema);
    const properties = Object.fromEntries([[tag, schemaOf(schema)]]);
    return { type: "object", properties, required: [tag], additionalProperties: false };
  });
  const all = [...others, ...ofNull];
  const [only] = all;
  if (only === undefined) return { not: {} };
  if (all.length === 1) return only;
  if (union.form === "plain" && typeof only.type === "string") return { ...only, type: [only.type, "null"] };
  return { [union.form === "plain" ? "anyOf" : "oneOf"]: all };
}

/** Of a primitive by its name. */
export const primitives: { readonly [name in PrimitiveName]: JsonObject } = {
  null: { type: "null" },
  boolean: { type: "boolean" },
  int: { type: "integer", format: "int32" },
  long: { type: "integer", format: "int64" },
  float: { type: "number", format: "float" },
  double: { type: "number", format: "double" },
  bytes: { type: "string", contentEncoding: "base64" },
  string: { type: "string" },
};

function logicalOf(logical: LogicalType): JsonObject {
  switch (logical.name) {
    case "decimal":
      return decimalOf(logical.scale);
    case "uuid":
      return { type: "string", format: "uuid" };
    case "date":
      return { type: "string", format: "date" };
    case "time-millis":
    case "time-micros":
      return { type: "string", pattern: timePattern(digitsOf(logical.name)) };
    case "timestamp-millis":
    case "timestamp-micros":
    case "timestamp-nanos":
      return { type: "string", format: "date-time" };
    case "local-timestamp-millis":
    case "local-timestamp-micros":
    case "local-timestamp-nanos":
      return { type: "string", pattern: `^[+-]?\\d{4,}-\\d{2}-\\d{2}T${timePattern(digitsOf(logical.name)).slice(1)}` };
    case "duration":
      return duration;
  }
}

function fixedOf(type: FixedType): JsonObject {
  if (type.logical !== undefined) return logicalOf(type.logical);
  const characters = 4 * Math.ceil(type.size / 3);
  return { type: "string", contentEncoding: "base64", minLength: characters, maxLength: characters };
}

function decimalOf(scale: number): JsonObject {
  return { type: "string", pattern: scale === 0 ? "^-?\\d+$" : `^-?\\d+\\.\\d{${scale}}$` };
}

function timePattern(digits: number): string {
  return `^\\d{2}:\\d{2}:\\d{2}\\.\\d{${digits}}$`;
}

function digitsOf(name: string): number {
  if (name.endsWith("millis")) return 3;
  return name.endsWith("micros") ? 6 : 9;
}

const part = { type: "integer", minimum: 0, maximum: 4_294_967_295 };
const duration: JsonObject = {
  type: "object",
  properties: { months: part, days: part, millis: part },
  required: ["months", "days", "millis"],
  additionalProperties: false,
};

function described(doc: string | undefined): JsonObject {
  return doc === undefined || doc === "" ? {} : { description: doc };
}
