/** What decides whether stored data still means the same: SCHEMA_CHANGED is due when this text differs. */
import { schemaForm } from "./canonical-form.js";
import { definedBy } from "./raw-schema.js";
import type { TypeSource } from "./type.js";

export { schemaText } from "./schema-document.js";

/** The Parsing Canonical Form with logical types, their precision and scale. */
export function logicalForm(define: TypeSource): string {
  return schemaForm(define, true);
}

/**
 * The same of a schema's JSON text, as a registry holds it.
 * @throws VALUE_INVALID for what is no JSON or no schema.
 */
export function logicalFormOf(text: string): string {
  return logicalForm(definedBy(text));
}
