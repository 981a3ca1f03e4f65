/** How values that were written with one schema are read as a type that was generated from another one. */
import { AffinityError, isAffinityError } from "../core/errors.js";
import type { Reader } from "../schema/reader.js";
import { resolve } from "../schema/resolution.js";
import type { EntityType, TypeSource } from "../schema/type.js";

/** Reads one value and leaves the reader after it. */
export type ReadValue<T> = (input: Reader) => T;

/**
 * Reads as `type` what was written with `writer`.
 *
 * @param where What holds the data, for the text of the error: `schema id 7`.
 * @throws SCHEMA_INCOMPATIBLE with path and reason when some value of the writer could not be read as the type.
 */
export function readerOf<T, I>(type: EntityType<T, I>, writer: TypeSource, where: string): ReadValue<T> {
  try {
    const resolution = resolve(writer, type);
    return (input) => resolution.read(input);
  } catch (error) {
    if (!isAffinityError(error)) throw error;
    throw new AffinityError(error.code, `${where} as ${type.name}: ${error.detail}`, { cause: error });
  }
}
