/** The complete Avro schema of a type: every named type in full where it is first used, every attribute kept. */
import type { ExactJson, JsonValue, TypeSource } from "./type.js";
import { definitionOf, isList } from "./type-node.js";

type JsonObject = { readonly [member: string]: ExactJson };

/** Where a schema stands: the definitions that its names mean, and the namespace of the type around it. */
interface Place {
  readonly uses: readonly TypeSource[];
  readonly namespace: string;
  /** Names that stand in full already. */
  readonly seen: Set<string>;
}

/**
 * The schema as JSON value. Integers beyond 2^53 are texts that begin with `long:`, since no number of JavaScript holds
 * them; `schemaText` writes their digits.
 */
export function schemaDocument(define: TypeSource): JsonValue {
  return asValue(assembled(define, { namespace: "", seen: new Set() }));
}

function asValue(json: ExactJson): JsonValue {
  if (typeof json === "bigint") return `long:${json}`;
  if (isList(json)) return json.map(asValue);
  if (!isJsonObject(json)) return json;
  return Object.fromEntries(Object.entries(json).map(([member, value]) => [member, asValue(value)]));
}

function assembled(source: TypeSource, place: Omit<Place, "uses">): ExactJson {
  const { schema, uses } = definitionOf(source);
  return complete(schema, { ...place, uses });
}

function complete(schema: ExactJson, place: Place): ExactJson {
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
function ofName(name: string, place: Place): ExactJson | undefined {
  const source = place.seen.has(name) ? undefined : place.uses.find((use) => definitionOf(use).name === name);
  return source === undefined ? undefined : assembled(source, place);
}

function named(schema: JsonObject, place: Place): ExactJson {
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

/** The schema as JSON text, for registries: every integer with all its digits. */
export function schemaText(define: TypeSource): string {
  return exactText(assembled(define, { namespace: "", seen: new Set() }));
}

/** JSON text. */
export function exactText(json: ExactJson): string {
  if (typeof json === "bigint") return String(json);
  // With a point, since readers take `-0` for an integer, which has no sign.
  if (Object.is(json, -0)) return "-0.0";
  if (isList(json)) return `[${json.map(exactText).join()}]`;
  if (!isJsonObject(json)) return JSON.stringify(json);
  const members = Object.entries(json).map(([member, value]) => `${JSON.stringify(member)}:${exactText(value)}`);
  return `{${members.join()}}`;
}

function isJsonObject(value: ExactJson | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !isList(value);
}
