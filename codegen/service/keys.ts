/** What a key may be: a value must have one encoding and one place. */
import type { SourceRef } from "../diagnostics.js";
import type { Field, NamedType, Schema } from "../schema/model.js";

/** Types by full name. */
export type TypeMap = { get(fullName: string): NamedType | undefined };

/** Why a schema cannot be a key's, as the end of a sentence; undefined when it can. */
export function faultOfKey(schema: Schema, types: TypeMap): string | undefined {
  return new KeyCheck(types).fault(schema, "");
}

class KeyCheck {
  readonly #types: TypeMap;
  readonly #seen = new Set<string>();

  constructor(types: TypeMap) {
    this.#types = types;
  }

  /** @param path Where the schema stands: `owner.tags[]`; empty for the key itself. */
  fault(schema: Schema, path: string): string | undefined {
    switch (schema.kind) {
      case "primitive":
        return schema.name === "null" && path === "" ? "is null, which has one value only" : undefined;
      case "map": {
        const where = path === "" ? "" : ` in ${path}`;
        return `holds a map${where}, whose entries have no order, so that one value would have many encodings`;
      }
      case "array":
        return this.fault(schema.items, `${path}[]`);
      case "union":
        return this.#first(
          schema.branches.filter((branch) => !isNull(branch)),
          (branch) => this.fault(branch, path),
        );
      case "reference":
        return this.#named(schema.fullName, path);
    }
  }

  #named(fullName: string, path: string): string | undefined {
    const type = this.#types.get(fullName);
    if (type?.kind !== "record" || this.#seen.has(fullName)) return undefined;
    this.#seen.add(fullName);
    if (type.fields.length === 0) return `holds the record ${fullName} without fields, which has one value only`;
    return this.#first(type.fields, (field) => {
      const at = path === "" ? field.name : `${path}.${field.name}`;
      if (field.order === "ignore")
        return `has "order": "ignore" at ${at}, so that different keys would have one place`;
      return this.fault(field.type, at);
    });
  }

  #first<T>(items: readonly T[], check: (item: T) => string | undefined): string | undefined {
    for (const item of items) {
      const fault = check(item);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }
}

function isNull(schema: Schema): boolean {
  return schema.kind === "primitive" && schema.name === "null";
}

/** Segments that a key takes in a path: one for each field of a record of scalars, one for any other key. */
export function keySegmentsOf(schema: Schema, types: TypeMap): number {
  const fields = scalarFields(schema, types);
  return fields === undefined || fields.length === 0 ? 1 : fields.length;
}

/** Whether a request can come from a query: a record of scalars. */
export function isScalarRecord(schema: Schema, types: TypeMap): boolean {
  return scalarFields(schema, types) !== undefined;
}

/** Fields of a record of scalars; undefined for any other type. */
export function scalarFields(schema: Schema, types: TypeMap): readonly Field[] | undefined {
  const type = schema.kind === "reference" ? types.get(schema.fullName) : undefined;
  if (type?.kind !== "record" || !type.fields.every((field) => isScalar(field.type, types))) return undefined;
  return type.fields;
}

/** A primitive other than null, an enum or a fixed, whatever its logical type but duration, which is a record in JSON. */
export function isScalar(schema: Schema, types: TypeMap): boolean {
  if (schema.kind === "primitive") return schema.name !== "null";
  const type = schema.kind === "reference" ? types.get(schema.fullName) : undefined;
  return type?.kind === "enum" || (type?.kind === "fixed" && type.logical?.name !== "duration");
}

/** A place in the user's files, for the text of a diagnostic. */
export function placeText(at: SourceRef): string {
  return `${at.file}:${at.line}:${at.column}`;
}
