/** Codes of diagnostics about schemas. */
export type SchemaCode =
  /** A value stands where a schema, or the name of its type, was meant, and is none. */
  | "AVRO_SCHEMA"
  /** A required attribute is absent. */
  | "AVRO_MISSING"
  /** An attribute is not the kind of JSON value that it must be. */
  | "AVRO_ATTRIBUTE"
  | "AVRO_NAME"
  | "AVRO_NAMESPACE"
  | "AVRO_ALIAS"
  | "AVRO_UNKNOWN_TYPE"
  | "AVRO_DUPLICATE_TYPE"
  | "AVRO_DUPLICATE_FIELD"
  | "AVRO_SYMBOL"
  | "AVRO_ENUM_DEFAULT"
  | "AVRO_SIZE"
  | "AVRO_ORDER"
  /** A union holds a union, or one type twice. */
  | "AVRO_UNION"
  /** A default does not fit its type, or never ends. */
  | "AVRO_DEFAULT"
  | "AVRO_PROTOCOL"
  /** An IDL file imports a file that is none of the project's. */
  | "IDL_IMPORT";
