/** Values of one type in the frame of one schema id, as they stand in topics: see `schema/framing.ts`. */
import { AffinityError } from "../core/errors.js";
import { frame, frameHeadBytes, unframe } from "../schema/framing.js";
import { Reader } from "../schema/reader.js";
import type { AnyType } from "../schema/type.js";
import { Writer } from "../schema/writer.js";

/** Writers that no encode uses at the moment: getters of a value may encode others. */
const idleWriters: Writer[] = [];

export class FramedCodec {
  readonly type: AnyType;
  readonly schemaId: number;
  readonly #head: Uint8Array;

  constructor(type: AnyType, schemaId: number) {
    this.type = type;
    this.schemaId = schemaId;
    this.#head = frame(schemaId, new Uint8Array(0));
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

  /** A new value each time. @throws SCHEMA_OTHER for a frame of another schema id, VALUE_INVALID for what is no value */
  decode(framed: Uint8Array): unknown {
    if (!this.#isOurs(framed)) throw this.#foreign(framed);
    const input = new Reader(framed, frameHeadBytes);
    const value = this.type.read(input);
    // Bytes are left over: the type says so, with its name.
    return input.remaining === 0 ? value : this.type.decode(framed.subarray(frameHeadBytes));
  }

  #isOurs(framed: Uint8Array): boolean {
    for (let at = 0; at < frameHeadBytes; at++) if (framed[at] !== this.#head[at]) return false;
    return true;
  }

  #foreign(framed: Uint8Array): AffinityError {
    const { schemaId } = unframe(framed);
    return new AffinityError(
      "SCHEMA_OTHER",
      `${this.type.name}: it was written with schema id ${schemaId}; only id ${this.schemaId} is read here`,
    );
  }
}
