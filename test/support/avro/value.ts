/** Avro values in a form of their own, from which the forms of the product and of its judges are derived. */
import { isList, isObject, type Json, Numeral } from "./lossless-json.js";
import { branchName, type FieldShape, type NamedShape, type Primitive, type Shape, type Types } from "./shape.js";

/**
 * A value of the binary encoding: logical types as their base type. int, float, double are numbers, long is bigint,
 * bytes and fixed are Uint8Array, an enum is its symbol.
 */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | ListValue
  | MapValue
  | UnionValue
  | RecordValue;
export interface ListValue {
  readonly kind: "array";
  readonly items: readonly Value[];
}
export interface MapValue {
  readonly kind: "map";
  readonly entries: ReadonlyMap<string, Value>;
}
export interface UnionValue {
  readonly kind: "union";
  readonly branch: number;
  readonly value: Value;
}
export interface RecordValue {
  readonly kind: "record";
  /** Every field, in schema order. */
  readonly fields: ReadonlyMap<string, Value>;
  /** Fields whose value is the schema's default, which the writer leaves out. */
  readonly omitted: ReadonlySet<string>;
}

/** Makes one of the forms that a value can take; `T` is what the form's values are. */
export interface Form<T> {
  readonly primitive: (value: null | boolean | number | bigint | string | Uint8Array, shape: Leaf) => T;
  readonly list: (items: readonly T[]) => T;
  readonly map: (entries: ReadonlyMap<string, T>) => T;
  readonly union: (value: T, branch: Shape, shape: Shape & { readonly kind: "union" }) => T;
  /** `omitted` are among the fields. */
  readonly record: (fields: ReadonlyMap<string, T>, omitted: ReadonlySet<string>) => T;
}
/** A type without parts. */
export type Leaf =
  | (Shape & { readonly kind: Primitive })
  | (NamedShape & { readonly kind: "enum" })
  | (NamedShape & { readonly kind: "fixed" });

/** Walks a value along its type. */
export function convert<T>(value: Value, shape: Shape, types: Types, form: Form<T>): T {
  if (shape.kind === "named") {
    const named = typeOf(types, shape.name);
    if (named.kind !== "record") return form.primitive(leaf(value), named);
    const record = part(value, "record");
    const fields = new Map<string, T>();
    for (const field of named.fields) {
      const given = record.fields.get(field.name);
      if (given === undefined) throw new Error(`no value for ${named.name}.${field.name}`);
      fields.set(field.name, convert(given, field.type, types, form));
    }
    return form.record(fields, record.omitted);
  }
  if (shape.kind === "array") {
    return form.list(part(value, "array").items.map((item) => convert(item, shape.items, types, form)));
  }
  if (shape.kind === "map") {
    const entries = [...part(value, "map").entries];
    return form.map(new Map(entries.map(([key, item]) => [key, convert(item, shape.values, types, form)])));
  }
  if (shape.kind === "union") {
    const union = part(value, "union");
    const branch = shape.branches[union.branch];
    if (branch === undefined) throw new Error(`no branch ${union.branch}`);
    return form.union(convert(union.value, branch, types, form), branch, shape);
  }
  return form.primitive(leaf(value), shape);
}

function leaf(value: Value): null | boolean | number | bigint | string | Uint8Array {
  if (typeof value === "object" && value !== null && !(value instanceof Uint8Array)) throw new Error("not a leaf");
  return value;
}

function part<K extends "array" | "map" | "union" | "record">(
  value: Value,
  kind: K,
): Extract<Value, { readonly kind: K }> {
  if (isPart(value, kind)) return value;
  throw new Error(`not of kind ${kind}`);
}
function isPart<K extends string>(value: Value, kind: K): value is Extract<Value, { readonly kind: K }> {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === kind;
}

/** A named type that must be there. */
export function typeOf(types: Types, name: string): NamedShape {
  const type = types.get(name);
  if (type === undefined) throw new Error(`no type ${name}`);
  return type;
}

/**
 * The value of a default as it stands in a schema. Specification, "Complex Types": bytes and fixed are text whose code
 * points are the bytes; of a union the first branch that the JSON fits counts; a record takes its fields' own defaults
 * for what the JSON leaves out.
 */
export function defaultValue(json: Json, shape: Shape, types: Types): Value {
  const found = tryDefault(json, shape, types);
  if (found === undefined) throw new Error(`default ${JSON.stringify(json)} does not fit ${branchName(shape)}`);
  return found;
}

function tryDefault(json: Json, shape: Shape, types: Types): Value | undefined {
  switch (shape.kind) {
    case "named":
      return tryNamed(json, typeOf(types, shape.name), types);
    case "array": {
      if (!isList(json)) return undefined;
      const items = json.map((item) => tryDefault(item, shape.items, types));
      return items.every(isPresent) ? { kind: "array", items } : undefined;
    }
    case "map": {
      if (!isObject(json)) return undefined;
      const values = Object.values(json).map((item) => tryDefault(item, shape.values, types));
      if (!values.every(isPresent)) return undefined;
      return { kind: "map", entries: new Map(Object.keys(json).map((key, index) => [key, values[index] ?? null])) };
    }
    case "union": {
      for (const [branch, type] of shape.branches.entries()) {
        const value = tryDefault(json, type, types);
        if (value !== undefined) return { kind: "union", branch, value };
      }
      return undefined;
    }
    default:
      return tryPrimitive(json, shape.kind);
  }
}

function isPresent(value: Value | undefined): value is Value {
  return value !== undefined;
}

function tryPrimitive(json: Json, kind: Primitive): Value | undefined {
  if (kind === "null") return json === null ? null : undefined;
  if (kind === "boolean") return typeof json === "boolean" ? json : undefined;
  if (kind === "string") return typeof json === "string" ? json : undefined;
  if (kind === "bytes") return typeof json === "string" ? Buffer.from(json, "latin1") : undefined;
  const isReal = kind === "double" || kind === "float";
  // An integer has no point and no exponent: "int,long: integer" in the specification's table of defaults.
  if (json instanceof Numeral) return isReal ? tryPrimitive(Number(json.text), kind) : undefined;
  if (typeof json !== "number" && typeof json !== "bigint") return undefined;
  if (kind === "double") return Number(json);
  if (kind === "float") return Math.fround(Number(json));
  if (typeof json === "number" && !Number.isInteger(json)) return undefined;
  const exact = BigInt(json);
  if (kind === "int") return exact === BigInt.asIntN(32, exact) ? Number(exact) : undefined;
  return exact === BigInt.asIntN(64, exact) ? exact : undefined;
}

function tryNamed(json: Json, type: NamedShape, types: Types): Value | undefined {
  if (type.kind === "enum") return typeof json === "string" && type.symbols.includes(json) ? json : undefined;
  if (type.kind === "fixed") {
    return typeof json === "string" && json.length === type.size ? Buffer.from(json, "latin1") : undefined;
  }
  if (!isObject(json)) return undefined;
  const fields = new Map<string, Value>();
  for (const field of type.fields) {
    const value = tryField(json, field, types);
    if (value === undefined) return undefined;
    fields.set(field.name, value);
  }
  return { kind: "record", fields, omitted: new Set() };
}

function tryField(json: { readonly [member: string]: Json }, field: FieldShape, types: Types): Value | undefined {
  if (Object.hasOwn(json, field.name)) return tryDefault(json[field.name] ?? null, field.type, types);
  return field.default === undefined ? undefined : tryDefault(field.default, field.type, types);
}
