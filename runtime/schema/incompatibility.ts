/** Why a reader cannot read all that a writer writes: what is wrong, where, and what would cure it. */

/** Java's names, which users of registries know, and two that Java does not check. */
export type IncompatibilityRule =
  | "TYPE_MISMATCH"
  | "NAME_MISMATCH"
  | "FIXED_SIZE_MISMATCH"
  | "MISSING_ENUM_SYMBOLS"
  | "MISSING_UNION_BRANCH"
  | "READER_FIELD_MISSING_DEFAULT_VALUE"
  /** Both have logical types, and the bytes of one mean something else to the other. */
  | "LOGICAL_TYPE_MISMATCH"
  /** Names and aliases of the reader lead to one field of the writer twice, or from one field to two. */
  | "FIELD_AMBIGUOUS"
  /** More comparisons than `comparisonLimit`: schemas of that size are made to hurt. */
  | "SCHEMA_TOO_LARGE";

/** The innermost named type around a place in a schema, and the field within it. Undefined: no named type is around it. */
export interface SchemaPlace {
  readonly type: string | undefined;
  readonly field: string | undefined;
}

/** One reason. */
export interface Incompatibility {
  readonly rule: IncompatibilityRule;
  /** From the root of the reader's schema: `bank.Account.history[].amount`, `{}` for a map's values, `<int>` for a branch. */
  readonly path: string;
  /** What the writer has and the reader wants, in whole words. */
  readonly reason: string;
  readonly reader: SchemaPlace;
  readonly writer: SchemaPlace;
  /** Of a field that the writer lacks: one of the writer's that no field of the reader means, and that it could be. */
  readonly renamedFrom?: string;
}

/** Which of the two schemas is the new one: the one that can still be changed. */
export type NewSide = "reader" | "writer";

/** What to do, as a whole sentence. */
export function cureOf(
  { rule, reader, renamedFrom }: Pick<Incompatibility, "rule" | "reader" | "renamedFrom">,
  side: NewSide,
): string {
  const isReader = side === "reader";
  switch (rule) {
    case "TYPE_MISMATCH":
      return isReader
        ? "Keep the type, or add the new value as another field with a default."
        : "Keep the type, or write the new value to another field.";
    case "NAME_MISMATCH":
      return isReader
        ? "Keep the name, or give the new type the old full name as alias."
        : "Keep the name: readers with the older schema know no other.";
    case "FIXED_SIZE_MISMATCH":
      return "Keep the size, or add a field of another fixed type with a default.";
    case "MISSING_ENUM_SYMBOLS":
      return isReader
        ? "Keep the symbols, or give the enum a default, which then stands for those that are gone."
        : "Readers with the older schema need an enum default before a symbol is added: deploy that first.";
    case "MISSING_UNION_BRANCH":
      return isReader ? "Keep the branch." : "Readers with the older schema need the branch first.";
    case "READER_FIELD_MISSING_DEFAULT_VALUE":
      return isReader
        ? `Give ${reader.field ?? "the field"} a default${renamedFrom === undefined ? "" : `, or "aliases": ["${renamedFrom}"] if it is ${renamedFrom} under another name`}.`
        : `Keep ${reader.field ?? "the field"}: readers with the older schema have no default for it.`;
    case "LOGICAL_TYPE_MISMATCH":
      return "Keep the logical type, or add the value as another field with a default.";
    case "FIELD_AMBIGUOUS":
      return "Let each field of the writer be meant by one name or alias only.";
    case "SCHEMA_TOO_LARGE":
      return "Take unions and recursive types apart.";
  }
}
