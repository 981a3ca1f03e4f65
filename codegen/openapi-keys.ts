/** Keys in paths: one segment of text for each field of a record of scalars, one for any other key. */
import { type JsonObject, primitives, schemaOf } from "./openapi-schema.js";
import type { NamedType, Schema } from "./schema/model.js";
import { isScalar, scalarFields, type TypeMap } from "./service/keys.js";
import type { EntityModel, TypeUse } from "./service/model.js";
import { keySegment } from "./service/routes.js";

/** A segment of a path that a key fills. */
export interface KeySegment {
  readonly name: string;
  readonly schema: JsonObject;
}

export function keySegments(use: TypeUse, entities: ReadonlyMap<string, EntityModel>): readonly KeySegment[] {
  if (use.kind === "primitive")
    return [{ name: "key", schema: use.name === "bytes" ? binaryText : primitives[use.name] }];
  const types = namedTypes(entities);
  const schema = keySchema(use.fullName, entities);
  if (schema === undefined) return [{ name: "key", schema: binaryText }];
  const fields = scalarFields(schema, types);
  if (fields !== undefined && fields.length > 0)
    return fields.map((field) => ({ name: field.name, schema: textOf(field.type, types) }));
  return [{ name: "key", schema: isScalar(schema, types) ? textOf(schema, types) : binaryText }];
}

/** Whether a key's segment is the base64url of its Avro binary: it is neither a scalar nor a record of scalars. */
export function isBinaryKey(use: TypeUse, entities: ReadonlyMap<string, EntityModel>): boolean {
  if (use.kind === "primitive") return false;
  const types = namedTypes(entities);
  const schema = keySchema(use.fullName, entities);
  if (schema === undefined) return true;
  return !isScalar(schema, types) && (scalarFields(schema, types) ?? []).length === 0;
}

function keySchema(fullName: string, entities: ReadonlyMap<string, EntityModel>): Schema | undefined {
  const type = entities.get(fullName)?.type;
  if (type === undefined || type.kind === "unnamed") return type?.schema;
  return { kind: "reference", fullName: type.fullName, at: type.at, attributes: {} };
}

function namedTypes(entities: ReadonlyMap<string, EntityModel>): TypeMap {
  return { get: (fullName) => namedOf(entities.get(fullName)) };
}

/** `/graph/{key}/degree` → `/graph/{ts}/{id}/degree`, with the segments that were put in. */
export function pathOf(
  template: string,
  segments: readonly KeySegment[],
): { readonly path: string; readonly segments: readonly KeySegment[] } {
  if (!template.includes(keySegment)) return { path: template, segments: [] };
  const names = segments.map((segment) => `{${segment.name}}`).join("/");
  return { path: template.replace(keySegment, () => names), segments };
}

const binaryText: JsonObject = { type: "string", contentEncoding: "base64url" };

/** Bytes are base64url in a path; the rest is as in plain JSON. */
function textOf(schema: Schema, types: TypeMap): JsonObject {
  if (schema.kind === "primitive")
    return schema.name === "bytes" && schema.logical === undefined ? binaryText : schemaOf(schema);
  const type = schema.kind === "reference" ? types.get(schema.fullName) : undefined;
  return type?.kind === "fixed" && type.logical === undefined ? binaryText : schemaOf(schema);
}

function namedOf(entity: EntityModel | undefined): NamedType | undefined {
  return entity === undefined || entity.type.kind === "unnamed" ? undefined : entity.type;
}
