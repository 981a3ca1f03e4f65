/** The named types of schemas, each by itself: what another schema may name. */
import { definedBy } from "./raw-schema.js";
import type { ExactJson, TypeSource } from "./type.js";
import { definitionOf, isList } from "./type-node.js";

type JsonObject = { readonly [member: string]: ExactJson };

/**
 * One source for each named type that the texts define; within it other named types stand as names. Of a type that
 * several texts define, the first counts.
 *
 * @throws VALUE_INVALID for a text that is no schema or does not stand alone.
 */
export function flatTypes(texts: readonly string[]): readonly TypeSource[] {
  const found = new Map<string, JsonObject>();
  for (const text of texts) flatten(definitionOf(definedBy(text)).schema, found);
  const sources: TypeSource[] = [];
  for (const [name, schema] of found) {
    const definition = { name, schema, uses: sources };
    sources.push(() => definition);
  }
  return sources;
}

function flatten(schema: ExactJson | undefined, found: Map<string, JsonObject>): ExactJson {
  if (isList(schema)) return schema.map((branch) => flatten(branch, found));
  if (!isJsonObject(schema)) return schema ?? null;
  switch (schema.type) {
    case "array":
      return { ...schema, items: flatten(schema.items, found) };
    case "map":
      return { ...schema, values: flatten(schema.values, found) };
    case "record":
    case "error":
    case "enum":
    case "fixed":
      return named(schema, found);
    default:
      return { ...schema, type: flatten(schema.type, found) };
  }
}

function named(schema: JsonObject, found: Map<string, JsonObject>): string {
  const name = String(schema.name);
  if (found.has(name)) return name;
  // Known before its fields are looked at, which may lead back to it.
  found.set(name, schema);
  if (!isList(schema.fields)) return name;
  const fields = schema.fields.map((field) =>
    isJsonObject(field) ? { ...field, type: flatten(field.type, found) } : field,
  );
  found.set(name, { ...schema, fields });
  return name;
}

function isJsonObject(value: ExactJson | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !isList(value);
}
