/** The complete Avro schema of a type: every named type in full where it is first used, every attribute kept. */
import { isDefaultOf } from "./default-value.js";
import type { JsonValue, TypeSource } from "./type.js";
import { definitionOf, isList, nodeOf, partsOf, type RecordNode, type TypeNode } from "./type-node.js";

type JsonObject = { readonly [member: string]: JsonValue };

/** Where a schema stands: the definitions that its names mean, and the namespace of the type around it. */
interface Place {
  readonly uses: readonly TypeSource[];
  readonly namespace: string;
  /** Names that stand in full already. */
  readonly seen: Set<string>;
}

/**
 * The schema as JSON value. In defaults, integers beyond 2^53 are texts that begin with `long:`, since no number of
 * JavaScript holds them; `schemaText` writes their digits.
 */
export function schemaDocument(define: TypeSource): JsonValue {
  return assembled(define, { namespace: "", seen: new Set() });
}

function assembled(source: TypeSource, place: Omit<Place, "uses">): JsonValue {
  const { schema, uses } = definitionOf(source);
  return complete(schema, { ...place, uses });
}

function complete(schema: JsonValue, place: Place): JsonValue {
  if (isList(schema)) return schema.map((branch) => complete(branch, place));
  if (typeof schema === "string") return ofName(schema, place) ?? schema;
  if (!isJsonObject(schema)) return schema;
  const { type } = schema;
  if (typeof type !== "string") return { ...schema, type: complete(type ?? null, place) };
  switch (type) {
    case "array":
      return { ...schema, items: complete(schema.items ?? null, place) };
    case "map":
      return { ...schema, values: complete(schema.values ?? null, place) };
    case "record":
    case "error":
    case "enum":
    case "fixed":
      return named(schema, place);
    default: {
      const definition = ofName(type, place);
      // A schema's `type` is a name: attributes of the place go to the type that is written out there.
      return isJsonObject(definition) ? { ...schema, ...definition } : schema;
    }
  }
}

/** The type of a name in full where it was not yet, else undefined. */
function ofName(name: string, place: Place): JsonValue | undefined {
  const source = place.seen.has(name) ? undefined : place.uses.find((use) => definitionOf(use).name === name);
  return source === undefined ? undefined : assembled(source, place);
}

function named(schema: JsonObject, place: Place): JsonValue {
  const name = String(schema.name);
  place.seen.add(name);
  const dot = name.lastIndexOf(".");
  const namespace = dot < 0 ? "" : name.slice(0, dot);
  // A name without dots would else be taken into the namespace around it.
  const head = dot < 0 && place.namespace !== "" ? { namespace: "" } : {};
  if (!isList(schema.fields)) return { ...schema, ...head };
  const within = { ...place, namespace };
  const fields = schema.fields.map((field) =>
    isJsonObject(field) ? { ...field, type: complete(field.type ?? null, within) } : field,
  );
  return { ...schema, ...head, fields };
}

/** The schema as JSON text, for registries: as `schemaDocument`, with every integer as number. */
export function schemaText(define: TypeSource): string {
  const records = new Map<string, RecordNode>();
  collect(nodeOf(define), records);
  return textOf(schemaDocument(define), records);
}

function collect(node: TypeNode, records: Map<string, RecordNode>, seen = new Set<TypeNode>()): void {
  if (seen.has(node)) return;
  seen.add(node);
  if (node.kind === "record") records.set(node.name, node);
  for (const part of partsOf(node)) collect(part, records, seen);
}

/** Text of a schema; anything else in it, `doc` and users' own attributes, is JSON as it is. */
function textOf(schema: JsonValue, records: ReadonlyMap<string, RecordNode>): string {
  if (isList(schema)) return `[${schema.map((branch) => textOf(branch, records)).join()}]`;
  if (!isJsonObject(schema)) return JSON.stringify(schema);
  const record = records.get(String(schema.name));
  return objectText(schema, (member, value) => {
    if (member === "fields" && isList(value) && record !== undefined) {
      return `[${value.map((field, index) => fieldText(field, record.fields[index]?.type, records)).join()}]`;
    }
    return member === "items" || member === "values" || member === "type"
      ? textOf(value, records)
      : JSON.stringify(value);
  });
}

function fieldText(field: JsonValue, type: TypeNode | undefined, records: ReadonlyMap<string, RecordNode>): string {
  if (!isJsonObject(field)) return JSON.stringify(field);
  return objectText(field, (member, value) => {
    if (member === "type") return textOf(value, records);
    return member === "default" && type !== undefined ? defaultText(type, value) : JSON.stringify(value);
  });
}

function defaultText(node: TypeNode, json: JsonValue): string {
  switch (node.kind) {
    case "record": {
      const fields = new Map(node.fields.map((field) => [field.name, field.type]));
      if (!isJsonObject(json)) break;
      return objectText(json, (name, value) => {
        const type = fields.get(name);
        return type === undefined ? JSON.stringify(value) : defaultText(type, value);
      });
    }
    case "map":
      if (isJsonObject(json)) return objectText(json, (_, value) => defaultText(node.values, value));
      break;
    case "array":
      if (isList(json)) return `[${json.map((item) => defaultText(node.items, item)).join()}]`;
      break;
    case "union": {
      const branch = node.branches.find((candidate) => isDefaultOf(candidate, json));
      if (branch !== undefined) return defaultText(branch, json);
      break;
    }
    case "string":
    case "bytes":
    case "enum":
    case "fixed":
      break;
    default:
      if (typeof json === "string" && json.startsWith("long:")) return json.slice("long:".length);
      if (Object.is(json, -0)) return "-0.0";
  }
  return JSON.stringify(json);
}

function objectText(object: JsonObject, text: (member: string, value: JsonValue) => string): string {
  return `{${Object.entries(object)
    .map(([member, value]) => `${JSON.stringify(member)}:${text(member, value)}`)
    .join()}}`;
}

function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !isList(value);
}
