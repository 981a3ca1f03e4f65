/** How values that were written with one schema are read as a type that was generated from another one. */
import { AffinityError } from "../core/errors.js";
import { schemaForm } from "../schema/canonical-form.js";
import type { Reader } from "../schema/reader.js";
import type { EntityType, TypeSource } from "../schema/type.js";

/** Reads one value and leaves the reader after it. */
export type ReadValue<T> = (input: Reader) => T;

/**
 * Reads as `type` what was written with `writer`.
 *
 * @param where What holds the data, for the text of the error: `schema id 7`.
 * @throws SCHEMA_OTHER when the two schemas differ in more than names of no effect.
 */
export function readerOf<T, I>(type: EntityType<T, I>, writer: TypeSource, where: string): ReadValue<T> {
  if (schemaForm(writer, true) === schemaForm(type.define, true)) return (input) => type.read(input);
  throw new AffinityError(
    "SCHEMA_OTHER",
    `${type.name}: ${where} was written with another schema, and reading that one is not built yet`,
  );
}
