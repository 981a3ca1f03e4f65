/**
 * A reading of Avro schemas of its own, apart from the product's, so that tests do not ask the accused. It takes what is
 * valid for granted: validity is judged by the corpus manifest.
 */
import { isList, isObject, type Json } from "./lossless-json.js";

export type Primitive = "null" | "boolean" | "int" | "long" | "float" | "double" | "bytes" | "string";

/** A logical type that is valid on its base; others are left out. */
export type Logical =
  | { readonly name: "decimal"; readonly precision: number; readonly scale: number }
  | { readonly name: Exclude<LogicalName, "decimal"> };
type LogicalName = keyof typeof logicalBases;

/** A type as it stands in one place; two places never share a node. */
export type Shape =
  | { readonly kind: Primitive; readonly logical?: Logical }
  | { readonly kind: "array"; readonly items: Shape }
  | { readonly kind: "map"; readonly values: Shape }
  | { readonly kind: "union"; readonly branches: readonly Shape[] }
  | { readonly kind: "named"; readonly name: string };

export interface FieldShape {
  readonly name: string;
  readonly type: Shape;
  /** As it stands in the schema; absent when there is none. */
  readonly default?: Json;
}

/** A named type by its full name. */
export type NamedShape =
  | { readonly kind: "record"; readonly name: string; readonly fields: readonly FieldShape[] }
  | { readonly kind: "enum"; readonly name: string; readonly symbols: readonly string[] }
  | { readonly kind: "fixed"; readonly name: string; readonly size: number; readonly logical?: Logical };

/** Named types of a set of schemas, by full name. */
export type Types = ReadonlyMap<string, NamedShape>;

const primitives: readonly string[] = ["null", "boolean", "int", "long", "float", "double", "bytes", "string"];
const logicalBases = {
  decimal: ["bytes", "fixed"],
  uuid: ["string", "fixed"],
  date: ["int"],
  "time-millis": ["int"],
  "time-micros": ["long"],
  "timestamp-millis": ["long"],
  "timestamp-micros": ["long"],
  "timestamp-nanos": ["long"],
  "local-timestamp-millis": ["long"],
  "local-timestamp-micros": ["long"],
  "local-timestamp-nanos": ["long"],
  duration: ["fixed"],
} as const;

function isPrimitive(word: string): word is Primitive {
  return primitives.includes(word);
}
function isLogicalName(word: Json | undefined): word is LogicalName {
  return typeof word === "string" && Object.hasOwn(logicalBases, word);
}

/** Reads schemas, each with the types of all; a reference may come before its definition. */
export function readShapes(schemas: readonly Json[]): { readonly types: Types; readonly roots: readonly Shape[] } {
  const types = new Map<string, NamedShape>();
  const roots = schemas.map((schema) => readShape(schema, "", types));
  return { types, roots };
}

function readShape(schema: Json, namespace: string, types: Map<string, NamedShape>): Shape {
  if (typeof schema === "string") return readName(schema, namespace);
  if (isList(schema)) return { kind: "union", branches: schema.map((branch) => readShape(branch, namespace, types)) };
  if (!isObject(schema)) throw new Error(`not a schema: ${String(schema)}`);
  const { type } = schema;
  if (typeof type !== "string") return readShape(type ?? null, namespace, types);
  if (type === "array") return { kind: "array", items: readShape(schema.items ?? null, namespace, types) };
  if (type === "map") return { kind: "map", values: readShape(schema.values ?? null, namespace, types) };
  if (type === "record" || type === "error" || type === "enum" || type === "fixed") {
    return readNamed(schema, type, namespace, types);
  }
  if (!isPrimitive(type)) return readName(type, namespace);
  const logical = readLogical(schema, type, 0);
  return logical === undefined ? { kind: type } : { kind: type, logical };
}

function readName(word: string, namespace: string): Shape {
  if (isPrimitive(word)) return { kind: word };
  return { kind: "named", name: word.includes(".") || namespace === "" ? word : `${namespace}.${word}` };
}

