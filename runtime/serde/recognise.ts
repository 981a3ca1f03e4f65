/**
 * What bytes in a topic are, for people who look at it: a frame of Confluent's, a single object, text, or nothing that is
 * known. It never fails for what others have written; only a registry that does not answer is an error.
 */
import type { Clock } from "../core/clock.js";
import { isAffinityError, messageOf } from "../core/errors.js";
import type { Registry } from "../registry/registry.js";
import { fingerprint } from "../schema/canonical-form.js";
import { interpretedType } from "../schema/entity-type.js";
import { frameHeadBytes, unframe } from "../schema/framing.js";
import { definedBy } from "../schema/raw-schema.js";
import type { AnyType } from "../schema/type.js";
import { WriterPlans } from "./writer-plans.js";

/** What was found. */
export interface Recognised {
  /** As JSON text; longs are numbers of any digits. */
  readonly json: string;
  /** Full name of the Avro type, or `text`, or `bytes` shown as base64. */
  readonly type: string;
  readonly schemaId?: number;
  /** Why it is no Avro value though it looks like one. */
  readonly note?: string;
  /** As plain data, longs as text. */
  plain(): unknown;
}

export interface RecogniserOptions {
  readonly registry: Pick<Registry, "schemaById" | "subjects" | "versions">;
  /** JSON texts of schemas that single objects were written with, beside those of the registry. */
  readonly schemas: readonly string[];
  readonly clock: Clock;
}

/** Schemas of single objects are looked for again after this time, ms. */
const fingerprintsMs = 10_000;
const objectHeadBytes = 10;

/** See the head of the file. */
export class Recogniser {
  readonly #registry: RecogniserOptions["registry"];
  readonly #clock: Clock;
  readonly #types: WriterPlans<AnyType>;
  readonly #given: ReadonlyMap<bigint, AnyType>;
  #registered: ReadonlyMap<bigint, AnyType> = new Map();
  #registeredAt = Number.NEGATIVE_INFINITY;

  constructor({ registry, schemas, clock }: RecogniserOptions) {
    this.#registry = registry;
    this.#clock = clock;
    this.#types = new WriterPlans(registry, (writer) => interpretedType(writer));
    this.#given = new Map(schemas.map((text) => marked(text)));
  }

  /** @throws REGISTRY_UNAVAILABLE */
  async recognise(bytes: Uint8Array): Promise<Recognised> {
    if (bytes[0] === 0 && bytes.length >= frameHeadBytes) return this.#framed(bytes);
    if (bytes[0] === 0xc3 && bytes[1] === 0x01 && bytes.length >= objectHeadBytes) return this.#singleObject(bytes);
    return unknown(bytes);
  }

  async #framed(bytes: Uint8Array): Promise<Recognised> {
    const { schemaId, payload } = unframe(bytes);
    let type: AnyType;
    try {
      type = await this.#types.of(schemaId);
    } catch (error) {
      if (isAffinityError(error) && error.code === "REGISTRY_UNAVAILABLE") throw error;
      return unknown(bytes, `it begins as a frame of schema id ${schemaId}: ${messageOf(error)}`);
    }
    return decoded(type, bytes, payload, schemaId);
  }

  async #singleObject(bytes: Uint8Array): Promise<Recognised> {
    const mark = new DataView(bytes.buffer, bytes.byteOffset).getBigInt64(2, true);
    const type = this.#given.get(mark) ?? (await this.#registeredUnder(mark));
    if (type !== undefined) return decoded(type, bytes, bytes.subarray(objectHeadBytes));
    const hex = BigInt.asUintN(64, mark).toString(16).padStart(16, "0");
    return unknown(bytes, `it begins as a single object of the fingerprint ${hex}; --schema takes its writer's schema`);
  }

  async #registeredUnder(mark: bigint): Promise<AnyType | undefined> {
    const now = this.#clock.monotonic();
    if (!this.#registered.has(mark) && now - this.#registeredAt >= fingerprintsMs) {
      this.#registeredAt = now;
      const found = new Map<bigint, AnyType>();
      for (const subject of await this.#registry.subjects()) {
        for (const { id } of await this.#registry.versions(subject)) {
          const text = await this.#registry.schemaById(id);
          try {
            if (text !== undefined) found.set(...marked(text));
          } catch {
            // What another program registered and is no Avro schema has written no single object.
          }
        }
      }
      this.#registered = found;
    }
    return this.#registered.get(mark);
  }
}

function marked(text: string): readonly [bigint, AnyType] {
  const define = definedBy(text);
  return [fingerprint(define), interpretedType(define)];
}

function decoded(type: AnyType, bytes: Uint8Array, payload: Uint8Array, schemaId?: number): Recognised {
  const written = schemaId === undefined ? {} : { schemaId };
  try {
    const value = type.decode(payload);
    const plain = (): unknown => JSON.parse(type.toJson(value, { longs: "string" }));
    return { json: type.toJson(value), type: type.name, ...written, plain };
  } catch (error) {
    const head = schemaId === undefined ? "a single object" : `a frame of schema id ${schemaId}`;
    return unknown(bytes, `it begins as ${head}, ${type.name}, and is none: ${messageOf(error)}`);
  }
}

/** Text where it is nothing but text, base64 otherwise. */
function unknown(bytes: Uint8Array, note?: string): Recognised {
  const text = textOf(bytes);
  const shown = text ?? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
  const noted = note === undefined ? {} : { note };
  return { json: JSON.stringify(shown), type: text === undefined ? "bytes" : "text", ...noted, plain: () => shown };
}

const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function textOf(bytes: Uint8Array): string | undefined {
  try {
    const text = strictUtf8.decode(bytes);
    // Control characters stand in bytes that happen to be UTF-8; line breaks and tabs stand in text.
    return /[^\P{Cc}\t\n\r]/u.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}
