/** An evolved schema, so that a reader with it needs a plan: in each record a field less, one more, and floats as doubles. */

type Json = null | boolean | number | string | readonly Json[] | { readonly [member: string]: Json };

/** JSON text of the reader's schema for data of a writer's. */
export function evolved(text: string): string {
  return JSON.stringify(changed(JSON.parse(text)));
}

function changed(schema: Json): Json {
  if (isList(schema)) return schema.map(changed);
  if (schema === "float") return "double";
  if (typeof schema !== "object" || schema === null) return schema;
  const { type, fields, items, values } = schema;
  if (type === "array" && items !== undefined) return { ...schema, items: changed(items) };
  if (type === "map" && values !== undefined) return { ...schema, values: changed(values) };
  if (type !== "record" || !isList(fields)) return isObject(type) ? { ...schema, type: changed(type) } : schema;
  const kept = fields.flatMap((field, index) => {
    // The second one goes, unless it defines a type that others may use.
    if (!isObject(field) || (index === 1 && fields.length > 2 && isPlain(field.type))) return [];
    return [{ ...withoutDefault(field), type: changed(field.type ?? null) }];
  });
  const added = { name: "addedLater", type: ["null", "string"], default: null };
  return { ...schema, fields: [...kept, added] };
}

/** A default may not fit the changed type. */
function withoutDefault(field: { readonly [member: string]: Json }): { readonly [member: string]: Json } {
  return Object.fromEntries(Object.entries(field).filter(([name]) => name !== "default"));
}

function isPlain(type: Json | undefined): boolean {
  return typeof type === "string" || (isList(type) && type.every((branch) => typeof branch === "string"));
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

function isObject(value: Json | undefined): value is { readonly [member: string]: Json } {
  return typeof value === "object" && value !== null && !isList(value);
}
