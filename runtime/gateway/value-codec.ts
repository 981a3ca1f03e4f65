/** Values of one type between Avro binary and the forms in which they cross the wire. */
import { isUtf8 } from "node:buffer";
import { AffinityError, isAffinityError } from "../core/errors.js";
import { frame, frameHeadBytes, unframe } from "../schema/framing.js";
import type { Resolution } from "../schema/resolution.js";
import type { AnyType } from "../schema/type.js";
import type { ListedRow } from "../state/access.js";
import { FrameResolver } from "../state/frame-resolver.js";
import { FramedCodec } from "../state/framed-codec.js";
import type { WriterSchemas } from "../state/writer-schemas.js";
import type { Form } from "./forms.js";

/** See the head of the file. */
export class ValueCodec {
  readonly #type: AnyType;
  readonly #schemaId: number;
  readonly #subject: string;
  readonly #framed: FramedCodec;
  readonly #others: FrameResolver | undefined;

  /**
   * @param subject Named in errors: `value of keyspace accounts`.
   * @param writers Schemas of other ids that are read too.
   */
  constructor(type: AnyType, schemaId: number, subject: string, writers?: WriterSchemas) {
    this.#type = type;
    this.#schemaId = schemaId;
    this.#subject = subject;
    this.#framed = new FramedCodec(type, schemaId);
    this.#others = writers && new FrameResolver(type, writers);
  }

  /** Makes the schema of a frame known where it is not; `undefined` when there is nothing to wait for. Never rejects. */
  lookUp(framed: Uint8Array): Promise<void> | undefined {
    if (this.#others === undefined || framed.length < frameHeadBytes || framed[0] !== 0) return undefined;
    const schemaId = ((framed[1] ?? 0) << 24) | ((framed[2] ?? 0) << 16) | ((framed[3] ?? 0) << 8) | (framed[4] ?? 0);
    return schemaId >>> 0 === this.#schemaId ? undefined : this.#others.lookUp(schemaId >>> 0);
  }

  /** The same for rows of a page. */
  lookUpAll(rows: readonly ListedRow[]): Promise<unknown> | undefined {
    const waiting = rows.flatMap(({ row }) => this.lookUp(row.value) ?? []);
    return waiting.length === 0 ? undefined : Promise.all(waiting);
  }

  /** Avro binary of a body, checked. @throws VALUE_INVALID, SCHEMA_OTHER, SCHEMA_INCOMPATIBLE */
  read(body: Buffer, form: Form): Uint8Array {
    if (form.isBinary) {
      const avro = this.unframe(body);
      this.#type.decode(avro);
      return avro;
    }
    return this.#type.encode(this.#ofText(body, form));
  }

  /** The same in its frame. */
  readFramed(body: Buffer, form: Form): Uint8Array {
    return form.isBinary ? this.frame(this.read(body, form)) : this.#framed.encode(this.#ofText(body, form));
  }

  /** Avro binary of plain JSON text. @throws VALUE_INVALID */
  fromJson(text: string): Uint8Array {
    return this.#type.encode(this.#type.fromJson(text));
  }

  /** The framed value of plain JSON text. @throws VALUE_INVALID */
  framedFromJson(text: string): Uint8Array {
    return this.#framed.encode(this.#type.fromJson(text));
  }

  #ofText(body: Buffer, form: Form): unknown {
    const text = body.toString("utf8");
    // What is not UTF-8 is decoded to this character, which may also stand there by right.
    if (text.includes("\ufffd") && !isUtf8(body))
      throw new AffinityError("VALUE_INVALID", `${this.#subject}: the body is not UTF-8; JSON is`, { pointer: "" });
    return form.name === "avro-json" ? this.#type.fromAvroJson(text) : this.#type.fromJson(text);
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

  /**
   * Avro binary of the present schema out of a frame. Nothing is read with a schema that it was not written with.
   * @throws SCHEMA_OTHER for an id that is not known, SCHEMA_INCOMPATIBLE for one that does not resolve.
   */
  unframe(bytes: Uint8Array): Uint8Array {
    const { schemaId, payload } = unframe(bytes);
    return schemaId === this.#schemaId ? payload : this.#rewritten(schemaId, payload, "write it with that schema");
  }

  #rewritten(schemaId: number, payload: Uint8Array, cure: string): Uint8Array {
    const resolution = this.#resolution(schemaId);
    if (resolution !== undefined) return resolution.rewrite(payload);
    const why = this.#others === undefined ? "" : ", which the registry does not have";
    throw new AffinityError(
      "SCHEMA_OTHER",
      `${this.#subject}: its schema id is ${schemaId}${why}; ${this.#schemaId} is served here; ${cure}`,
    );
  }

  #resolution(schemaId: number): Resolution<unknown> | undefined {
    try {
      return this.#others?.of(schemaId);
    } catch (thrown) {
      if (!isAffinityError(thrown)) throw thrown;
      throw new AffinityError(thrown.code, `${this.#subject}: ${thrown.detail}`, { cause: thrown });
    }
  }

  /** Avro binary of a stored value. @throws SCHEMA_INCOMPATIBLE; SCHEMA_OTHER and VALUE_INVALID with status 500 */
  stored(bytes: Uint8Array): Uint8Array {
    try {
      const { schemaId, payload } = unframe(bytes);
      return schemaId === this.#schemaId
        ? payload
        : this.#rewritten(schemaId, payload, "register it there under that id, or write the row anew");
    } catch (thrown) {
      throw this.#unshowable(thrown);
    }
  }

  // The caller asked rightly: what cannot be shown is a fault of what is stored, by another program.
  #unshowable(thrown: unknown): unknown {
    if (!isAffinityError(thrown) || (thrown.code !== "VALUE_INVALID" && thrown.code !== "SCHEMA_OTHER")) return thrown;
    const what = thrown.detail.replace(`${this.#subject}: `, "");
    return new AffinityError(thrown.code, `${this.#subject}, as it is stored: ${what}`, {
      status: 500,
      ...(thrown.pointer !== undefined && { pointer: thrown.pointer }),
      cause: thrown,
    });
  }
}

const textLongs = { longs: "string" } as const;
