/** Typed keys to the forms that the runtime needs, and back. */
import { AffinityError, isAffinityError, messageOf } from "../core/errors.js";
import type { OrderedKey } from "../memstore/memstore.js";
import { partitionOf } from "../protocol/murmur2.js";
import { keyCodec, type OrderedKeyCodec } from "../schema/ordered-key.js";
import type { AnyType } from "../schema/type.js";
import type { KeyAddress } from "./access.js";
import { FramedCodec } from "./framed-codec.js";
import type { WriterSchemas } from "./writer-schemas.js";

/** The order-preserving encoding of one key type, for those who bring their own: see `schema/ordered-key.ts`. */
export interface OrderedCodec {
  encode(key: unknown): OrderedKey;
  decode(ordered: OrderedKey): unknown;
}

/** Keys of a range in key order; `from` inclusive, `to` exclusive, absent is open. */
export interface KeyRange {
  readonly from: OrderedKey | undefined;
  readonly to: OrderedKey | undefined;
}

/** What a KeyCodec is made from. */
export interface KeyCodecParts {
  /** Named in errors: `keyspace accounts`, `store graph.components`. */
  readonly subject: string;
  readonly type: AnyType;
  /** `utf8`: the text itself instead of framed Avro; only for string keys. */
  readonly encoding: "avro" | "utf8";
  readonly schemaId: number;
  readonly partitions: number;
  /** Schemas of other ids, where others write the keys. Absent: only the one id is read. */
  readonly writers?: WriterSchemas | undefined;
}

/** Encodes and decodes the keys of one type. */
export class KeyCodec {
  readonly #subject: string;
  readonly #framed: FramedCodec;
  readonly #ordered: OrderedKeyCodec;
  readonly #isText: boolean;
  readonly #partitions: number;

  constructor(parts: KeyCodecParts) {
    this.#subject = parts.subject;
    this.#framed = new FramedCodec(parts.type, parts.schemaId, parts.writers);
    this.#ordered = keyCodec(parts.type.define);
    this.#isText = parts.encoding === "utf8";
    this.#partitions = parts.partitions;
  }

  /** All forms of a typed key. @throws KEY_INVALID */
  address(key: unknown): KeyAddress {
    const serialized = this.serialize(key);
    const partition = this.partitionOf(serialized);
    try {
      return { partition, serialized, ordered: this.#ordered.toOrdered(key) };
    } catch (error) {
      throw this.#invalid(error);
    }
  }

  /** As it stands in the topic. @throws KEY_INVALID */
  serialize(key: unknown): Uint8Array {
    try {
      return this.#isText ? textBytes(key) : this.#framed.encode(key);
    } catch (error) {
      throw this.#invalid(error);
    }
  }

  /** The typed key of a serialized one. @throws KEY_INVALID when the bytes are not a key of this type and schema id. */
  typed(serialized: Uint8Array): unknown {
    try {
      return this.#isText ? decoder.decode(serialized) : this.#framed.decode(serialized);
    } catch (error) {
      throw this.#invalid(error);
    }
  }

  /** Makes the schema of a key known where it is not; `undefined` when there is nothing to wait for. Never rejects. */
  lookUp(serialized: Uint8Array): Promise<void> | undefined {
    return this.#isText ? undefined : this.#framed.lookUp(serialized);
  }

  /** The memstore's form of a serialized key. @throws KEY_INVALID, REGISTRY_UNAVAILABLE */
  orderedOf(serialized: Uint8Array): OrderedKey {
    const key = this.typed(serialized);
    try {
      return this.#ordered.toOrdered(key);
    } catch (error) {
      throw this.#invalid(error);
    }
  }

  /** Where a serialized key belongs. */
  partitionOf(serialized: Uint8Array): number {
    return partitionOf(serialized, this.#partitions);
  }

  /** The typed key of the memstore's form, which this process made. */
  typedOf(ordered: OrderedKey): unknown {
    return this.#ordered.fromOrdered(ordered);
  }

  /**
   * The keys that begin with a prefix: of a text key the beginning of its text, of a record key the values of its leading
   * fields. @throws KEY_INVALID
   */
  prefixRange(prefix: string | readonly unknown[]): KeyRange {
    try {
      return this.#ordered.prefixRange(prefix);
    } catch (error) {
      throw this.#invalid(error);
    }
  }

  /** Address of a key that stands in the memstore; the serialized form is made when it is asked for. */
  addressOf(ordered: OrderedKey, partition: number): KeyAddress {
    return new StoredAddress(this, ordered, partition);
  }

  #invalid(cause: unknown): AffinityError {
    // The key may be right; nobody can tell before the registry answers.
    if (isAffinityError(cause) && cause.code === "REGISTRY_UNAVAILABLE") return cause;
    const detail = isAffinityError(cause) ? cause.detail : messageOf(cause);
    const pointer = isAffinityError(cause) ? cause.pointer : undefined;
    return new AffinityError("KEY_INVALID", `key of ${this.#subject}: ${detail}`, {
      ...(pointer === undefined ? {} : { pointer }),
      cause,
    });
  }
}

const loneSurrogate = /\p{Surrogate}/u;
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function textBytes(key: unknown): Uint8Array {
  if (typeof key !== "string") throw new TypeError(`it is ${typeof key}; a string is right`);
  if (loneSurrogate.test(key)) throw new TypeError("it holds half of a surrogate pair; only well-formed text is right");
  return Buffer.from(key, "utf8");
}

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
