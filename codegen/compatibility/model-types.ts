/** Types of a model as the runtime's codecs take them, and where their parts stand in the input. */
import type { SchemaPlace } from "../../runtime/schema/incompatibility.js";
import type { TypeDefinition, TypeSource } from "../../runtime/schema/type.js";
import type { SourceRef } from "../diagnostics.js";
import { entitySchema } from "../emit/definition.js";
import type { EntityModel, ServiceModel, TypeUse } from "../service/model.js";
import { referencesOf } from "../service/reach.js";

/** See the head of the file. */
export class ModelTypes {
  readonly #entities: ReadonlyMap<string, EntityModel>;
  readonly #sources = new Map<string, TypeSource>();

  constructor({ entities }: ServiceModel) {
    this.#entities = new Map(entities.map((entity) => [entity.fullName, entity]));
  }

  /** The type of a key, value, request or reply. */
  source(use: TypeUse): TypeSource {
    if (use.kind === "entity") return this.#entity(use.fullName);
    const definition: TypeDefinition = { name: use.name, schema: use.name, uses: [] };
    return () => definition;
  }

  /** Where a field, or the type around it, is defined; undefined for what stands in no file. */
  place({ type, field }: SchemaPlace): SourceRef | undefined {
    const found = type === undefined ? undefined : this.#entities.get(type)?.type;
    if (found?.kind !== "record" || field === undefined) return found?.at;
    return found.fields.find(({ name }) => name === field)?.at ?? found.at;
  }

  /** Where the type of a key is defined. */
  placeOf(use: TypeUse): SourceRef | undefined {
    return use.kind === "entity" ? this.#entities.get(use.fullName)?.type.at : undefined;
  }

  #entity(fullName: string): TypeSource {
    const known = this.#sources.get(fullName);
    if (known !== undefined) return known;
    const entity = this.#entities.get(fullName);
    if (entity === undefined) throw new Error(`assertion failed: the model has no ${fullName}`);
    // Made when it is asked for: types may lead back to themselves.
    const source: TypeSource = () => ({
      name: fullName,
      schema: entitySchema(entity, this.#entities),
      uses: referencesOf(entity.type)
        .filter((used) => used !== fullName)
        .map((used) => this.#entity(used)),
    });
    this.#sources.set(fullName, source);
    return source;
  }
}
