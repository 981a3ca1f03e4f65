/**
 * Port: the schema registry, in Confluent's terms. An id means one schema for ever; a subject is a list of versions, and
 * its compatibility level says which schemas may become the next.
 */

import type { CompatibilityLevel } from "../schema/compatibility.js";

/** A schema of another subject whose named types a schema uses. */
export interface SchemaReference {
  /** The name by which the schema uses it; of Avro the full name of the type. */
  readonly name: string;
  readonly subject: string;
  readonly version: number;
}

/** A schema under a subject. */
export interface RegisteredSchema {
  readonly id: number;
  readonly subject: string;
  /** 1, 2, 3 within the subject. */
  readonly version: number;
  /** The schema as JSON text, every attribute kept; types of other subjects stand in it by name. */
  readonly schema: string;
  /** Absent without any. */
  readonly references?: readonly SchemaReference[];
}

/** See the head of the file. Every call is rejected with REGISTRY_UNAVAILABLE when the registry cannot answer. */
export interface Registry {
  /**
   * Registers a schema; the same schema under the same subject gives the same version again, and under another subject
   * the same id.
   *
   * @throws SCHEMA_INCOMPATIBLE when the subject's level forbids it, with the reasons; VALUE_INVALID for what is no Avro
   * schema or names types that its references do not have; REGISTRY_REFUSED when the registry takes none now.
   */
  register(subject: string, schema: string, references?: readonly SchemaReference[]): Promise<RegisteredSchema>;
  /** The version that `register` would give again, or undefined when the subject has no such schema. Changes nothing. */
  lookup(
    subject: string,
    schema: string,
    references?: readonly SchemaReference[],
  ): Promise<RegisteredSchema | undefined>;
  /** Why the schema may not become the next version of the subject; empty when it may. @throws VALUE_INVALID */
  incompatibilities(
    subject: string,
    schema: string,
    references?: readonly SchemaReference[],
  ): Promise<readonly string[]>;
  /** The newest version of a subject, or undefined. */
  latest(subject: string): Promise<RegisteredSchema | undefined>;
  /** One version of a subject, or undefined. */
  version(subject: string, version: number): Promise<RegisteredSchema | undefined>;
  /** Every version of a subject, oldest first. */
  versions(subject: string): Promise<readonly RegisteredSchema[]>;
  subjects(): Promise<readonly string[]>;
  /** The text of the schema with that id, types of its references written out where they are used first; or undefined. */
  schemaById(id: number): Promise<string | undefined>;
  /** The level that counts for a subject, be it its own or the registry's; without a subject, the registry's. */
  compatibility(subject?: string): Promise<CompatibilityLevel>;
  /** Sets a subject's level, or the registry's where `subject` is undefined; `undefined` takes it back. */
  setCompatibility(subject: string | undefined, level: CompatibilityLevel | undefined): Promise<void>;
  close(): Promise<void>;
}
