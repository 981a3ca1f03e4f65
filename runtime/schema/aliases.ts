/** Names of types and fields as a reader's schema takes them. */
import { type EnumNode, type FieldNode, type FixedNode, isList, listOf, type RecordNode } from "./type-node.js";

type NamedNode = RecordNode | EnumNode | FixedNode;

/** The part of a full name after its last dot. */
export function simpleName(fullName: string): string {
  return fullName.slice(fullName.lastIndexOf(".") + 1);
}

/** Aliases of a type, as full names: "relative to the namespace of the name it is an alias for". */
export function aliasesOf({ name, schema }: NamedNode): readonly string[] {
  const namespace = name.slice(0, name.lastIndexOf(".") + 1);
  return listOf(schema.aliases).map((alias) => {
    const text = String(alias);
    return text.includes(".") ? text.replace(/^\./, "") : namespace + text;
  });
}

/** Aliases of a field: simple names. */
export function fieldAliasesOf({ schema }: FieldNode): readonly string[] {
  return isList(schema.aliases) ? schema.aliases.map(String) : [];
}

/**
 * Whether a reader's named type means a writer's of the same kind. "To match, one of the following must hold: … both schemas
 * are enums whose (unqualified) names match" and the like; aliases count with their namespace.
 */
export function namesMatch(writer: NamedNode, reader: NamedNode): boolean {
  return simpleName(writer.name) === simpleName(reader.name) || aliasesOf(reader).includes(writer.name);
}

/** Whether a reader's named type bears the writer's very name, its own or as an alias. */
export function isNamed(reader: NamedNode, fullName: string): boolean {
  return reader.name === fullName || aliasesOf(reader).includes(fullName);
}

/** The symbol that stands for unknown ones, where it is one of the enum's. */
export function enumDefaultOf({ symbols, schema }: EnumNode): string | undefined {
  return symbols.find((symbol) => symbol === schema.default);
}

/** Indexes of the writer's fields that a field of the reader means by its name or an alias. */
export function sourcesOf(field: FieldNode, writer: RecordNode): readonly number[] {
  const names = [field.name, ...fieldAliasesOf(field)];
  return writer.fields.flatMap(({ name }, index) => (names.includes(name) ? [index] : []));
}
