/** A schema with the named types of its references written out, so that it stands alone. */
import { AffinityError } from "../core/errors.js";
import { flatTypes } from "../schema/flat-types.js";
import { definedBy, definedWith } from "../schema/raw-schema.js";
import { schemaText } from "../schema/schema-document.js";

/** A schema that may be referred to; its text stands alone, and is absent where the registry does not have it. */
export interface Referred {
  readonly name: string;
  readonly schema: string | undefined;
}

/** @throws VALUE_INVALID for what is no schema, names types that nobody defines, or refers to what is not there. */
export function completeSchema(schema: string, references: readonly Referred[]): string {
  if (references.length === 0) {
    definedBy(schema);
    return schema;
  }
  const texts = references.map(({ name, schema: text }) => {
    if (text !== undefined) return text;
    throw new AffinityError(
      "VALUE_INVALID",
      `reference ${JSON.stringify(name)}: there is no such version of the subject; register it first`,
    );
  });
  return schemaText(definedWith(schema, flatTypes(texts)));
}
