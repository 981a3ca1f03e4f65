/** What is made of a writer's schema for each schema id, kept up to a bound, whatever ids a sender makes up. */
import { LRUCache } from "lru-cache";
import { systemClock } from "../core/clock.js";
import { AffinityError } from "../core/errors.js";
import type { Registry } from "../registry/registry.js";
import type { TypeSource } from "../schema/type.js";
import { WriterSchemas } from "../state/writer-schemas.js";

/** Schema ids of which a deserializer remembers how to read them. Least recently used ones go first. */
export const schemaIdsLimit = 1_000;

/** See the head of the file. */
export class WriterPlans<P extends object> {
  readonly #writers: WriterSchemas;
  readonly #make: (writer: TypeSource, where: string) => P;
  readonly #plans = new LRUCache<number, P>({ max: schemaIdsLimit });

  constructor(registry: Pick<Registry, "schemaById">, make: (writer: TypeSource, where: string) => P) {
    // Callers wait for what they ask, so that there are no more look-ups than callers.
    this.#writers = new WriterSchemas(registry, systemClock, new Map(), { lookUps: Number.POSITIVE_INFINITY });
    this.#make = make;
  }

  /**
   * @throws SCHEMA_NOT_FOUND for an id that the registry does not know; REGISTRY_UNAVAILABLE; what `make` throws, then anew at
   * each call.
   */
  of(id: number): P | Promise<P> {
    return this.#plans.get(id) ?? this.#ask(id);
  }

  async #ask(id: number): Promise<P> {
    await this.#writers.lookUp(id);
    const writer = this.#writers.known(id);
    if (writer === undefined) {
      throw new AffinityError(
        "SCHEMA_NOT_FOUND",
        `schema id ${id}: the registry does not know it; the record comes from another registry, or is no Avro`,
      );
    }
    const plan = this.#make(writer, `schema id ${id}`);
    this.#plans.set(id, plan);
    return plan;
  }
}
