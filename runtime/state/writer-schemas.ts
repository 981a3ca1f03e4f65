/**
 * Schemas that others wrote with, by the registry's id. Those of the project's own subjects are known from the start on; any
 * other is looked up when a frame first names it. Senders choose ids: everything here has a bound.
 */
import { LRUCache } from "lru-cache";
import type { Clock } from "../core/clock.js";
import { AffinityError, messageOf } from "../core/errors.js";
import { definedBy } from "../schema/raw-schema.js";
import type { TypeSource } from "../schema/type.js";

/** What is asked of the registry. */
export interface SchemaSource {
  schemaById(id: number): Promise<string | undefined>;
}

/** Schemas looked up that are kept, and the characters of all their texts. */
const keptLimit = 1_000;
const keptCharacters = 16 * 1024 * 1024;

/** Ids that led to nothing, each remembered for a while, so that asking for them again costs the registry nothing. */
const missedLimit = 10_000;
const missedMs = 10_000;

/** Look-ups under way, unless another bound is given; more are refused, and may be tried again. */
const lookUpLimit = 16;

interface Missed {
  readonly until: number;
  /** Absent: the registry has no such id. */
  readonly error?: AffinityError;
}

/** See the head of the file. */
export class WriterSchemas {
  readonly #source: SchemaSource;
  readonly #clock: Clock;
  readonly #own: ReadonlyMap<number, TypeSource>;
  readonly #kept = new LRUCache<number, TypeSource>({ max: keptLimit, maxSize: keptCharacters });
  readonly #missed = new LRUCache<number, Missed>({ max: missedLimit });
  readonly #lookUps = new Map<number, Promise<void>>();
  readonly #lookUpLimit: number;

  /** @param own Schemas of the project's subjects. */
  constructor(
    source: SchemaSource,
    clock: Clock,
    own: ReadonlyMap<number, TypeSource>,
    { lookUps = lookUpLimit }: { readonly lookUps?: number } = {},
  ) {
    this.#source = source;
    this.#clock = clock;
    this.#own = own;
    this.#lookUpLimit = lookUps;
  }

  /** The schema of an id; undefined where the registry has none or was not asked. @throws what the last look-up failed with */
  known(id: number): TypeSource | undefined {
    const known = this.#own.get(id) ?? this.#kept.get(id);
    if (known !== undefined) return known;
    const error = this.#missed.get(id)?.error;
    if (error !== undefined) throw error;
    return undefined;
  }

  /** Asks the registry, where that makes sense; afterwards `known` has the answer. Never rejects. */
  lookUp(id: number): Promise<void> | undefined {
    if (this.#own.has(id) || this.#kept.has(id)) return undefined;
    const missed = this.#missed.get(id);
    if (missed !== undefined && missed.until > this.#clock.monotonic()) return undefined;
    const under = this.#lookUps.get(id);
    if (under !== undefined) return under;
    if (this.#lookUps.size >= this.#lookUpLimit) {
      this.#miss(id, 0, unavailable(id, `${this.#lookUpLimit} other ids are being looked up`));
      return undefined;
    }
    const looking = this.#find(id).finally(() => this.#lookUps.delete(id));
    this.#lookUps.set(id, looking);
    return looking;
  }

  async #find(id: number): Promise<void> {
    try {
      const text = await this.#source.schemaById(id);
      if (text === undefined) this.#miss(id, missedMs);
      else this.#keep(id, text);
    } catch (error) {
      this.#miss(id, missedMs / 10, unavailable(id, messageOf(error), error));
    }
  }

  #keep(id: number, text: string): void {
    try {
      this.#kept.set(id, definedBy(text), { size: text.length + 1 });
      this.#missed.delete(id);
    } catch (error) {
      const detail = `schema id ${id}: the registry has no Avro schema under it: ${messageOf(error)}`;
      this.#miss(id, missedMs, new AffinityError("SCHEMA_OTHER", detail, { cause: error }));
    }
  }

  #miss(id: number, forMs: number, error?: AffinityError): void {
    this.#missed.set(id, { until: this.#clock.monotonic() + forMs, ...(error === undefined ? {} : { error }) });
  }
}

function unavailable(id: number, why: string, cause?: unknown): AffinityError {
  return new AffinityError("REGISTRY_UNAVAILABLE", `schema id ${id}: cannot be looked up: ${why}; try again`, {
    cause,
  });
}
