/** What decides whether stored data still means the same: SCHEMA_CHANGED is due when this text differs. */
import { aliasesOf, enumDefaultOf, fieldAliasesOf } from "./aliases.js";
import { schemaForm } from "./canonical-form.js";
import { definedBy } from "./raw-schema.js";
import { exactText } from "./schema-document.js";
import type { ExactJson, TypeSource } from "./type.js";
import { nodeOf, partsOf, type TypeNode } from "./type-node.js";

export { schemaText } from "./schema-document.js";

/** The Parsing Canonical Form with logical types, their precision and scale. */
export function logicalForm(define: TypeSource): string {
  return schemaForm(define, true);
}

/**
 * The logical form with all that counts when the schema reads what others wrote: defaults of fields and enums, and aliases. Two
 * schemas with one reader's form differ in documentation and attributes that Avro does not know.
 */
export function readerForm(define: TypeSource): string {
  const seen = new Set<TypeNode>();
  const found: ExactJson[] = [];
  const visit = (node: TypeNode): void => {
    if (seen.has(node)) return;
    seen.add(node);
    if ("name" in node) found.push([node.name, aliasesOf(node)]);
    if (node.kind === "enum") found.push(enumDefaultOf(node) ?? null);
    if (node.kind === "record")
      for (const field of node.fields)
        found.push([fieldAliasesOf(field), ...(field.default === undefined ? [] : [field.default])]);
    for (const part of partsOf(node)) visit(part);
  };
  visit(nodeOf(define));
  return logicalForm(define) + exactText(found);
}

/**
 * The logical form of a schema's JSON text, as a registry holds it.
 * @throws VALUE_INVALID for what is no JSON or no schema.
 */
export function logicalFormOf(text: string): string {
  return logicalForm(definedBy(text));
}
