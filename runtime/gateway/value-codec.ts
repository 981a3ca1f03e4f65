/** Values of one type between Avro binary and the forms in which they cross the wire. */
import { isUtf8 } from "node:buffer";
import { AffinityError, isAffinityError } from "../core/errors.js";
import { frame, unframe } from "../schema/framing.js";
import type { AnyType } from "../schema/type.js";
import type { Form } from "./forms.js";

/** See the head of the file. */
export class ValueCodec {
  readonly #type: AnyType;
  readonly #schemaId: number;
  readonly #subject: string;

  /** @param subject Named in errors: `value of keyspace accounts`. */
  constructor(type: AnyType, schemaId: number, subject: string) {
    this.#type = type;
    this.#schemaId = schemaId;
    this.#subject = subject;
  }

  /** Avro binary of a body, checked. @throws VALUE_INVALID, SCHEMA_OTHER */
  read(body: Buffer, form: Form): Uint8Array {
    if (form.isBinary) {
      const avro = this.unframe(body);
      this.#type.decode(avro);
      return avro;
    }
    const text = body.toString("utf8");
    // What is not UTF-8 is decoded to this character, which may also stand there by right.
    if (text.includes("\ufffd") && !isUtf8(body))
      throw new AffinityError("VALUE_INVALID", `${this.#subject}: the body is not UTF-8; JSON is`, { pointer: "" });
    return form.name === "avro-json" ? this.#type.encode(this.#type.fromAvroJson(text)) : this.fromJson(text);
  }

  /** Avro binary of plain JSON text. @throws VALUE_INVALID */
  fromJson(text: string): Uint8Array {
    return this.#type.encode(this.#type.fromJson(text));
  }

  /** What is sent of Avro binary. @throws VALUE_INVALID with status 500 for stored bytes that cannot be shown. */
  write(avro: Uint8Array, form: Form): string | Uint8Array {
    return form.isBinary ? frame(this.#schemaId, avro) : this.writeText(avro, form);
  }

  /** JSON text of Avro binary in one of the forms of text. */
  writeText(avro: Uint8Array, form: Form): string {
    try {
      const value = this.#type.decode(avro);
      if (form.name === "avro-json") return this.#type.toAvroJson(value);
      return this.#type.toJson(value, form.hasTextLongs ? textLongs : undefined);
    } catch (thrown) {
      throw this.#unshowable(thrown);
    }
  }

  /** Puts the frame around Avro binary. */
  frame(avro: Uint8Array): Uint8Array {
    return frame(this.#schemaId, avro);
  }

  /** Avro binary out of its frame. Nothing is decoded with a schema that it was not written with. @throws SCHEMA_OTHER */
  unframe(bytes: Uint8Array): Uint8Array {
    const { schemaId, payload } = unframe(bytes);
    if (schemaId === this.#schemaId) return payload;
    throw new AffinityError(
      "SCHEMA_OTHER",
      `${this.#subject}: its schema id is ${schemaId}; ${this.#schemaId} is served here; write it with that schema`,
    );
  }

  /** Avro binary of a stored value. @throws SCHEMA_OTHER; VALUE_INVALID with status 500 */
  stored(bytes: Uint8Array): Uint8Array {
    try {
      return this.unframe(bytes);
    } catch (thrown) {
      throw isAffinityError(thrown) && thrown.code === "SCHEMA_OTHER" ? thrown : this.#unshowable(thrown);
    }
  }

  // The caller asked rightly: what cannot be shown is a fault of what is stored, by another program.
  #unshowable(thrown: unknown): unknown {
    if (!isAffinityError(thrown)) return thrown;
    return new AffinityError(thrown.code, `${this.#subject}, as it is stored: ${thrown.detail}`, {
      status: 500,
      ...(thrown.pointer !== undefined && { pointer: thrown.pointer }),
      cause: thrown,
    });
  }
}

const textLongs = { longs: "string" } as const;
