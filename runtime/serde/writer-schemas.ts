/** Writers' schemas by their id, asked for once and kept up to a bound, whatever ids a sender makes up. */
import { LRUCache } from "lru-cache";
import { AffinityError } from "../core/errors.js";
import type { Registry } from "../registry/registry.js";
import { definedBy } from "../schema/raw-schema.js";
import type { TypeSource } from "../schema/type.js";

/** Schema ids of which a deserializer remembers how to read them. Least recently used ones go first. */
export const schemaIdsLimit = 1000;

/** Something made of the schema of each id. */
export class WriterSchemas<P extends object> {
  readonly #registry: Pick<Registry, "schemaById">;
  readonly #make: (writer: TypeSource, where: string) => P;
  readonly #plans: LRUCache<number, P>;
  /** Ids that are asked for at the moment; no more than there are callers. */
  readonly #asked = new Map<number, Promise<P>>();

  constructor(
    registry: Pick<Registry, "schemaById">,
    make: (writer: TypeSource, where: string) => P,
    limit = schemaIdsLimit,
  ) {
    this.#registry = registry;
    this.#make = make;
    this.#plans = new LRUCache({ max: limit });
  }

  /** @throws SCHEMA_NOT_FOUND for an id that the registry does not know; what `make` throws, then anew at each call. */
  of(id: number): P | Promise<P> {
    const known = this.#plans.get(id) ?? this.#asked.get(id);
    if (known !== undefined) return known;
    const asked = this.#ask(id).finally(() => this.#asked.delete(id));
    this.#asked.set(id, asked);
    return asked;
  }

  async #ask(id: number): Promise<P> {
    const text = await this.#registry.schemaById(id);
    if (text === undefined) {
      throw new AffinityError(
        "SCHEMA_NOT_FOUND",
        `schema id ${id}: the registry does not know it; the record comes from another registry, or is no Avro`,
      );
    }
    const plan = this.#make(definedBy(text), `schema id ${id}`);
    this.#plans.set(id, plan);
    return plan;
  }
}
