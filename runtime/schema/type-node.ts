/**
 * Types as the interpreting codecs walk them: definitions linked to a graph, in which a named type is one node however
 * often it is used, so that recursive types are circles. Built once for each TypeSource.
 */
import { type Logical, logicalOf } from "./logical-type.js";
import type { JsonValue, TypeDefinition, TypeSource } from "./type.js";

type JsonObject = { readonly [member: string]: JsonValue };

export interface PrimitiveNode {
  readonly kind: "null" | "boolean" | "int" | "long" | "float" | "double" | "bytes" | "string";
  readonly logical: Logical | undefined;
  /** Of a long without logical type: whether it is a number in TypeScript. */
  readonly isNumber: boolean;
}

export interface FixedNode {
  readonly kind: "fixed";
  readonly name: string;
  readonly size: number;
  readonly logical: Logical | undefined;
}

export interface EnumNode {
  readonly kind: "enum";
  readonly name: string;
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
  readonly default: JsonValue | undefined;
  readonly isDescending: boolean;
}

export interface RecordNode {
  readonly kind: "record";
  readonly name: string;
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
  return nodes.get(source) ?? new Linker(source).link();
}

/** Links one definition; the types that it uses are linked on their own. */
class Linker {
  readonly #source: TypeSource;
  readonly #definition: TypeDefinition;
  /** Types that the definition's schema itself defines. */
  readonly #names = new Map<string, TypeNode>();

  constructor(source: TypeSource) {
    this.#source = source;
    this.#definition = definitionOf(source);
  }

  link(): TypeNode {
    const node = this.#node(this.#definition.schema);
    nodes.set(this.#source, node);
    return node;
  }

  #node(schema: JsonValue): TypeNode {
    if (typeof schema === "string") return this.#named(schema, {});
    if (isList(schema)) return union(schema.map((branch) => this.#node(branch)));
    if (typeof schema !== "object" || schema === null) throw new Error(`assertion failed: ${schema} is no schema`);
    const { type } = schema;
    return typeof type === "string" ? this.#named(type, schema) : this.#node(type ?? null);
  }

  #named(type: string, schema: JsonObject): TypeNode {
    const name = String(schema.name);
    switch (type) {
      case "null":
      case "boolean":
      case "int":
      case "long":
      case "float":
      case "double":
      case "bytes":
      case "string": {
        const logical = logicalOf(schema, type, this.#definition.timestamps !== "bigint");
        return { kind: type, logical, isNumber: logical === undefined && this.#definition.longs === "number" };
      }
      case "array":
        return { kind: type, items: this.#node(schema.items ?? null) };
      case "map":
        return { kind: type, values: this.#node(schema.values ?? null) };
      case "fixed":
        return this.#keep({
          kind: type,
          name,
          size: Number(schema.size),
          logical: logicalOf(schema, Number(schema.size)),
        });
      case "enum":
        return this.#keep({ kind: type, name, symbols: listOf(schema.symbols).map(String) });
      case "record":
      case "error": {
        // Known before its fields are, since they may lead back to it.
        const fields: FieldNode[] = [];
        const node = this.#keep({ kind: "record", name, fields });
        for (const field of listOf(schema.fields)) fields.push(this.#field(field));
        return node;
      }
      default:
        return this.#reference(type);
    }
  }

  #field(field: JsonValue): FieldNode {
    if (typeof field !== "object" || field === null || isList(field)) throw new Error("assertion failed: no field");
    return {
      name: String(field.name),
      type: this.#node(field.type ?? null),
      default: field.default,
      isDescending: field.order === "descending",
    };
  }

  #keep<N extends FixedNode | EnumNode | RecordNode>(node: N): N {
    if (node.name === this.#definition.name) nodes.set(this.#source, node);
    this.#names.set(node.name, node);
    return node;
  }

  #reference(name: string): TypeNode {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    const source = this.#definition.uses.find((use) => definitionOf(use).name === name);
    if (source === undefined) throw new Error(`assertion failed: ${this.#definition.name} uses no ${name}`);
    return nodeOf(source);
  }
}

function union(branches: readonly TypeNode[]): UnionNode {
  const others = branches.filter((branch) => branch.kind !== "null");
  return { kind: "union", branches, tags: branches.map(tagOf), isTagged: others.length > 1 };
}

/** The name of a union's branch: full name of a named type, else its Avro word. */
function tagOf(node: TypeNode): string {
  return "name" in node ? node.name : node.kind;
}

export function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function listOf(value: JsonValue | undefined): readonly JsonValue[] {
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
