/** How frames of other schemas are read into one type: a plan for each schema id, made when the id is first met. */
import { LRUCache } from "lru-cache";
import { AffinityError, isAffinityError } from "../core/errors.js";
import { type Resolution, resolve } from "../schema/resolution.js";
import type { AnyType } from "../schema/type.js";
import type { WriterSchemas } from "./writer-schemas.js";

/** Plans kept of one type; making one anew costs little. */
const planLimit = 100;

/** See the head of the file. */
export class FrameResolver {
  readonly #type: AnyType;
  readonly #writers: WriterSchemas;
  readonly #plans = new LRUCache<number, Resolution<unknown> | AffinityError>({ max: planLimit });

  constructor(type: AnyType, writers: WriterSchemas) {
    this.#type = type;
    this.#writers = writers;
  }

  /** Makes an id known where it is not; `undefined` when there is nothing to wait for. Never rejects. */
  lookUp(schemaId: number): Promise<void> | undefined {
    return this.#plans.has(schemaId) ? undefined : this.#writers.lookUp(schemaId);
  }

  /**
   * The plan of a schema id; undefined where the registry does not have the id.
   * @throws SCHEMA_INCOMPATIBLE with path and reason; REGISTRY_UNAVAILABLE when it could not be looked up.
   */
  of(schemaId: number): Resolution<unknown> | undefined {
    let plan = this.#plans.get(schemaId);
    if (plan === undefined) {
      const writer = this.#writers.known(schemaId);
      if (writer === undefined) return undefined;
      plan = this.#planned(schemaId, writer);
      this.#plans.set(schemaId, plan);
    }
    if (isAffinityError(plan)) throw plan;
    return plan;
  }

  #planned(schemaId: number, writer: Parameters<typeof resolve>[0]): Resolution<unknown> | AffinityError {
    try {
      return resolve(writer, this.#type);
    } catch (error) {
      if (!isAffinityError(error)) throw error;
      return new AffinityError("SCHEMA_INCOMPATIBLE", `written with schema id ${schemaId}: ${error.detail}`, {
        cause: error,
      });
    }
  }
}
