/**
 * Values of one type in frames, as they stand in topics: see `schema/framing.ts`. They are written with one schema id, and read
 * with any that resolves.
 */
import { AffinityError } from "../core/errors.js";
import { frame, frameHeadBytes, unframe } from "../schema/framing.js";
import { Reader } from "../schema/reader.js";
import type { AnyType } from "../schema/type.js";
import { Writer } from "../schema/writer.js";
import { FrameResolver } from "./frame-resolver.js";
import type { WriterSchemas } from "./writer-schemas.js";

/** Writers that no encode uses at the moment: getters of a value may encode others. */
const idleWriters: Writer[] = [];

export class FramedCodec {
  readonly type: AnyType;
  readonly schemaId: number;
  readonly #head: Uint8Array;
  readonly #others: FrameResolver | undefined;

  /** @param writers Absent where only the one schema id is read, as of keys. */
  constructor(type: AnyType, schemaId: number, writers?: WriterSchemas) {
    this.type = type;
    this.schemaId = schemaId;
    this.#head = frame(schemaId, new Uint8Array(0));
    this.#others = writers && new FrameResolver(type, writers);
  }

  /** @throws VALUE_INVALID with a pointer */
  encode(value: unknown): Uint8Array {
    const out = idleWriters.pop() ?? new Writer();
    try {
      out.raw(this.#head);
      this.type.write(out, value);
      return out.finish();
    } catch (error) {
      out.discard();
      throw error;
    } finally {
      idleWriters.push(out);
    }
  }

  /** Makes the schema of a frame known where it is not; `undefined` when there is nothing to wait for. Never rejects. */
  lookUp(framed: Uint8Array): Promise<void> | undefined {
    if (this.#others === undefined || this.#isOurs(framed) || framed[0] !== 0) return undefined;
    return framed.length < frameHeadBytes ? undefined : this.#others.lookUp(unframe(framed).schemaId);
  }

  /**
   * A new value each time.
   * @throws SCHEMA_OTHER for a frame of a schema id that is not known, SCHEMA_INCOMPATIBLE for one that does not resolve,
   * VALUE_INVALID for what is no value.
   */
  decode(framed: Uint8Array): unknown {
    if (!this.#isOurs(framed)) return this.#foreign(framed);
    const input = new Reader(framed, frameHeadBytes);
    const value = this.type.read(input);
    // Bytes are left over: the type says so, with its name.
    return input.remaining === 0 ? value : this.type.decode(framed.subarray(frameHeadBytes));
  }

  #isOurs(framed: Uint8Array): boolean {
    for (let at = 0; at < frameHeadBytes; at++) if (framed[at] !== this.#head[at]) return false;
    return true;
  }

  #foreign(framed: Uint8Array): unknown {
    const { schemaId, payload } = unframe(framed);
    const resolution = this.#others?.of(schemaId);
    if (resolution !== undefined) return resolution.decode(payload);
    throw new AffinityError(
      "SCHEMA_OTHER",
      `${this.type.name}: it was written with schema id ${schemaId}, which ` +
        `${this.#others === undefined ? "is not read here" : "the registry does not have"}; ${this.schemaId} would be right`,
    );
  }
}
