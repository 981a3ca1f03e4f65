/** Codes of diagnostics about definitions. */
export type DefinitionCode =
  /** The file holds no definition that we know. */
  | "DEFINITION_KIND"
  | "DEFINITION_MEMBER_UNKNOWN"
  | "DEFINITION_MEMBER_MISSING"
  /** A member is not the kind of JSON value that it must be, or not one of the values that it may be. */
  | "DEFINITION_VALUE"
  /** A number beyond its range. */
  | "DEFINITION_RANGE"
  /** A name against the rule of names, or a reserved one. */
  | "DEFINITION_NAME"
  /** A name that another definition has. */
  | "DEFINITION_DUPLICATE"
  /** A type that no schema defines. */
  | "DEFINITION_TYPE"
  /** A type that cannot be a key. */
  | "DEFINITION_KEY"
  | "DEFINITION_TOPIC"
  | "DEFINITION_PATH"
  | "DEFINITION_ROUTE"
  /** Two topics, routes or paths that meet. */
  | "DEFINITION_MEETS"
  /** Asked for explicitly and without a runtime so far. */
  | "NOT_YET";
