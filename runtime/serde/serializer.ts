/** From values to the frames that stand in topics, for JavaScript Kafka clients. */
import { LRUCache } from "lru-cache";
import { AffinityError } from "../core/errors.js";
import type { Registry } from "../registry/registry.js";
import { logicalForm, logicalFormOf, schemaText } from "../schema/logical-form.js";
import type { EntityType } from "../schema/type.js";
import { FramedCodec } from "../state/framed-codec.js";
import { type RecordPart, type SubjectStrategy, topicSubjects } from "./subjects.js";

/** Subjects whose schema id is remembered; one that was forgotten is asked for again. */
export const subjectsLimit = 1000;

export interface SerializerOptions {
  readonly registry: Pick<Registry, "register" | "versions" | "schemaById">;
  /** Default `value`. */
  readonly part?: RecordPart;
  /** Default `topicSubjects`. */
  readonly subjects?: SubjectStrategy;
  /** Whether a schema that its subject does not have is registered there. Default true. */
  readonly autoRegister?: boolean;
}

export interface Serializer<I> {
  /**
   * The magic byte 0, the schema id, Avro binary. A tombstone is Kafka's own null and needs no serializer.
   *
   * @throws VALUE_INVALID with a pointer; SCHEMA_INCOMPATIBLE, SCHEMA_NOT_FOUND or REGISTRY_UNAVAILABLE at the first
   * value of a topic, which asks the registry.
   */
  serialize(topic: string, value: I): Promise<Buffer>;
}

/** Serializes values of one type, for any number of topics. */
export function serializer<T, I>(type: EntityType<T, I>, options: SerializerOptions): Serializer<I> {
  return new FrameSerializer(type, options);
}

class FrameSerializer<T, I> implements Serializer<I> {
  readonly #type: EntityType<T, I>;
  readonly #options: SerializerOptions;
  /** By subject; a promise while the registry is asked, so that it is asked once. */
  readonly #codecs = new LRUCache<string, FramedCodec | Promise<FramedCodec>>({ max: subjectsLimit });

  constructor(type: EntityType<T, I>, options: SerializerOptions) {
    this.#type = type;
    this.#options = options;
  }

  async serialize(topic: string, value: I): Promise<Buffer> {
    const { subjects = topicSubjects, part = "value" } = this.#options;
    const known = this.#codecOf(subjects(topic, part, this.#type));
    const framed = (known instanceof FramedCodec ? known : await known).encode(value);
    return Buffer.from(framed.buffer, framed.byteOffset, framed.length);
  }

  #codecOf(subject: string): FramedCodec | Promise<FramedCodec> {
    const known = this.#codecs.get(subject);
    if (known !== undefined) return known;
    const asked = this.#ask(subject).then(
      (codec) => {
        this.#codecs.set(subject, codec);
        return codec;
      },
      (error: unknown) => {
        this.#codecs.delete(subject);
        throw error;
      },
    );
    this.#codecs.set(subject, asked);
    return asked;
  }

  async #ask(subject: string): Promise<FramedCodec> {
    const { registry, autoRegister = true } = this.#options;
    if (autoRegister) {
      const { id } = await registry.register(subject, schemaText(this.#type.define));
      return new FramedCodec(this.#type, id);
    }
    const form = logicalForm(this.#type.define);
    const versions = await registry.versions(subject);
    for (const { id, schema, references } of versions.toReversed()) {
      // Types of other subjects stand there by name; the text of the id has them in full.
      const text = references === undefined ? schema : await registry.schemaById(id);
      if (text !== undefined && logicalFormOf(text) === form) return new FramedCodec(this.#type, id);
    }
    throw new AffinityError(
      "SCHEMA_NOT_FOUND",
      `${subject}: none of its ${versions.length} versions is the schema of ${this.#type.name}; register it, or allow autoRegister`,
    );
  }
}
