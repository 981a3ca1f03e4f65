/** The Avro schema of one type as JSON, the way `defineX` of generated code holds it: names in full, other types by name. */
import { logicalOf } from "../../runtime/schema/logical-type.js";
import type { ExactJson } from "../../runtime/schema/type.js";
import { exactInteger } from "../json-node.js";
import type { DefaultValue, Field, LogicalType, NamedType, Schema } from "../schema/model.js";
import type { EntityModel, UnnamedType } from "../service/model.js";

type JsonObject = { readonly [member: string]: ExactJson };
type Attributes = { readonly attributes: JsonObject };

/** Entities by full name: what a schema refers to. */
export type EntityMap = ReadonlyMap<string, Pick<EntityModel, "type">>;

/** The schema of an entity, without the bodies of the types that it refers to. */
export function entitySchema({ type }: Pick<EntityModel, "type">, entities: EntityMap): ExactJson {
  return type.kind === "unnamed" ? schemaJson(type.schema) : namedJson(type, entities);
}

function namedJson(type: Exclude<NamedType | UnnamedType, UnnamedType>, entities: EntityMap): JsonObject {
  const head = {
    type: type.kind === "record" && type.isError ? "error" : type.kind,
    name: type.fullName,
    ...(type.doc === undefined ? {} : { doc: type.doc }),
    ...(type.aliases.length === 0 ? {} : { aliases: type.aliases }),
  };
  switch (type.kind) {
    case "record":
      return extended({ ...head, fields: type.fields.map((field) => fieldJson(field, entities)) }, type);
    case "enum":
      return extended(
        { ...head, symbols: type.symbols, ...(type.default === undefined ? {} : { default: type.default }) },
        type,
      );
    case "fixed":
      return withoutFalseLogical(
        extended({ ...head, size: type.size, ...logicalJson(type.logical) }, type),
        type.logical,
        type.size,
      );
  }
}

function fieldJson(field: Field, entities: EntityMap): JsonObject {
  const json = {
    name: field.name,
    type: schemaJson(field.type),
    ...(field.doc === undefined ? {} : { doc: field.doc }),
    ...(field.default === undefined ? {} : { default: defaultJson(field.default, field.type, entities) }),
    ...(field.order === "ascending" ? {} : { order: field.order }),
    ...(field.aliases.length === 0 ? {} : { aliases: field.aliases }),
  };
  return extended(json, field);
}

/** A schema where it stands. */
export function schemaJson(schema: Schema): ExactJson {
  switch (schema.kind) {
    case "primitive": {
      const members = withoutFalseLogical(extended(logicalJson(schema.logical), schema), schema.logical, schema.name);
      return Object.keys(members).length === 0 ? schema.name : withType(schema.name, members);
    }
    case "reference": {
      const members = extended({}, schema);
      return Object.keys(members).length === 0 ? schema.fullName : withType(schema.fullName, members);
    }
    case "array":
      return extended({ type: "array", items: schemaJson(schema.items) }, schema);
    case "map":
      return extended({ type: "map", values: schemaJson(schema.values) }, schema);
    case "union":
      return schema.branches.map(schemaJson);
  }
}

function withType(type: string, members: JsonObject): JsonObject {
  return extended({ type }, { attributes: members });
}

function logicalJson(logical: LogicalType | undefined): JsonObject {
  if (logical === undefined) return {};
  return logical.name === "decimal"
    ? { logicalType: "decimal", precision: logical.precision, scale: logical.scale }
    : { logicalType: logical.name };
}

/**
 * A logical type that the source wrote in a way which makes it none (`"precision": 4.0`) may read like one once it is a
 * JSON value; it is left out, so that every codec agrees with the static one.
 */
function withoutFalseLogical(json: JsonObject, logical: LogicalType | undefined, base: string | number): JsonObject {
  if (logical !== undefined || logicalOf(json, base) === undefined) return json;
  return Object.fromEntries(Object.entries(json).filter(([name]) => name !== "logicalType"));
}

/** Members that the specification does not know come last. Entries, since one may be called `__proto__`. */
function extended(json: JsonObject, { attributes }: Attributes): JsonObject {
  if (Object.keys(attributes).length === 0) return json;
  const known = Object.entries(json);
  return Object.fromEntries([...known, ...Object.entries(attributes).filter(([name]) => !Object.hasOwn(json, name))]);
}

/** A default as a schema writes it. */
export function defaultJson(value: DefaultValue, schema: Schema, entities: EntityMap): ExactJson {
  switch (value.kind) {
    case "null":
      return null;
    case "integer":
      return exactInteger(value.value);
    case "bytes":
      return Array.from(value.value, (byte) => String.fromCharCode(byte)).join("");
    case "enum":
      return value.symbol;
    case "array": {
      const items = partOf(schema, "array").items;
      return value.items.map((item) => defaultJson(item, items, entities));
    }
    case "map": {
      const values = partOf(schema, "map").values;
      return Object.fromEntries(value.entries.map(([key, item]) => [key, defaultJson(item, values, entities)]));
    }
    case "record":
      return recordJson(value.fields, partOf(schema, "reference").fullName, entities);
    case "union":
      return defaultJson(value.value, branchOf(schema, value.branch), entities);
    default:
      return value.value;
  }
}

function recordJson(values: readonly DefaultValue[], fullName: string, entities: EntityMap): ExactJson {
  return Object.fromEntries(
    fieldsOf(fullName, entities).flatMap((field, index) => {
      const value = values[index];
      return value === undefined ? [] : [[field.name, defaultJson(value, field.type, entities)] as const];
    }),
  );
}

/** Fields of a record that a default is of. */
export function fieldsOf(fullName: string, entities: EntityMap): readonly Field[] {
  const type = entities.get(fullName)?.type;
  if (type?.kind !== "record") throw new Error(`assertion failed: ${fullName} is no record`);
  return type.fields;
}

/** The schema, which must be of the default's kind. */
export function partOf<K extends Schema["kind"]>(schema: Schema, kind: K): Extract<Schema, { readonly kind: K }> {
  if (isOf(schema, kind)) return schema;
  throw new Error(`assertion failed: a default of kind ${kind} at a schema of kind ${schema.kind}`);
}

function isOf<K extends Schema["kind"]>(schema: Schema, kind: K): schema is Extract<Schema, { readonly kind: K }> {
  return schema.kind === kind;
}

/** The branch that a default of a union is of. */
export function branchOf(schema: Schema, index: number): Schema {
  const branch = partOf(schema, "union").branches[index];
  if (branch === undefined)
    throw new Error(`assertion failed: a default of branch ${index}, which the union does not have`);
  return branch;
}