function readNamed(
  schema: { readonly [member: string]: Json },
  kind: "record" | "error" | "enum" | "fixed",
  enclosing: string,
  types: Map<string, NamedShape>,
): Shape {
  // Java takes a dot that stands first for a name without namespace.
  const given = String(schema.name);
  const dot = given.lastIndexOf(".");
  const own = typeof schema.namespace === "string" ? schema.namespace : enclosing;
  const namespace = dot >= 0 ? given.slice(0, dot) : own;
  const simple = given.slice(dot + 1);
  const name = namespace === "" ? simple : `${namespace}.${simple}`;
  if (kind === "enum") {
    types.set(name, {
      kind,
      name,
      symbols: (isList(schema.symbols ?? null) ? schema.symbols : []) as readonly string[],
    });
  } else if (kind === "fixed") {
    const size = Number(schema.size);
    const logical = readLogical(schema, "fixed", size);
    types.set(name, logical === undefined ? { kind, name, size } : { kind, name, size, logical });
  } else {
    const fields = isList(schema.fields ?? null) ? (schema.fields as readonly Json[]) : [];
    types.set(name, { kind: "record", name, fields: fields.map((field) => readField(field, namespace, types)) });
  }
  return { kind: "named", name };
}

function readField(field: Json, namespace: string, types: Map<string, NamedShape>): FieldShape {
  if (!isObject(field)) throw new Error("not a field");
  const type = readShape(field.type ?? null, namespace, types);
  const shape = { name: String(field.name), type };
  return Object.hasOwn(field, "default") ? { ...shape, default: field.default ?? null } : shape;
}

/** Specification, "Logical Types": an invalid one is ignored and the base type used. */
function readLogical(
  schema: { readonly [member: string]: Json },
  base: Primitive | "fixed",
  size: number,
): Logical | undefined {
  const name = schema.logicalType;
  if (!isLogicalName(name) || !logicalBases[name].some((allowed) => allowed === base)) return undefined;
  if (name === "duration") return size === 12 ? { name } : undefined;
  if (name === "uuid") return base === "string" || size === 16 ? { name } : undefined;
  if (name !== "decimal") return { name };
  const precision = smallInteger(schema.precision);
  const scale = smallInteger(schema.scale ?? 0);
  if (precision === undefined || scale === undefined) return undefined;
  if (precision < 1 || scale < 0 || scale > precision) return undefined;
  if (base === "fixed" && precision > Math.floor(Math.log10(2) * (8 * size - 1))) return undefined;
  return { name, precision, scale };
}

/** Java reads what is written as an integer and fits 32 bits: `9e1` and `4.0` are none. */
function smallInteger(json: Json | undefined): number | undefined {
  return typeof json === "number" && (json | 0) === json ? json : undefined;
}

/** The name of a union's branch: in tagged unions and in Avro JSON. */
export function branchName(branch: Shape): string {
  return branch.kind === "named" ? branch.name : branch.kind;
}

/**
 * For each named type the least depth of a value, in levels of named types; infinite where no finite value exists.
 * A type is as deep as its deepest compulsory part; a union as its shallowest branch; an empty union has no value.
 */
export function leastDepths(types: Types): ReadonlyMap<string, number> {
  const depths = new Map<string, number>([...types.keys()].map((name) => [name, Number.POSITIVE_INFINITY]));
  for (let isChanged = true; isChanged; ) {
    isChanged = false;
    for (const type of types.values()) {
      const parts = type.kind === "record" ? type.fields.map((field) => depthOf(field.type, depths)) : [];
      const depth = 1 + Math.max(0, ...parts);
      if (depth < (depths.get(type.name) ?? 0)) {
        depths.set(type.name, depth);
        isChanged = true;
      }
    }
  }
  return depths;
}

/** Of a type in a place, by the depths of the named ones. */
export function depthOf(shape: Shape, depths: ReadonlyMap<string, number>): number {
  if (shape.kind === "named") return depths.get(shape.name) ?? Number.POSITIVE_INFINITY;
  if (shape.kind === "union") return Math.min(...shape.branches.map((branch) => depthOf(branch, depths)));
  return 0;
}
