/** Avro types in the words of TypeScript, for one file. */
import type { NamedType, Schema } from "../schema/model.js";
import type { EntityModel, UnnamedType } from "../service/model.js";
import type { Declaration } from "./file.js";
import type { ImportSet } from "./imports.js";
import { memberName } from "./literal.js";
import { type OutputStyle, relativeModule } from "./modules.js";
import { fixedCodec, primitiveCodec } from "./primitives.js";

/** `read`: as decoding gives it. `write`: as encoding takes it, fields with a default being optional. */
export type Direction = "read" | "write";

/** Characters of a part's type beyond which it gets a name: types in each other a thousand deep stay linear that way. */
const aliasLength = 600;

/** Names that one type's file gives to long parts of it. */
export class TypeAliases {
  readonly #prefix: string;
  readonly #names = new Map<string, string>();

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** The text itself, or where it is long the name that it has from now on. */
  short(text: string): string {
    if (text.length <= aliasLength) return text;
    const name = this.#names.get(text) ?? `${this.#prefix}$type${this.#names.size + 1}`;
    this.#names.set(text, name);
    return name;
  }

  declarations(): Declaration[] {
    return [...this.#names].map(([type, name]) => ({ kind: "alias", name, type, isExported: false }));
  }
}

/** What every emitter of a file of types needs: the file's imports and all entities by full name. */
export interface TypeScope {
  /** Of this file, without ending. */
  readonly module: string;
  readonly imports: ImportSet;
  readonly entities: ReadonlyMap<string, EntityModel>;
  readonly style: OutputStyle;
  /** Where the file declares types of its own. */
  readonly aliases?: TypeAliases;
}

/** A branch of a union that is not null. */
export interface Branch {
  readonly index: number;
  readonly schema: Exclude<Schema, { readonly kind: "union" }>;
  /** Its full name, or its Avro word. */
  readonly tag: string;
}

/**
 * How a union stands in TypeScript. `plain`: at most one branch beside null, whose value stands bare. `tagged`: every other
 * one, so that adding a branch never changes the shape of the others.
 */
export interface UnionShape {
  readonly form: "plain" | "tagged";
  readonly count: number;
  /** Index of the branch null, where there is one. */
  readonly nullIndex: number | undefined;
  readonly branches: readonly Branch[];
}

export function unionShape(branches: readonly Schema[]): UnionShape {
  const others = branches.flatMap((schema, index): Branch[] =>
    schema.kind === "union" || isNull(schema) ? [] : [{ index, schema, tag: tagOf(schema) }],
  );
  const nullIndex = branches.findIndex(isNull);
  return {
    form: others.length <= 1 ? "plain" : "tagged",
    count: branches.length,
    nullIndex: nullIndex < 0 ? undefined : nullIndex,
    branches: others,
  };
}

function isNull(schema: Schema): boolean {
  return schema.kind === "primitive" && schema.name === "null";
}

function tagOf(schema: Exclude<Schema, { readonly kind: "union" }>): string {
  if (schema.kind === "primitive") return schema.name;
  return schema.kind === "reference" ? schema.fullName : schema.kind;
}

/** The TypeScript type of a schema where it stands. */
export function typeText(schema: Schema, direction: Direction, scope: TypeScope): string {
  switch (schema.kind) {
    case "primitive":
      return primitiveCodec(schema.name, schema.logical, scope.style).type;
    case "reference":
      return entityType(schema.fullName, direction, scope);
    case "array": {
      const item = partText(schema.items, direction, scope);
      return `readonly ${/^readonly | \| /.test(item) ? `(${item})` : item}[]`;
    }
    case "map":
      return `{ readonly [key: string]: ${partText(schema.values, direction, scope)} }`;
    case "union":
      return unionText(unionShape(schema.branches), direction, scope);
  }
}

function partText(schema: Schema, direction: Direction, scope: TypeScope): string {
  const text = typeText(schema, direction, scope);
  return scope.aliases?.short(text) ?? text;
}

function unionText(union: UnionShape, direction: Direction, scope: TypeScope): string {
  const members = union.branches.map(({ schema, tag }) => {
    const type = partText(schema, direction, scope);
    return union.form === "plain" ? type : `{ readonly ${memberName(tag)}: ${type} }`;
  });
  if (union.nullIndex !== undefined) members.push("null");
  return members.length === 0 ? "never" : members.join(" | ");
}

/** The type of an entity, imported where it is another file's. */
export function entityType(fullName: string, direction: Direction, scope: TypeScope): string {
  const entity = entityOf(fullName, scope);
  const name = direction === "read" ? entity.typeName : entity.inputName;
  return importFrom(entity, name, "type", scope);
}

/** One of an entity's names, imported where it is another file's. */
export function importFrom(entity: EntityModel, name: string, kind: "type" | "value", scope: TypeScope): string {
  if (entity.module === scope.module) return name;
  const module = relativeModule(scope.module, entity.module, scope.style.importEnding);
  return kind === "type" ? scope.imports.type(name, module) : scope.imports.value(name, module);
}

export function entityOf(fullName: string, scope: Pick<TypeScope, "entities">): EntityModel {
  const entity = scope.entities.get(fullName);
  if (entity === undefined) throw new Error(`assertion failed: no entity ${fullName}`);
  return entity;
}

/** Avro's words for a type in a doc comment: `union of null, string`, `long, timestamp-millis`. */
export function avroWords(schema: Schema, entities: ReadonlyMap<string, EntityModel>): string {
  switch (schema.kind) {
    case "primitive":
      return schema.logical === undefined ? schema.name : `${schema.name}, ${logicalWords(schema.logical)}`;
    case "reference":
      return `${kindOf(entities.get(schema.fullName)?.type)} ${schema.fullName}`;
    case "array":
      return `array of ${avroWords(schema.items, entities)}`;
    case "map":
      return `map of ${avroWords(schema.values, entities)}`;
    case "union":
      return schema.branches.length === 0
        ? "empty union"
        : `union of ${schema.branches.map((branch) => avroWords(branch, entities)).join(", ")}`;
  }
}

function kindOf(type: NamedType | UnnamedType | undefined): string {
  return type === undefined || type.kind === "unnamed" ? "type" : type.kind;
}

/** `decimal(9, 2)`, `uuid`. */
export function logicalWords(logical: NonNullable<Extract<Schema, { kind: "primitive" }>["logical"]>): string {
  return logical.name === "decimal" ? `decimal(${logical.precision}, ${logical.scale})` : logical.name;
}

/** The TypeScript type of a fixed type. */
export function fixedText(type: Extract<NamedType, { kind: "fixed" }>): string {
  return fixedCodec(type.size, type.logical).type;
}
