/** Typed keys to the forms that the runtime needs, and back. */
import { AffinityError, isAffinityError, messageOf } from "../core/errors.js";
import type { OrderedKey } from "../memstore/memstore.js";
import type { AnyType } from "../schema/type.js";
import type { KeyAddress } from "./access.js";
import { framed, frameId, unframed } from "./frame.js";
import { partitionOf } from "./murmur2.js";

/** The order-preserving encoding of one key type: see `schema/`. */
export interface OrderedCodec {
  encode(key: unknown): OrderedKey;
  decode(ordered: OrderedKey): unknown;
}

/** What a KeyCodec is made from. */
export interface KeyCodecParts {
  /** Named in errors: `keyspace accounts`, `store graph.components`. */
  readonly subject: string;
  readonly type: AnyType;
  readonly ordered: OrderedCodec;
  /** `utf8`: the text itself instead of framed Avro; only for string keys. */
  readonly encoding: "avro" | "utf8";
  readonly schemaId: number;
  readonly partitions: number;
}

/** Encodes and decodes the keys of one type. */
export class KeyCodec {
  readonly #subject: string;
  readonly #type: AnyType;
  readonly #ordered: OrderedCodec;
  readonly #isText: boolean;
  readonly #schemaId: number;
  readonly #partitions: number;

  constructor(parts: KeyCodecParts) {
    this.#subject = parts.subject;
    this.#type = parts.type;
    this.#ordered = parts.ordered;
    this.#isText = parts.encoding === "utf8";
    this.#schemaId = parts.schemaId;
    this.#partitions = parts.partitions;
  }

  /** All forms of a typed key. @throws KEY_INVALID */
  address(key: unknown): KeyAddress {
    const serialized = this.serialize(key);
    return {
      partition: partitionOf(serialized, this.#partitions),
      serialized,
      ordered: this.#guard(() => this.#ordered.encode(key)),
    };
  }

  /** As it stands in the topic. @throws KEY_INVALID */
  serialize(key: unknown): Uint8Array {
    if (this.#isText) {
      if (typeof key !== "string") throw this.#invalid(`it is ${typeof key}; a string is right`);
      if (loneSurrogate.test(key))
        throw this.#invalid("it holds half of a surrogate pair, which UTF-8 cannot; mend the text");
      return Buffer.from(key, "utf8");
    }
    return framed(
      this.#schemaId,
      this.#guard(() => this.#type.encode(key)),
    );
  }

  /** The typed key of a serialized one. @throws KEY_INVALID when the bytes are not a key of this type and schema id. */
  typed(serialized: Uint8Array): unknown {
    if (this.#isText) return this.#guard(() => decoder.decode(serialized));
    const id = frameId(serialized);
    if (id !== this.#schemaId)
      throw this.#invalid(
        id === undefined ? "its bytes are not framed" : `its schema id ${id} is not ${this.#schemaId}`,
      );
    return this.#guard(() => this.#type.decode(unframed(serialized)));
  }

  /** The memstore's form of a serialized key. @throws KEY_INVALID */
  orderedOf(serialized: Uint8Array): OrderedKey {
    return this.#guard(() => this.#ordered.encode(this.typed(serialized)));
  }

  /** The typed key of the memstore's form, which this process made. */
  typedOf(ordered: OrderedKey): unknown {
    return this.#ordered.decode(ordered);
  }

  /** Address of a key that stands in the memstore; the serialized form is made when it is asked for. */
  addressOf(ordered: OrderedKey, partition: number): KeyAddress {
    return new StoredAddress(this, ordered, partition);
  }

  #guard<T>(run: () => T): T {
    try {
      return run();
    } catch (error) {
      if (isAffinityError(error) && error.code === "KEY_INVALID") throw error;
      const detail = isAffinityError(error) ? error.detail : messageOf(error);
      const pointer = isAffinityError(error) ? error.pointer : undefined;
      throw this.#invalid(detail, pointer, error);
    }
  }

  #invalid(detail: string, pointer?: string, cause?: unknown): AffinityError {
    return new AffinityError("KEY_INVALID", `key of ${this.#subject}: ${detail}`, {
      ...(pointer === undefined ? {} : { pointer }),
      cause,
    });
  }
}

const loneSurrogate = /\p{Surrogate}/u;
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

class StoredAddress implements KeyAddress {
  readonly partition: number;
  readonly ordered: OrderedKey;
  readonly #codec: KeyCodec;
  #serialized: Uint8Array | undefined;

  constructor(codec: KeyCodec, ordered: OrderedKey, partition: number) {
    this.#codec = codec;
    this.ordered = ordered;
    this.partition = partition;
  }

  get serialized(): Uint8Array {
    this.#serialized ??= this.#codec.serialize(this.#codec.typedOf(this.ordered));
    return this.#serialized;
  }
}
