/** Port: the schema registry. Ids are stable: the same schema text in the same canonical form and attributes gets the same id. */

/** A schema under a subject. */
export interface RegisteredSchema {
  readonly id: number;
  readonly subject: string;
  /** 1, 2, 3 within the subject. */
  readonly version: number;
  /** The schema as JSON text, every attribute kept. */
  readonly schema: string;
}

/** See the head of the file. */
export interface Registry {
  /**
   * Registers a schema; the same schema under the same subject gives the same version again, and under another subject
   * the same id.
   *
   * @throws SCHEMA_INCOMPATIBLE when the subject's compatibility forbids it, REGISTRY_UNAVAILABLE when it cannot answer.
   */
  register(subject: string, schema: string): Promise<RegisteredSchema>;
  /** The newest version of a subject, or undefined. */
  latest(subject: string): Promise<RegisteredSchema | undefined>;
  /** Every version of a subject, oldest first. */
  versions(subject: string): Promise<readonly RegisteredSchema[]>;
  subjects(): Promise<readonly string[]>;
  /** The text of the schema with that id, or undefined. */
  schemaById(id: number): Promise<string | undefined>;
  close(): Promise<void>;
}
