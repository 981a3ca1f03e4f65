/** What a handler sees of its partition. Generated code names these types. */
import type { Logger } from "../core/logger.js";

/** Which rows of a store, in key order. */
export interface StoreRange<K> {
  /** First key, inclusive. */
  readonly from?: K;
  /** Last key, exclusive. */
  readonly to?: K;
  /**
   * Instead of `from` and `to`: of a text key the beginning of its text, of a record key the values of its leading fields.
   */
  readonly prefix?: [K] extends [string] ? string : readonly unknown[];
  readonly reverse?: boolean;
  /** At most so many rows in all. Default: all. */
  readonly limit?: number;
}

/**
 * A store as a `read` message sees it: the partition's own rows, as the calls before this one left them.
 *
 * Every method throws at once, and not by a rejected promise, so that a forgotten `await` hides no fault.
 */
export interface ReadStoreOf<K, V> {
  /** @throws KEY_INVALID, KEY_NOT_LOCAL for a key of the keyspace's key type that belongs to another partition. */
  get(key: K): Promise<V | undefined>;
  /** Rows of this partition in key order, read as one goes on: a row that the handler writes behind its place is met. */
  list(range?: StoreRange<K>): AsyncIterable<readonly [key: K, value: V]>;
}

/** A store as a `write` message sees it. Writes take effect together, when the handler has returned, or not at all. */
export interface StoreOf<K, V, I = V> extends ReadStoreOf<K, V> {
  /** @throws VALUE_INVALID with the place that does not fit, BATCH_TOO_LARGE when the call writes too much. */
  put(key: K, value: I): Promise<void>;
  /** Returns whether there was a row. */
  delete(key: K): Promise<boolean>;
}

/** Facts of a rejection. */
export interface RejectOptions {
  /** HTTP status, 400 to 599. Default 422. */
  readonly status?: number;
  /** What is wrong, for people. */
  readonly detail?: string;
  /** Anything for the caller's program: JSON. */
  readonly data?: unknown;
}

/**
 * What a handler is given beside key and request. It is revoked when the handler has returned or took too long: everything
 * but its plain values throws then.
 *
 * @typeParam Stores The keyspace's stores by name, as generated.
 * @typeParam Errors Codes that the definition lists under `errors`.
 */
export interface HandlerContext<Stores, Errors extends string = never> {
  readonly stores: Stores;
  /** Time of the partition's clock when the handler was called, ms since 1970. The rows it writes bear about this time. */
  readonly now: number;
  /** The number of the partition. */
  readonly partition: number;
  /** Logs with keyspace, partition and message. */
  readonly log: Logger;
  /** Aborts when the handler took too long or the partition stops. */
  readonly signal: AbortSignal;
  /** A number in [0, 1). */
  random(): number;
  /** Ends the handler: the caller gets this error, nothing is written. */
  reject(code: Errors, options?: RejectOptions): never;
}
