/** Finds out what the types of definitions are: full names, primitives, and schemas written in place. */
import type { Diagnostic } from "../diagnostics.js";
import type { JsonNode } from "../json-node.js";
import { checkDefaults } from "../schema/defaults.js";
import type { NamedType, Schema, SchemaModel } from "../schema/model.js";
import { readSchema } from "../schema/read.js";
import { Reading } from "../schema/reading.js";
import { checkReferences } from "../schema/references.js";
import type { UnnamedUse } from "./entities.js";
import type { TypeUse } from "./model.js";

/** A type that a definition uses. */
export interface ResolvedUse {
  readonly use: TypeUse;
  readonly schema: Schema;
}

/** Reads the types of all definitions of a project; ask for the rest when all are read. */
export class TypeResolver {
  readonly #schemas: SchemaModel;
  readonly #reading: Reading;
  readonly #unnamed: UnnamedUse[] = [];

  constructor(schemas: SchemaModel) {
    this.#schemas = schemas;
    this.#reading = new Reading(schemas.types);
  }

  /**
   * @param place Name of the use, `accounts.key`: what an unnamed type is called.
   * @param subject For texts: `the key of keyspace accounts`.
   */
  resolve(
    node: JsonNode,
    { place, subject }: { readonly place: string; readonly subject: string },
  ): ResolvedUse | undefined {
    const schema = readSchema(this.#reading, node, { namespace: "", subject });
    if (schema === undefined) return undefined;
    if (schema.kind === "reference") return { schema, use: { kind: "entity", fullName: schema.fullName } };
    const primitive = this.#primitive(schema);
    if (primitive !== undefined) return { schema, use: primitive };
    const keyspace = place.split(".")[0] ?? place;
    this.#unnamed.push({ place, keyspace, type: { kind: "unnamed", schema, at: node.at } });
    return { schema, use: { kind: "entity", fullName: place } };
  }

  /** Types without a name that need a codec. */
  get unnamed(): readonly UnnamedUse[] {
    return this.#unnamed;
  }

  /** All types of the project, those defined in place included, and what is wrong with these. Call once, at the end. */
  finish(): { readonly schemas: SchemaModel; readonly diagnostics: readonly Diagnostic[] } {
    checkReferences(this.#reading);
    const types = new Map<string, NamedType>([...this.#schemas.types, ...checkDefaults(this.#reading)]);
    return { schemas: { types }, diagnostics: this.#reading.diagnostics };
  }

  /** A primitive for which the runtime has a type: it has no attribute of its own. */
  #primitive(schema: Schema): TypeUse | undefined {
    if (schema.kind !== "primitive" || schema.logical !== undefined) return undefined;
    if (Object.keys(schema.attributes).length > 0) return undefined;
    return { kind: "primitive", name: schema.name };
  }
}
