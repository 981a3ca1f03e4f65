/** Types as they are between reading and checking of defaults. */
import type { SourceRef } from "../diagnostics.js";
import type { JsonNode } from "../json-node.js";
import type { EnumType, Field, FixedType, RecordType } from "./model.js";

/** A field whose default has not been looked at. */
export interface FieldDraft extends Omit<Field, "default"> {
  readonly defaultNode: JsonNode | undefined;
}

export interface RecordDraft extends Omit<RecordType, "fields"> {
  readonly fields: readonly FieldDraft[];
}

export type TypeDraft = RecordDraft | EnumType | FixedType;

/** A name that a definition has taken. */
export interface Definition {
  /** Place of the name. */
  readonly at: SourceRef;
  /** The text that defines it, to tell a copy from another type of the same name. */
  readonly node: JsonNode;
  /** Absent while its body is read, and for good when the body is faulty. */
  draft: TypeDraft | undefined;
}
