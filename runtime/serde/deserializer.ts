/** From the frames that stand in topics to values, for JavaScript Kafka clients. */
import { AffinityError } from "../core/errors.js";
import type { Registry } from "../registry/registry.js";
import { frameHeadBytes, unframe } from "../schema/framing.js";
import { Reader } from "../schema/reader.js";
import type { AnyType, EntityType } from "../schema/type.js";
import { nodeOf } from "../schema/type-node.js";
import { type ReadValue, readerOf } from "./reading.js";
import { WriterPlans } from "./writer-plans.js";

export interface DeserializerOptions {
  readonly registry: Pick<Registry, "schemaById">;
}

export interface Deserializer<T> {
  /**
   * The value of a frame; null, Kafka's tombstone, stays null.
   *
   * @throws VALUE_INVALID for bytes that are no frame or no value of the writer's schema; SCHEMA_NOT_FOUND,
   * SCHEMA_INCOMPATIBLE or REGISTRY_UNAVAILABLE where the writer's schema is not to be had, or cannot be read as the type;
   * SCHEMA_OTHER where it is none of several types.
   */
  deserialize(framed: Uint8Array): Promise<T>;
  deserialize(framed: Uint8Array | null | undefined): Promise<T | null>;
}

/** Reads values of one type. */
export function deserializer<T, I>(type: EntityType<T, I>, { registry }: DeserializerOptions): Deserializer<T> {
  return new FrameDeserializer(new WriterPlans(registry, (writer, where) => readerOf(type, writer, where)), type.name);
}

/** A value, tagged by which of several types it is of; narrowed with `in`. */
export type TaggedValue<Types> = {
  [Tag in keyof Types]: Types[Tag] extends EntityType<infer T, never> ? { readonly [tag in Tag]: T } : never;
}[keyof Types];

/**
 * Reads the values of a topic that holds records of several types, as `recordSubjects` and `topicRecordSubjects` make
 * them: the writer's name chooses the type.
 *
 * @param types By the tag that their values get.
 */
export function taggedDeserializer<Types extends { readonly [tag: string]: AnyType }>(
  types: Types,
  { registry }: DeserializerOptions,
): Deserializer<TaggedValue<Types>> {
  const names = Object.entries(types).map(([tag, type]) => ({ tag, type, name: type.name }));
  const schemas = new WriterPlans(registry, (writer, where) => {
    const node = nodeOf(writer);
    const name = "name" in node ? node.name : node.kind;
    const found = names.find((candidate) => candidate.name === name);
    if (found === undefined) {
      const expected = names.map((candidate) => candidate.name).join(", ");
      throw new AffinityError("SCHEMA_OTHER", `${where}: it is a schema of ${name}; expected one of ${expected}`);
    }
    const read = readerOf(found.type, writer, where);
    // The tag chose the type, so the object is that member of the union.
    return (input: Reader) => ({ [found.tag]: read(input) }) as TaggedValue<Types>;
  });
  return new FrameDeserializer(schemas, Object.keys(types).join(", "));
}

class FrameDeserializer<T> implements Deserializer<T> {
  readonly #schemas: WriterPlans<ReadValue<T>>;
  readonly #name: string;

  constructor(schemas: WriterPlans<ReadValue<T>>, name: string) {
    this.#schemas = schemas;
    this.#name = name;
  }

  deserialize(framed: Uint8Array): Promise<T>;
  deserialize(framed: Uint8Array | null | undefined): Promise<T | null>;
  async deserialize(framed: Uint8Array | null | undefined): Promise<T | null> {
    if (framed === null || framed === undefined) return null;
    const known = this.#schemas.of(unframe(framed).schemaId);
    const read = typeof known === "function" ? known : await known;
    const input = new Reader(framed, frameHeadBytes);
    const value = read(input);
    if (input.remaining === 0) return value;
    throw new AffinityError(
      "VALUE_INVALID",
      `${this.#name}: found ${input.remaining} bytes after the value; expected its end`,
      { pointer: "" },
    );
  }
}
