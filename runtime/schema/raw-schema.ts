/**
 * Types from Avro schemas as anybody writes them, names given by namespace: for schemas that are known at run time only. It
 * checks what linking needs; the rules of names and defaults are the generator's to check.
 */

import { placed } from "./explain.js";
import { describeValue, fault, mismatch } from "./fault.js";
import { JsonScanner } from "./json-scanner.js";
import { isObject, setMember } from "./member.js";
import type { ExactJson, TypeDefinition, TypeSource } from "./type.js";
import { definitionOf } from "./type-node.js";
import type { Walk } from "./walk.js";

const primitives: readonly unknown[] = ["null", "boolean", "int", "long", "float", "double", "bytes", "string"];

/** The type of a schema's JSON text. @throws VALUE_INVALID with a pointer for what is no JSON or no schema. */
export function definedBy(text: string): TypeSource {
  return definedWith(text, []);
}

/** The same of a schema that may name types which it does not define. */
export function definedWith(text: string, uses: readonly TypeSource[]): TypeSource {
  const definition = placed(
    () => ({ name: "schema", schema: "null", uses: [] }),
    (walk) => {
      const input = new JsonScanner(text);
      const json = input.any();
      input.end();
      return new Naming(walk, uses).definition(json);
    },
  );
  return () => definition;
}

/** A definition of a named type in the text, and the namespace around it. */
interface Found {
  readonly json: JsonObject;
  readonly around: string;
}

/**
 * Writes every name in full. A type that is used before its definition, which Java takes, is defined where it is used first,
 * and named where its definition stood: the same schema, as the specification wants it.
 */
class Naming {
  readonly #walk: Walk;
  readonly #uses: readonly TypeSource[];
  readonly #known: Set<string>;
  readonly #found = new Map<string, Found>();
  /** Definitions that stand elsewhere now. */
  readonly #moved = new Set<JsonObject>();

  constructor(walk: Walk, uses: readonly TypeSource[]) {
    this.#walk = walk;
    this.#uses = uses;
    this.#known = new Set(uses.map((use) => definitionOf(use).name));
  }

  definition(json: unknown): TypeDefinition {
    this.#find(json, "");
    const schema = this.#schema(json, "");
    const name = isObject(schema) ? (schema.name ?? schema.type) : schema;
    return { name: typeof name === "string" ? name : "union", schema, uses: this.#uses };
  }

  #schema(json: unknown, namespace: string): ExactJson {
    if (Array.isArray(json)) return json.map((branch: unknown, index) => this.#part(branch, namespace, index));
    if (typeof json === "string") return this.#reference(json, namespace);
    if (!isObject(json)) throw mismatch("a schema", json);
    const { type } = json;
    switch (type) {
      case "array":
        return this.#copy(json, { items: this.#part(json.items, namespace, "items") });
      case "map":
        return this.#copy(json, { values: this.#part(json.values, namespace, "values") });
      case "record":
      case "error":
      case "enum":
      case "fixed":
        return this.#named(json, namespace);
      default:
        return this.#copy(json, { type: this.#part(type, namespace, "type") });
    }
  }

  /** Notes the definitions of a schema. What is no schema is told when it is read. */
  #find(json: unknown, around: string): void {
    if (Array.isArray(json)) for (const branch of json) this.#find(branch, around);
    if (!isObject(json)) return;
    const name = fullName(json, around);
    if (name === undefined) for (const part of [json.type, json.items, json.values]) this.#find(part, around);
    else if (!this.#found.has(name)) {
      this.#found.set(name, { json, around });
      const namespace = namespaceOf(name);
      const fields: unknown = json.fields;
      if (Array.isArray(fields)) for (const field of fields) if (isObject(field)) this.#find(field.type, namespace);
    }
  }

  #named(json: JsonObject, around: string): ExactJson {
    const name = fullName(json, around);
    if (name === undefined) throw mismatch("a schema with a name", json.name);
    if (this.#moved.has(json)) return name;
    if (this.#known.has(name)) throw fault(`found a second definition of ${describeValue(name)}; expected one`);
    this.#known.add(name);
    const list = json.type === "enum" ? json.symbols : json.fields;
    if (json.type === "fixed" ? !Number.isSafeInteger(json.size) : !Array.isArray(list)) {
      throw mismatch("a list of fields or symbols, or the size of a fixed", list ?? json.size);
    }
    if (!Array.isArray(json.fields)) return this.#copy(json, { name }, "namespace");
    const namespace = namespaceOf(name);
    this.#walk.into("fields");
    const fields = json.fields.map((field: unknown, index) => {
      this.#walk.into(index);
      if (!isObject(field)) throw mismatch("a field", field);
      const copy = this.#copy(field, { type: this.#part(field.type, namespace, "type") });
      this.#walk.out();
      return copy;
    });
    this.#walk.out();
    return this.#copy(json, { name, fields }, "namespace");
  }

  #reference(name: string, namespace: string): ExactJson {
    if (primitives.includes(name)) return name;
    // A name without dots that its namespace does not have may be one without namespace, as Java takes it.
    const names = name.includes(".") || namespace === "" ? [name] : [`${namespace}.${name}`, name];
    const known = names.find((candidate) => this.#known.has(candidate));
    if (known !== undefined) return known;
    const later = names.map((candidate) => this.#found.get(candidate)).find((found) => found !== undefined);
    if (later === undefined) throw mismatch("a type that is defined", name);
    const definition = this.#named(later.json, later.around);
    this.#moved.add(later.json);
    return definition;
  }

  #part(json: unknown, namespace: string, step: string | number): ExactJson {
    this.#walk.into(step);
    const schema = this.#schema(json, namespace);
    this.#walk.out();
    return schema;
  }

  /** The object with some members replaced and one left out. */
  #copy(
    json: JsonObject,
    members: { readonly [member: string]: ExactJson },
    without?: string,
  ): { readonly [member: string]: ExactJson } {
    const copy: { [member: string]: ExactJson } = {};
    for (const [name, value] of Object.entries(json)) {
      if (name === without) continue;
      const own = Object.hasOwn(members, name) ? members[name] : undefined;
      setMember(copy, name, own ?? plain(value));
    }
    return copy;
  }
}

type JsonObject = { readonly [member: string]: unknown };

const namedKinds: readonly unknown[] = ["record", "error", "enum", "fixed"];

/** The full name of a named type's definition. */
function fullName({ type, name, namespace }: JsonObject, around: string): string | undefined {
  if (!namedKinds.includes(type) || typeof name !== "string") return undefined;
  const own = typeof namespace === "string" ? namespace : around;
  return name.includes(".") || own === "" ? name : `${own}.${name}`;
}

function namespaceOf(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf(".")));
}

/** JSON as the scanner gives it. */
function plain(json: unknown): ExactJson {
  if (Array.isArray(json)) return json.map(plain);
  if (isObject(json)) {
    const copy: { [member: string]: ExactJson } = {};
    for (const [name, value] of Object.entries(json)) setMember(copy, name, plain(value));
    return copy;
  }
  if (isScalar(json)) return json;
  throw mismatch("JSON", json);
}

function isScalar(json: unknown): json is null | boolean | number | bigint | string {
  return json === null || ["boolean", "number", "bigint", "string"].includes(typeof json);
}
