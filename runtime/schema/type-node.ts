/**
 * Types as the interpreting codecs walk them: definitions linked to a graph, in which a named type is one node however
 * often it is used, so that recursive types are circles. Built once for each TypeSource.
 */
import { type Logical, logicalOf } from "./logical-type.js";
import type { ExactJson, TypeDefinition, TypeSource } from "./type.js";

export type JsonObject = { readonly [member: string]: ExactJson };

export interface PrimitiveNode {
  readonly kind: "null" | "boolean" | "int" | "long" | "float" | "double" | "bytes" | "string";
  readonly logical: Logical | undefined;
  /** Of a long without logical type: whether it is a number in TypeScript. */
  readonly isNumber: boolean;
}

/** Of every named type: its schema, for what few codecs ask for (aliases, an enum's default). */
interface NamedNode {
  /** Full name. */
  readonly name: string;
  readonly schema: JsonObject;
}

export interface FixedNode extends NamedNode {
  readonly kind: "fixed";
  readonly size: number;
  readonly logical: Logical | undefined;
}

export interface EnumNode extends NamedNode {
  readonly kind: "enum";
  readonly symbols: readonly string[];
}

export interface ArrayNode {
  readonly kind: "array";
  readonly items: TypeNode;
}

export interface MapNode {
  readonly kind: "map";
  readonly values: TypeNode;
}

/** A union; `isTagged` unless at most one branch stands beside null, whose value then stands bare. */
export interface UnionNode {
  readonly kind: "union";
  readonly branches: readonly TypeNode[];
  /** Full name of each branch, or its Avro word. */
  readonly tags: readonly string[];
  readonly isTagged: boolean;
}

export interface FieldNode {
  readonly name: string;
  readonly type: TypeNode;
  /** As in the schema; undefined where there is none. */
  readonly default: ExactJson | undefined;
  readonly isDescending: boolean;
  readonly schema: JsonObject;
}

export interface RecordNode extends NamedNode {
  readonly kind: "record";
  readonly fields: readonly FieldNode[];
}

export type TypeNode = PrimitiveNode | FixedNode | EnumNode | ArrayNode | MapNode | UnionNode | RecordNode;

const definitions = /*@__PURE__*/ new WeakMap<TypeSource, TypeDefinition>();
const nodes = /*@__PURE__*/ new WeakMap<TypeSource, TypeNode>();

/** The definition that a source gives, asked for once. */
export function definitionOf(source: TypeSource): TypeDefinition {
  let definition = definitions.get(source);
  if (definition === undefined) {
    definition = source();
    definitions.set(source, definition);
  }
  return definition;
}

/** The node of a type. @throws Error for a definition that names what it does not use: a mistake of the generator. */
export function nodeOf(source: TypeSource): TypeNode {
  let node = nodes.get(source);
  if (node === undefined) {
    // Types that the definition's schema itself defines.
    const names = new Map<string, TypeNode>();
    node = linked(definitionOf(source).schema, { source, names });
    nodes.set(source, node);
  }
  return node;
}

/** The definition that is linked; those that it uses are linked on their own. */
interface Scope {
  readonly source: TypeSource;
  readonly names: Map<string, TypeNode>;
}

function linked(schema: ExactJson | undefined, scope: Scope): TypeNode {
  if (isList(schema)) return union(schema.map((branch) => linked(branch, scope)));
  const object: JsonObject = typeof schema === "object" && schema !== null ? schema : { type: schema ?? null };
  const { type, size } = object;
  const name = String(object.name);
  switch (type) {
    case "array":
      return { kind: type, items: linked(object.items, scope) };
    case "map":
      return { kind: type, values: linked(object.values, scope) };
    case "fixed":
      return kept(
        { kind: type, name, schema: object, size: Number(size), logical: logicalOf(object, Number(size)) },
        scope,
      );
    case "enum":
      return kept({ kind: type, name, schema: object, symbols: listOf(object.symbols).map(String) }, scope);
    case "record":
    case "error": {
      // Known before its fields are, since they may lead back to it.
      const fields: FieldNode[] = [];
      const node = kept({ kind: "record", name, schema: object, fields }, scope);
      for (const field of listOf(object.fields)) fields.push(linkedField(Object(field), scope));
      return node;
    }
  }
  if (typeof type === "object" && type !== null) return linked(type, scope);
  return isPrimitive(type) ? primitive(type, object, scope) : reference(type, scope);
}

function linkedField(schema: JsonObject, scope: Scope): FieldNode {
  const { name, type, default: fallback, order } = schema;
  const isDescending = order === "descending";
  return { name: String(name), type: linked(type, scope), default: fallback, isDescending, schema };
}

function primitive(kind: PrimitiveNode["kind"], schema: JsonObject, { source }: Scope): TypeNode {
  const { longs, timestamps } = definitionOf(source);
  const logical = logicalOf(schema, kind, timestamps !== "bigint");
  return { kind, logical, isNumber: logical === undefined && longs === "number" };
}

function kept<N extends FixedNode | EnumNode | RecordNode>(node: N, { source, names }: Scope): N {
  if (node.name === definitionOf(source).name) nodes.set(source, node);
  names.set(node.name, node);
  return node;
}

function reference(name: ExactJson | undefined, { source, names }: Scope): TypeNode {
  const known = names.get(String(name));
  if (known !== undefined) return known;
  const definition = definitionOf(source);
  const used = definition.uses.find((use) => definitionOf(use).name === name);
  if (used === undefined) throw new Error(`assertion failed: ${definition.name} uses no ${name}`);
  return nodeOf(used);
}

const primitives = /^(null|boolean|int|long|float|double|bytes|string)$/;

function isPrimitive(type: ExactJson | undefined): type is PrimitiveNode["kind"] {
  return primitives.test(String(type));
}

function union(branches: readonly TypeNode[]): UnionNode {
  // The name of a branch: full name of a named type, else its Avro word.
  const tags = branches.map((node) => ("name" in node ? node.name : node.kind));
  return { kind: "union", branches, tags, isTagged: tags.filter((tag) => tag !== "null").length > 1 };
}

export function isList(value: ExactJson | undefined): value is readonly ExactJson[] {
  return Array.isArray(value);
}

export function listOf(value: ExactJson | undefined): readonly ExactJson[] {
  return isList(value) ? value : [];
}

const recursion = /*@__PURE__*/ new WeakMap<RecordNode, boolean>();

/** Whether a value of a record may hold another of its type: such values count their nesting. */
export function isRecursive(record: RecordNode): boolean {
  let found = recursion.get(record);
  if (found === undefined) {
    found = reaches(record, record, new Set());
    recursion.set(record, found);
  }
  return found;
}

function reaches(node: TypeNode, target: TypeNode, seen: Set<TypeNode>): boolean {
  return partsOf(node).some((part) => {
    if (part === target) return true;
    if (seen.has(part)) return false;
    seen.add(part);
    return reaches(part, target, seen);
  });
}

/** Types that a type is directly made of. */
export function partsOf(node: TypeNode): readonly TypeNode[] {
  switch (node.kind) {
    case "record":
      return node.fields.map((field) => field.type);
    case "union":
      return node.branches;
    case "array":
      return [node.items];
    case "map":
      return [node.values];
    default:
      return [];
  }
}
